"""Reports a column that is the target under another name, scale or code."""

from collections.abc import Iterator
from math import lgamma, log
from shlex import quote

import numpy as np
import numpy.typing as npt

from modelyard.domain.columns import ColumnKind
from modelyard.domain.findings import Finding, Severity
from modelyard.domain.tables import Table
from modelyard.domain.tasks import Task
from modelyard.protocols.checks import CheckCard, CheckInput

_MAX_ROWS = 20_000
# A column agrees with the target by chance in fewer than one of 10,000 shuffles.
_MAX_LOG_CHANCE = log(1e-4)
# Rows for each value of the target that a column is looked at by before all are.
_FIRST_ROWS = 100
_COMPARED = frozenset(
    {
        ColumnKind.NUMERIC,
        ColumnKind.INTEGER,
        ColumnKind.BOOLEAN,
        ColumnKind.DATETIME,
        ColumnKind.CATEGORY,
        ColumnKind.IDENTIFIER,
        ColumnKind.TEXT,
    }
)


class LeakageCopy:
    """Looks for a rule that turns a column into the target and back, without exception."""

    card = CheckCard("leakage-copy", "A column that copies the target", ("leakage-copy",))

    def check(self, subject: CheckInput) -> Iterator[Finding]:
        """Report each feature that goes one to one with the target, on the rows that have both.

        Between numbers of a regression only a rule that keeps or reverses the order counts.
        """
        if subject.target is None or subject.task is None:
            return
        known = subject.known(_MAX_ROWS)
        y = known.target_codes()
        for name in subject.features:
            if known.table.column(name).kind not in _COMPARED:
                continue
            x, is_ordered = _values(known.table, name)
            present = ~np.isnan(x)
            by_order = is_ordered and subject.task is Task.REGRESSION
            if _is_copy(x[present], y[present], by_order=by_order):
                yield _finding(name, int(present.sum()), subject)


def _values(table: Table, name: str) -> tuple[npt.NDArray[np.float64], bool]:
    if table.column(name).kind.is_number:
        return table.numbers(name), True
    codes = table.codes(name).astype(np.float64)
    codes[codes < 0] = np.nan
    return codes, False


def _is_copy(x: npt.NDArray[np.float64], y: npt.NDArray[np.float64], *, by_order: bool) -> bool:
    """Return whether each value of one goes with one value of the other, and not by chance."""
    y_values, y_codes, counts = np.unique(y, return_inverse=True, return_counts=True)
    n_values = len(y_values)
    # The first rows of most columns hold more values than the target has at all.
    if n_values < 2 or len(np.unique(x[: n_values * _FIRST_ROWS])) > n_values:
        return False
    x_values, x_codes = np.unique(x, return_inverse=True)
    if len(x_values) != n_values:
        return False
    y_of_x = np.empty(n_values, dtype=np.int64)
    y_of_x[x_codes] = y_codes
    x_of_y = np.empty(n_values, dtype=np.int64)
    x_of_y[y_codes] = x_codes
    if (y_of_x[x_codes] != y_codes).any() or (x_of_y[y_codes] != x_codes).any():
        return False
    if by_order and not _is_monotone(y_of_x):
        return False
    n_rules = log(2) if by_order else lgamma(n_values + 1)
    # Of all ways to shuffle the target's values over the rows, those that such a rule explains.
    n_shuffles = lgamma(len(y) + 1) - sum(lgamma(count + 1) for count in counts.tolist())
    return n_rules - n_shuffles < _MAX_LOG_CHANCE


def _is_monotone(places: npt.NDArray[np.int64]) -> bool:
    steps = np.diff(places)
    return bool((steps > 0).all() or (steps < 0).all())


def _finding(name: str, n_rows: int, subject: CheckInput) -> Finding:
    frame = subject.table.frame
    pairs = frame.select(name, str(subject.target)).drop_nulls().unique(maintain_order=True)
    return Finding(
        code="leakage-copy",
        severity=Severity.ERROR,
        message=(
            f"Column '{name}' is '{subject.target}' written in another way: in all {n_rows:,} "
            "rows that were compared each value of one goes with one value of the other."
        ),
        columns=(name,),
        sample=tuple(f"{left} = {right}" for left, right in pairs.head(5).rows()),
        fix=(
            f"Drop it with --drop {quote(name)}, or accept it with "
            f"--accept {quote(f'leakage-copy:{name}')}."
        ),
        fixes=("drop-column",),
        safe_fix="drop-column",
    )


COMPONENT = LeakageCopy()
