"""Says of sequences that they differ in length, and which lengths there are."""

from collections.abc import Iterator
from shlex import quote

import polars as pl

from modelyard.domain.columns import ColumnKind
from modelyard.domain.findings import Finding, Severity
from modelyard.protocols.checks import CheckCard, CheckInput

_N_SHOWN = 5


class RaggedSequences:
    """Looks for columns of sequences of more than one length."""

    card = CheckCard("ragged-sequences", "Lengths of sequences", ("ragged-sequences-column",))

    def check(self, subject: CheckInput) -> Iterator[Finding]:
        """Report each feature of kind sequence whose rows differ in length; gaps have none."""
        features = set(subject.features)
        for column in subject.table.columns:
            if column.kind is not ColumnKind.SEQUENCE or column.name not in features:
                continue
            cells = subject.table.frame[column.name].drop_nulls()
            # A sequence is written with one space between two numbers.
            lengths = (cells.str.count_matches(" ", literal=True) + 1).rename("length")
            counts = lengths.value_counts().sort(["count", "length"], descending=[True, False])
            if counts.height > 1:
                yield _finding(column.name, counts)


def _finding(name: str, counts: pl.DataFrame) -> Finding:
    usual, n_usual = counts.row(0)
    n_rows, lengths = int(counts["count"].sum()), counts["length"]
    longest = max(lengths.to_list())
    return Finding(
        code="ragged-sequences-column",
        severity=Severity.INFO,
        message=(
            f"The sequences of '{name}' hold {min(lengths.to_list()):,} to {longest:,} numbers; "
            f"{n_usual:,} of {n_rows:,} have {usual:,}. Networks read each to its own end, and of "
            "a longer one than max_length the end."
        ),
        columns=(name,),
        sample=tuple(f"{length} numbers" for length in lengths.to_list()[:_N_SHOWN]),
        fix=(
            "If all were recorded equally long, look for rows that were cut off; leave the column "
            f"out with --drop {quote(name)}."
        ),
    )


COMPONENT = RaggedSequences()
