"""What one row costs: the losses that weak spots and worst rows are found by."""

import numpy as np
import numpy.typing as npt

from modelyard.domain.tasks import Task
from modelyard.engine.evaluation.estimates import Scored
from modelyard.protocols.metrics import Metric, Wants
from modelyard.runtime.calibration import FLOOR
from modelyard.runtime.decisions import decide_codes

FloatArray = npt.NDArray[np.float64]


def row_losses(scored: Scored, metric: Metric) -> tuple[FloatArray, str]:
    """Return (n,) what each row costs by what the deciding metric looks at, and its name in words.

    Most metrics are no mean over rows, an area under a curve for one. Where the metric wants labels
    a wrong one costs 1; where it wants probabilities a row costs the log loss, which is smallest
    for the true probabilities; a number costs its absolute error, in the unit of the target.

    Source: Gneiting, Raftery: Strictly Proper Scoring Rules, Prediction, and Estimation (2007).
    """
    if scored.task is Task.REGRESSION:
        return np.abs(scored.scores[:, 0] - scored.y_true), "absolute error"
    if metric.card.wants is Wants.LABELS:
        return is_wrong(scored).astype(np.float64), "share of wrong answers"
    return surprise(scored), "log loss"


def is_wrong(scored: Scored) -> npt.NDArray[np.bool_]:
    """Return (n,) whether each row was answered with another label than the true one."""
    return np.asarray(decide_codes(scored.scores, scored.rule) != scored.y_true)


def surprise(scored: Scored) -> FloatArray:
    """Return (n,) minus the logarithm of the probability of the true label, at least `FLOOR`."""
    truth = scored.scores[np.arange(scored.n_rows), scored.y_true]
    return np.asarray(-np.log(np.clip(truth, FLOOR, 1.0)))
