"""Reports rows that stand in the order of time, where they are dealt by lot.

By lot, a row that tests lies in time between rows that teach. A model that is to answer rows of a
later time has no such neighbours: what it is worth shows where the later rows test.
Source: Bergmeir, Benitez 2012, "On the use of cross-validation for time series predictor
evaluation".
"""

from collections.abc import Iterator
from shlex import quote

import numpy as np
import polars as pl

from modelyard.domain.columns import ColumnKind
from modelyard.domain.findings import Finding, Severity
from modelyard.protocols.checks import CheckCard, CheckInput

_MIN_ROWS = 50
# Fewer are editions of a table rather than a course of time.
_MIN_MOMENTS = 20
# Of the steps between moments: where clocks are set back, and where one place follows another.
# Rows in no order go back at every other one.
_MAX_SHARE_BACK = 0.01


class RowsInTimeOrder:
    """Looks for a course of time."""

    card = CheckCard("rows-in-time-order", "Rows in the order of time", ("rows-in-time-order",))

    def check(self, subject: CheckInput) -> Iterator[Finding]:
        """Report the first date that grows, or shrinks, from row to row."""
        if subject.target is None or not subject.is_dealt_by_lot:
            return
        for name in subject.features:
            if subject.table.column(name).kind is not ColumnKind.DATETIME:
                continue
            moments = subject.table.frame[name]
            # Rows without a moment cannot be dealt by it.
            if not moments.null_count() and _is_a_course(moments):
                yield _finding(name, moments, subject.target)
                return


def _is_a_course(moments: pl.Series) -> bool:
    if len(moments) < _MIN_ROWS or moments.n_unique() < _MIN_MOMENTS:
        return False
    steps = np.diff(moments.to_physical().to_numpy())
    share_back = float((steps[steps != 0] < 0).mean())
    return min(share_back, 1 - share_back) <= _MAX_SHARE_BACK


def _finding(name: str, moments: pl.Series, target: str) -> Finding:
    first, last = moments.sort()[[0, -1]].dt.strftime("%Y-%m-%d")
    return Finding(
        code="rows-in-time-order",
        severity=Severity.INFO,
        message=(
            f"Rows stand in the order of '{name}', from {first} to {last}. They are "
            "dealt by lot: a row that tests lies between rows that teach, which a row of a later "
            "time does not."
        ),
        columns=(name,),
        fix=(
            f"If '{target}' is to be predicted for later rows, let the earlier ones teach and the "
            f"later ones test: --time {quote(name)}."
        ),
    )


COMPONENT = RowsInTimeOrder()
