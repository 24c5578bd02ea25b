"""What no model can pass: rows that are equal in every feature and differ in the target.

Equal rows get equal answers, whatever the model. The best answer for one kind of row is its
commonest label (Duda, Hart, Stork: Pattern Classification, 2nd ed. (2001), section 2.2), or for
values its mean. Taken from these very rows it is a bound that holds exactly for them; the noise of
rows that have no equal cannot be seen.
"""

import numpy as np
import numpy.typing as npt

from modelyard.domain.losses import Loss
from modelyard.domain.suggestions import Ceiling
from modelyard.engine.evaluation.judging import Judge
from modelyard.engine.fitting import IntArray

FloatArray = npt.NDArray[np.float64]

# Below these the rows that have an equal say little of a table, and their share of right answers is
# known to worse than 0.14 (1.96 standard errors of a half).
_LEAST_ROWS, _LEAST_SHARE = 50, 0.05
# Two-sided 95 % of the normal distribution.
_Z = 1.96


def ceiling_of(judge: Judge, rows: IntArray, *, scores: FloatArray) -> Ceiling | None:
    """Return the bound for the rows that have an equal, and what a model reaches on them.

    Args:
        judge: of the training.
        rows: (n,) positions of rows.
        scores: (n, m) what the model answers for them, NaN where it answers nothing.

    Returns:
        None where too few rows have an equal, their targets leave nothing in doubt, or other errors
        than squared ones decide, which the mean of equal rows does not bound.
    """
    plan = judge.plan
    if not plan.task.is_classification and plan.wanted_loss is not Loss.SQUARED_ERROR:
        return None
    answered = np.isfinite(scores).all(axis=1)
    rows, scores = rows[answered], scores[answered]
    if len(rows) < _LEAST_ROWS:
        return None
    frame = judge.dealer.table.frame.select([column.name for column in plan.columns])
    _, kind, counts = np.unique(
        frame[rows].hash_rows().to_numpy(), return_inverse=True, return_counts=True
    )
    is_repeated = counts[kind] > 1
    n_rows = int(is_repeated.sum())
    if n_rows < max(_LEAST_ROWS, _LEAST_SHARE * len(rows)):
        return None
    kind, y, scores = kind[is_repeated], plan.y[rows][is_repeated], scores[is_repeated]
    if plan.task.is_classification:
        found = _of_labels(kind, y, scores)
    else:
        found = _of_values(kind, y, scores[:, 0])
    if found is None:
        return None
    bound, reached, margin = found
    is_error = not plan.task.is_classification
    return Ceiling(n_rows, len(rows), bound, reached, margin, is_error)


def _of_labels(
    kind: IntArray, y: IntArray, scores: FloatArray
) -> tuple[float, float, float] | None:
    """Return shares of right answers: of the commonest label of each kind, and of the model."""
    n_classes = scores.shape[1]
    _, first, counts = np.unique(kind * n_classes + y, return_index=True, return_counts=True)
    most = np.zeros(int(kind.max()) + 1, dtype=np.int64)
    np.maximum.at(most, kind[first], counts)
    n_right = int(most.sum())
    if n_right == len(y):
        return None
    reached = float((scores.argmax(axis=1) == y).mean())
    margin = _Z * float(np.sqrt(reached * (1 - reached) / len(y)))
    return n_right / len(y), reached, margin


def _of_values(
    kind: IntArray, y: FloatArray, answers: FloatArray
) -> tuple[float, float, float] | None:
    """Return root mean squared errors: of the mean of each kind, and of the model."""
    means = np.bincount(kind, weights=y) / np.maximum(np.bincount(kind), 1)
    bound = float(np.sqrt(np.mean((y - means[kind]) ** 2)))
    if bound == 0:
        return None
    reached = float(np.sqrt(np.mean((y - answers) ** 2)))
    # The standard error of a standard deviation of errors that are normal.
    return bound, reached, _Z * reached / float(np.sqrt(2 * len(y)))
