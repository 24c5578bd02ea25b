"""Reports columns that hold one value in nearly every row."""

from collections.abc import Iterator
from shlex import quote

import numpy as np

from modelyard.domain.columns import ColumnKind
from modelyard.domain.findings import Finding, Severity
from modelyard.domain.profiles import ColumnProfile
from modelyard.protocols.checks import CheckCard, CheckInput

# Kuhn, Johnson: Applied Predictive Modeling (2013), section 3.5, warn from 95 % on for few distinct
# values; a flag of one row in twenty may still be the best column of a large table.
_NEARLY = 0.99
_MIN_ROWS = 100
_JUDGED = frozenset(
    {ColumnKind.NUMERIC, ColumnKind.INTEGER, ColumnKind.BOOLEAN, ColumnKind.CATEGORY}
)


class NearConstant:
    """Looks at the share of the commonest value."""

    card = CheckCard("near-constant", "Nearly constant columns", ("near-constant-column",))

    def check(self, subject: CheckInput) -> Iterator[Finding]:
        """Report each feature that has one value in at least 99 % of its cells, and others."""
        features = set(subject.features)
        for column in subject.profile.columns:
            n_known = subject.profile.n_rows - column.n_missing
            if column.name not in features or column.n_unique < 2 or n_known < _MIN_ROWS:
                continue
            value, n_common = _commonest(column, subject)
            if n_common < _NEARLY * n_known:
                continue
            yield Finding(
                code="near-constant-column",
                severity=Severity.INFO,
                message=(
                    f"Column '{column.name}' is '{value}' in {n_common:,} of {n_known:,} cells "
                    f"({n_common / n_known:.1%})."
                ),
                columns=(column.name,),
                sample=(value,),
                fix=(
                    "Keep it if the rare values matter; otherwise drop it with "
                    f"--drop {quote(column.name)}."
                ),
                fixes=("drop-column",),
            )


def _commonest(column: ColumnProfile, subject: CheckInput) -> tuple[str, int]:
    """Return the commonest value and its count, as far as it can be nearly constant."""
    if column.kind not in _JUDGED:
        return "", 0
    if column.top_values:
        return column.top_values[0]
    if not column.quartiles or column.quartiles[0] != column.quartiles[2]:
        return "", 0
    middle = column.quartiles[1]
    values = subject.table.numbers(column.name)
    return f"{middle:g}", int(np.count_nonzero(values == middle))


COMPONENT = NearConstant()
