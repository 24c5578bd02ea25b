"""Reports rows that are equal in every feature and differ in the answer."""

from collections.abc import Iterator

import numpy as np
import polars as pl

from modelyard.domain.columns import ColumnKind
from modelyard.domain.findings import Finding, Severity
from modelyard.domain.profiles import most_combinations
from modelyard.kit.repeats import repeated
from modelyard.protocols.checks import CheckCard, CheckInput

_N_SHOWN = 10


class ConflictingLabels:
    """Looks for equal rows with different labels."""

    card = CheckCard("conflicting-labels", "Conflicting labels", ("conflicting-labels",))

    def check(self, subject: CheckInput) -> Iterator[Finding]:
        """Report how many rows have an equal with another label."""
        if subject.target is None or subject.task is None or not subject.task.is_classification:
            return
        features = set(subject.features)
        told = [
            column
            for column in subject.profile.columns
            if column.name in features and column.kind is not ColumnKind.IDENTIFIER
        ]
        n_rows = subject.profile.n_rows
        if not told or most_combinations(told, n_rows=n_rows) < n_rows:
            # With fewer combinations of values than rows, labels cannot but differ.
            return
        rows = _conflicting(subject, [column.name for column in told])
        if not len(rows):
            return
        yield Finding(
            code="conflicting-labels",
            severity=Severity.WARNING,
            message=(
                f"{len(rows):,} of {n_rows:,} rows equal another row in every feature and have "
                f"another '{subject.target}': no model gets all of them right."
            ),
            columns=(subject.target,),
            rows=tuple((rows[:_N_SHOWN] + 1).tolist()),
            fix="Find the column that tells them apart, or correct the labels at the source.",
            fixes=("drop-rows",),
            all_rows=tuple((rows + 1).tolist()),
        )


def _conflicting(
    subject: CheckInput, names: list[str]
) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    frame = subject.table.frame
    seen = frame.select(names).hash_rows()
    # Of a row whose picture was not read, which is left out, nobody knows what it equals.
    again = pl.Series(repeated(seen.to_numpy()) & subject.table.pictured(names))
    rows = (again & frame[str(subject.target)].is_not_null()).arg_true()
    pairs = pl.DataFrame({"row": rows, "features": seen.gather(rows)})
    pairs = pairs.with_columns(frame[str(subject.target)].gather(rows).alias("label"))
    conflicting = pairs.filter(pl.col("label").n_unique().over("features") > 1)
    return conflicting["row"].cast(pl.Int64).to_numpy()


COMPONENT = ConflictingLabels()
