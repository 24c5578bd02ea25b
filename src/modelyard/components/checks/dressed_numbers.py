"""Reports columns of numbers that signs or separators keep from being read as numbers."""

from collections.abc import Iterator

from modelyard.domain.columns import ColumnKind
from modelyard.domain.findings import Finding, Severity
from modelyard.domain.number_formats import DRESSED
from modelyard.protocols.checks import CheckCard, CheckInput

_N_SHOWN = 5
# Kinds that such a column is read as.
_JUDGED = frozenset({ColumnKind.CATEGORY, ColumnKind.TEXT, ColumnKind.IDENTIFIER})
# What makes the difference to plain digits, so that codes such as 007 are no matter of this check.
_DRESS = r"[^0-9+-]"


class DressedNumbers:
    """Looks for money, shares and separators of thousands."""

    card = CheckCard("dressed-numbers", "Numbers with signs", ("dressed-number-column",))

    def check(self, subject: CheckInput) -> Iterator[Finding]:
        """Report each feature whose cells are all numbers with a sign or separators."""
        features = set(subject.features)
        for column in subject.profile.columns:
            if column.name not in features or column.kind not in _JUDGED:
                continue
            cells = subject.table.frame[column.name].drop_nulls()
            if not cells.head(1).str.contains(DRESSED).any():
                continue
            if not cells.str.contains(DRESSED).all() or not cells.str.contains(_DRESS).any():
                continue
            yield Finding(
                code="dressed-number-column",
                severity=Severity.WARNING,
                message=(
                    f"Column '{column.name}' holds numbers with signs or separators, such as "
                    f"'{cells.item(0)}', and is read as {column.kind}."
                ),
                columns=(column.name,),
                sample=tuple(cells.head(_N_SHOWN).to_list()),
                fix="Read it as a number, by the decimal mark of the table; 12 % is read as 12.",
                fixes=("as-number", "as-category", "drop-column"),
            )


COMPONENT = DressedNumbers()
