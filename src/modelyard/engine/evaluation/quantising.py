"""Measures what it cost to round a model, by what it answered for the same rows before."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from modelyard.domain.quantisations import Quantisation
from modelyard.domain.rules import Rule
from modelyard.domain.tasks import Task
from modelyard.engine.evaluation.estimates import score_once
from modelyard.engine.fitting import FitPlan, Fitted, IntArray
from modelyard.engine.preparing import rows_of
from modelyard.protocols.algorithms import Rounded
from modelyard.protocols.metrics import Metric
from modelyard.runtime.decisions import decide_codes

FloatArray = npt.NDArray[np.float64]


def cost_of_rounding(
    fitted: Fitted, plan: FitPlan, *, rows: IntArray, metric: Metric, rule: Rule
) -> Quantisation | None:
    """Return what rounding cost, None for a model that was not rounded.

    Args:
        fitted: the model as it will be packaged.
        plan: of its fit.
        rows: positions of rows that it was not taught.
        metric: that decides.
        rule: by which probabilities become a label.
    """
    if not isinstance(fitted.model, Rounded):
        return None
    unrounded = replace(fitted, model=fitted.model.unrounded)
    blocks, y_true = rows_of(plan.blocks, rows), plan.y[rows]
    before, after = unrounded.scores(blocks), fitted.scores(blocks)
    weight = None if plan.weight is None else plan.weight[rows]
    values = [
        score_once(metric, y_true, scores=scores, task=plan.task, weight=weight)
        for scores in (before, after)
    ]
    spread = float(np.std(plan.y)) or 1.0 if plan.task is Task.REGRESSION else 1.0
    n_flips = n_lost = n_won = 0
    if plan.task is Task.REGRESSION:
        worse = (_root_mean_square(after, y_true) - _root_mean_square(before, y_true)) / spread
    else:
        old, new = decide_codes(before, rule), decide_codes(after, rule)
        n_flips = int((old != new).sum())
        n_lost = int(((old == y_true) & (new != y_true)).sum())
        n_won = int(((old != y_true) & (new == y_true)).sum())
        worse = (n_lost - n_won) / len(rows)
    return Quantisation(
        n_rows=len(rows),
        n_flips=n_flips,
        n_lost=n_lost,
        n_won=n_won,
        metric=metric.card.key,
        before=values[0],
        after=values[1],
        max_difference=float(np.abs(after - before).max()) / spread,
        worse=worse,
        size_bytes_before=len(unrounded.model.to_onnx()),
        size_bytes=len(fitted.session.content),
    )


def _root_mean_square(scores: FloatArray, y_true: npt.NDArray[np.float64]) -> float:
    return float(np.sqrt(np.mean((scores[:, 0] - y_true) ** 2)))
