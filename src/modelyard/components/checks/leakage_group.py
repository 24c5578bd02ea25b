"""Reports a column whose rows of one value share the answer: patients, shops, batches.

Rows of one group on both sides of the split let a model recognise the group instead of learning
what makes its answer. The check asks how well the other rows of the same value tell each row.
"""

from collections.abc import Iterator
from shlex import quote

import numpy as np
import numpy.typing as npt

from modelyard.domain.columns import ColumnKind
from modelyard.domain.findings import Finding, Severity
from modelyard.domain.tasks import Task
from modelyard.protocols.checks import CheckCard, CheckInput

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

# As for a column that gives the answer away alone, whose source tells where they come from.
_EXPLAINED, _TOLD_APART = 0.94, 0.975
_MAX_ROWS = 50_000
# Few values with many rows each are a property, not a group.
_MIN_GROUPS = 20
_MIN_ROWS, _MIN_OTHER_ROWS = 50, 10
_MIN_SHARE_IN_COMPANY = 0.5
_JUDGED = frozenset(
    {ColumnKind.INTEGER, ColumnKind.CATEGORY, ColumnKind.IDENTIFIER, ColumnKind.TEXT}
)


class LeakageGroup:
    """Looks for groups of rows that share their answer."""

    card = CheckCard("leakage-group", "Groups that share the answer", ("leakage-group",))

    def check(self, subject: CheckInput) -> Iterator[Finding]:
        """Report each feature of many values, where the rows of a value tell of each other."""
        if subject.target is None or subject.task is None:
            return
        names = [each.name for each in subject.profile.columns if _is_judged(each.name, subject)]
        if not names:
            return
        known = subject.known(_MAX_ROWS)
        y = known.target_codes()
        for name in names:
            codes = known.table.codes(name)
            sizes = np.bincount(codes[codes >= 0])
            in_company = (codes >= 0) & (sizes[codes] > 1)
            if len(sizes) < _MIN_GROUPS or in_company.sum() < _MIN_ROWS:
                continue
            if in_company.mean() < _MIN_SHARE_IN_COMPANY:
                continue
            told = _told(codes[in_company], y[in_company], subject.task)
            if told:
                yield _finding(name, len(sizes), told, subject.target)


def _is_judged(name: str, subject: CheckInput) -> bool:
    if name not in subject.features or subject.table.column(name).kind not in _JUDGED:
        return False
    (column,) = (each for each in subject.profile.columns if each.name == name)
    return _MIN_GROUPS <= column.n_unique < subject.profile.n_rows - column.n_missing


def _told(codes: IntArray, y: FloatArray, task: Task) -> str:
    """Return in words how well the other rows of a value tell each row; nothing if no better."""
    if task is Task.REGRESSION:
        share = _explained(codes, y)
        return f"explain {share:.1%} of the variance of" if share >= _EXPLAINED else ""
    classes = np.unique(y, return_inverse=True)[1].astype(np.int64)
    n_common = int(np.bincount(classes).max())
    if len(y) - n_common < _MIN_OTHER_ROWS:
        return ""
    n_wrong = _n_wrong(codes, classes)
    is_told = 1 - n_wrong / (len(y) - n_common) >= _TOLD_APART
    return f"get {1 - n_wrong / len(y):.1%} of the rows right in" if is_told else ""


def _explained(codes: IntArray, y: FloatArray) -> float:
    """Return the share of the variance that the mean of the other rows of a value explains."""
    spread = float(np.square(y - y.mean()).sum())
    if not spread > 0:
        return 0.0
    counts, sums = np.bincount(codes), np.bincount(codes, weights=y)
    others = (sums[codes] - y) / (counts[codes] - 1)
    return 1 - float(np.square(y - others).sum()) / spread


def _n_wrong(codes: IntArray, classes: IntArray) -> int:
    """Return how many rows the commonest class of the other rows of their value gets wrong."""
    n_classes = int(classes.max()) + 1
    pairs, at, counts = np.unique(
        codes * n_classes + classes, return_inverse=True, return_counts=True
    )
    # The two commonest classes of a value, as each row is not counted itself.
    value = pairs // n_classes
    order = np.lexsort((-counts, value))
    starts = np.flatnonzero(np.append(True, np.diff(value[order]) > 0))
    rank = np.arange(len(order)) - np.repeat(starts, np.diff(np.append(starts, len(order))))
    best = np.zeros(int(codes.max()) + 1, dtype=np.int64)
    second = np.zeros_like(best)
    best[value[order[rank == 0]]] = counts[order[rank == 0]]
    second[value[order[rank == 1]]] = counts[order[rank == 1]]
    own = counts[at] - 1
    is_commonest = counts[at] == best[codes]
    rival = np.where(is_commonest, second[codes], best[codes])
    return int((own < rival).sum() + (own == 0)[own >= rival].sum())


def _finding(name: str, n_groups: int, told: str, target: str) -> Finding:
    return Finding(
        code="leakage-group",
        severity=Severity.ERROR,
        message=(
            f"Column '{name}' names {n_groups:,} groups whose rows share their answer: the other "
            f"rows of a group {told} '{target}'."
        ),
        columns=(name,),
        fix=(
            f"Keep its rows on one side of the split with --group {quote(name)}, drop it with "
            f"--drop {quote(name)}, or accept it with --accept {quote(f'leakage-group:{name}')}."
        ),
        fixes=(f"group-by:{name}", "drop-column"),
        safe_fix=f"group-by:{name}",
    )


COMPONENT = LeakageGroup()
