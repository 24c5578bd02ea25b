"""Reports a counter of the rows in a table that is sorted by its answer.

A number that was given out row by row says nothing of a row, unless the rows were put in the order
of the answer first.
"""

from collections.abc import Iterator
from shlex import quote

import numpy as np
import numpy.typing as npt
import polars as pl

from modelyard.domain.columns import ColumnKind
from modelyard.domain.findings import Finding, Severity
from modelyard.domain.tasks import Task
from modelyard.protocols.checks import CheckCard, CheckInput

# Half of what there is to know. Of twelve public tables those in the order of time or of no matter
# reach 0.16 (rented bicycles by the hour), those that are sorted 0.52 to 0.84 (cars, diamonds,
# iris).
_MUCH = 0.5
_MIN_ROWS = 50
_ROWS_PER_STRETCH, _MAX_STRETCHES = 20, 256


class LeakageOrder:
    """Looks for counters."""

    card = CheckCard("leakage-order", "A counter of sorted rows", ("leakage-order",))

    def check(self, subject: CheckInput) -> Iterator[Finding]:
        """Report each feature that counts the rows, where their order tells the answer."""
        if subject.target is None or subject.task is None:
            return
        counters = [name for name in subject.features if _counts_rows(name, subject)]
        if not counters or _told_by_order(subject.target_codes(), subject.task) < _MUCH:
            return
        for name in counters:
            yield Finding(
                code="leakage-order",
                severity=Severity.ERROR,
                message=(
                    f"Column '{name}' counts the rows, and they are sorted by '{subject.target}': "
                    "it gives the answer away and says nothing of a new row."
                ),
                columns=(name,),
                fix=(
                    f"Drop it with --drop {quote(name)}, or accept it with "
                    f"--accept {quote(f'leakage-order:{name}')}."
                ),
                fixes=("drop-column",),
                safe_fix="drop-column",
            )


def _counts_rows(name: str, subject: CheckInput) -> bool:
    column, series = subject.table.column(name), subject.table.frame[name]
    if column.kind is ColumnKind.IDENTIFIER:
        series = series.cast(pl.Int64, strict=False)
    elif column.kind is not ColumnKind.INTEGER:
        return False
    if series.null_count() or len(series) < _MIN_ROWS:
        return False
    steps = np.diff(series.to_numpy())
    return bool((steps > 0).all() or (steps < 0).all())


def _told_by_order(y: npt.NDArray[np.float64], task: Task) -> float:
    """Return how much of the answer every other row of a stretch tells of the rows between."""
    known = np.flatnonzero(np.isfinite(y))
    y = y[known]
    if len(y) < _MIN_ROWS or not np.ptp(y):
        return 0.0
    n_stretches = min(len(y) // _ROWS_PER_STRETCH, _MAX_STRETCHES)
    stretch = np.arange(len(y)) * n_stretches // len(y)
    taught, judged = slice(0, None, 2), slice(1, None, 2)
    if task is Task.REGRESSION:
        counts = np.bincount(stretch[taught], minlength=n_stretches)
        means = np.bincount(stretch[taught], y[taught], minlength=n_stretches) / counts
        left = np.square(y[judged] - means[stretch[judged]]).mean()
        return float(1 - left / np.square(y - y.mean()).mean())
    classes = np.unique(y, return_inverse=True)[1]
    n_classes = int(classes.max()) + 1
    pairs = stretch[taught] * n_classes + classes[taught]
    table = np.bincount(pairs, minlength=n_stretches * n_classes).reshape(n_stretches, n_classes)
    answers = table.argmax(axis=1)[stretch[judged]]
    n_wrong = (answers != classes[judged]).mean()
    return float(1 - n_wrong / (1 - np.bincount(classes).max() / len(classes)))


COMPONENT = LeakageOrder()
