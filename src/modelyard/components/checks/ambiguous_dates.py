"""Reports dates of which no cell tells whether the day or the month comes first."""

from collections.abc import Iterator

from modelyard.domain.columns import ColumnKind
from modelyard.domain.findings import Finding, Severity
from modelyard.protocols.checks import CheckCard, CheckInput

# Day, month and year, or month, day and year, with both below 13.
_EITHER = r"^(0?[1-9]|1[0-2])([./-])(0?[1-9]|1[0-2])[./-](\d{4}|\d{2})$"
_JUDGED = frozenset({ColumnKind.CATEGORY, ColumnKind.TEXT, ColumnKind.IDENTIFIER})
_N_SHOWN = 5


class AmbiguousDates:
    """Looks for dates that could be others."""

    card = CheckCard("ambiguous-dates", "Ambiguous dates", ("ambiguous-dates",))

    def check(self, subject: CheckInput) -> Iterator[Finding]:
        """Report each feature of words that are dates in two ways, in every cell."""
        features = set(subject.features)
        for column in subject.profile.columns:
            if column.name not in features or column.kind not in _JUDGED or column.n_unique < 2:
                continue
            cells = subject.table.frame[column.name].drop_nulls()
            if not cells.head(1).str.contains(_EITHER).all():
                continue
            if cells.str.contains(_EITHER).all():
                yield _finding(column.name, cells.head(_N_SHOWN).to_list())


def _finding(name: str, sample: list[str]) -> Finding:
    first = sample[0]
    mark = next(letter for letter in first if not letter.isdigit())
    year = "%Y" if len(first.rpartition(mark)[2]) == 4 else "%y"
    formats = (f"%d{mark}%m{mark}{year}", f"%m{mark}%d{mark}{year}")
    return Finding(
        code="ambiguous-dates",
        severity=Severity.WARNING,
        message=(
            f"Column '{name}' holds dates, but no cell tells whether the day or the month comes "
            "first; it is read as words."
        ),
        columns=(name,),
        sample=tuple(sample),
        fix=f"Say which it is: the day first ({formats[0]}) or the month first ({formats[1]}).",
        fixes=(*(f"as-date:{each}" for each in formats), "drop-column"),
    )


COMPONENT = AmbiguousDates()
