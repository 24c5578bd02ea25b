"""Reports categories with so many values that most are seen too rarely to learn from."""

from collections.abc import Iterator
from shlex import quote

from modelyard.domain.columns import ColumnKind
from modelyard.domain.findings import Finding, Severity
from modelyard.domain.profiles import ColumnProfile
from modelyard.protocols.checks import CheckCard, CheckInput

# A mean of fewer rows a value than this leaves its effect to chance; the other two bounds keep
# small tables quiet, and speak up about columns that need much memory once encoded.
_MIN_ROWS_PER_VALUE = 10
_FEW_VALUES = 20
_MANY_VALUES = 1_000


class HighCardinality:
    """Looks at the number of different categories."""

    card = CheckCard("high-cardinality", "Many categories", ("high-cardinality-column",))

    def check(self, subject: CheckInput) -> Iterator[Finding]:
        """Report each feature of kind category with many values that are not all different."""
        features = set(subject.features)
        for column in subject.profile.columns:
            n_known = subject.profile.n_rows - column.n_missing
            if column.name not in features or not _has_many(column, n_known):
                continue
            yield Finding(
                code="high-cardinality-column",
                severity=Severity.WARNING,
                message=(
                    f"Column '{column.name}' holds {column.n_unique:,} different categories in "
                    f"{n_known:,} cells, {n_known / column.n_unique:.1f} rows each."
                ),
                columns=(column.name,),
                sample=tuple(value for value, _ in column.top_values[:5]),
                fix=f"Merge rare categories, or drop the column with --drop {quote(column.name)}.",
                fixes=("drop-column",),
            )


def _has_many(column: ColumnProfile, n_known: int) -> bool:
    if column.kind is not ColumnKind.CATEGORY or column.n_unique in {0, n_known}:
        return False
    is_thin = n_known < _MIN_ROWS_PER_VALUE * column.n_unique
    return (column.n_unique > _FEW_VALUES and is_thin) or column.n_unique > _MANY_VALUES


COMPONENT = HighCardinality()
