"""Reports numbers that lie far from all others of their column."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from modelyard.components.checks._squares import squares_decide
from modelyard.domain.columns import ColumnKind
from modelyard.domain.findings import Finding, Severity
from modelyard.domain.profiles import ColumnProfile
from modelyard.protocols.checks import CheckCard, CheckInput

# "Far out": Tukey, Exploratory Data Analysis (1977), section 2D. Of normal numbers one in 400,000
# lies there.
_FAR_OUT = 3.0
# Where more lie out there, they are the column's long tail and not its faults.
_MAX_SHARE = 0.01
_MIN_ROWS = 50
_N_SHOWN, _N_ROWS_SHOWN = 5, 10
_OF_SQUARES = (
    "Correct them at the source where they are slips; where they are true, judge by --metric mae, "
    "which they rule less than a metric of squares."
)


class Outliers:
    """Looks beyond the quartiles."""

    card = CheckCard("outliers", "Outliers", ("outlier-values",))

    def check(self, subject: CheckInput) -> Iterator[Finding]:
        """Report each numeric feature, or target, with few cells far outside of the quartiles."""
        looked_at = {*subject.features, subject.target}
        for column in subject.profile.columns:
            if column.name in looked_at and column.kind in {ColumnKind.NUMERIC, ColumnKind.INTEGER}:
                fences = _fences(column, subject.profile.n_rows)
                if fences is not None:
                    yield from _beyond(column.name, fences, subject)


def _fences(column: ColumnProfile, n_rows: int) -> tuple[float, float] | None:
    """Return the far fences where any number of the column lies beyond them."""
    if n_rows - column.n_missing < _MIN_ROWS or len(column.quartiles) != 3:
        return None
    low, _, high = column.quartiles
    reach = _FAR_OUT * (high - low)
    if column.minimum is None or column.maximum is None or not 0 < reach < np.inf:
        return None
    if column.minimum >= low - reach and column.maximum <= high + reach:
        return None
    return low - reach, high + reach


def _beyond(name: str, fences: tuple[float, float], subject: CheckInput) -> Iterator[Finding]:
    values = subject.table.numbers(name)
    rows = np.flatnonzero((values < fences[0]) | (values > fences[1]))
    if len(rows) > _MAX_SHARE * np.count_nonzero(np.isfinite(values)):
        return
    farthest = rows[np.argsort(-np.abs(values[rows] - sum(fences) / 2), kind="stable")]
    is_feature = name != subject.target
    rules = not is_feature and squares_decide(subject)
    found = Finding(
        code="outlier-values",
        severity=Severity.INFO,
        message=(
            f"Column '{name}' holds {len(rows):,} number{'s' if len(rows) > 1 else ''} far from "
            f"the others: outside of {fences[0]:.4g} to {fences[1]:.4g}, three times the distance "
            "of the quartiles beyond them."
        ),
        columns=(name,),
        rows=tuple(int(row) + 1 for row in farthest[:_N_ROWS_SHOWN]),
        sample=tuple(f"{values[row]:g}" for row in farthest[:_N_SHOWN]),
        fix="Correct them at the source where they are slips; keep them where they are true.",
        fixes=("clip-outliers", "drop-rows") if is_feature else ("drop-rows",),
        all_rows=tuple((rows + 1).tolist()),
    )
    yield replace(found, severity=Severity.WARNING, fix=_OF_SQUARES) if rules else found


COMPONENT = Outliers()
