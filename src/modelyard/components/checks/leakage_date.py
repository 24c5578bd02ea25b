"""Reports dates that are written once the answer is known: how far apart they lie is the answer."""

from collections.abc import Iterator
from itertools import combinations
from shlex import quote

import numpy as np
import numpy.typing as npt

from modelyard.domain.columns import ColumnKind
from modelyard.domain.findings import Finding, Severity
from modelyard.domain.tasks import Task
from modelyard.protocols.checks import CheckCard, CheckInput

FloatArray = npt.NDArray[np.float64]

# As in the check for sums: a linear rule that explains more is bookkeeping.
_EXPLAINED = 0.9999
# Area under the ROC curve of a class. A convention: one row in a hundred stands out of order.
_TOLD_APART = 0.99
_MAX_ROWS = 20_000
_MIN_ROWS = 30
_MIN_OF_CLASS = 10
# Pairs of dates grow with their square.
_MAX_DATES = 20


class LeakageDate:
    """Looks at the spans between dates."""

    card = CheckCard("leakage-date", "Dates that give the answer away", ("leakage-date",))

    def check(self, subject: CheckInput) -> Iterator[Finding]:
        """Report each pair of dates whose distance is the target, or tells its classes apart."""
        if subject.target is None or subject.task is None:
            return
        dates = [
            name
            for name in subject.features
            if subject.table.column(name).kind is ColumnKind.DATETIME
        ][:_MAX_DATES]
        if len(dates) < 2:
            return
        known = subject.known(_MAX_ROWS)
        y = known.target_codes()
        moments = {name: known.table.numbers(name) for name in dates}
        for first, second in combinations(dates, 2):
            span = moments[second] - moments[first]
            both = np.isfinite(span)
            if both.sum() >= _MIN_ROWS and _gives_away(span[both], y[both], subject.task):
                yield _finding(first, second, subject.target)


def _gives_away(span: FloatArray, y: FloatArray, task: Task) -> bool:
    if not np.ptp(span) or not np.ptp(y):
        return False
    if task is Task.REGRESSION:
        span, y = span / np.abs(span).max(), y / np.abs(y).max()
        return bool(np.corrcoef(span, y)[0, 1] ** 2 >= _EXPLAINED)
    _, codes, counts = np.unique(span, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[codes]
    return any(_area(ranks, y == label) >= _TOLD_APART for label in np.unique(y))


def _area(ranks: FloatArray, is_class: npt.NDArray[np.bool_]) -> float:
    """Return the area under the curve, whichever way round (Mann, Whitney 1947)."""
    n_class, n_others = int(is_class.sum()), int((~is_class).sum())
    if min(n_class, n_others) < _MIN_OF_CLASS:
        return 0.5
    area = (ranks[is_class].sum() - n_class * (n_class + 1) / 2) / (n_class * n_others)
    return float(max(area, 1 - area))


def _finding(first: str, second: str, target: str) -> Finding:
    return Finding(
        code="leakage-date",
        severity=Severity.ERROR,
        message=(
            f"The time from '{first}' to '{second}' gives '{target}' away: one of them seems to be "
            "written once the answer is known."
        ),
        columns=(first, second),
        fix=(
            f"Drop the later one with --drop {quote(second)}, or accept it with "
            "--accept leakage-date."
        ),
        fixes=("drop-column",),
        safe_fix="drop-column",
        fixed_columns=(second,),
    )


COMPONENT = LeakageDate()
