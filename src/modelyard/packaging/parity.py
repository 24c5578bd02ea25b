"""Proves that a package predicts what the trained model predicts, before it is published."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from modelyard.domain.errors import ParityExceeded
from modelyard.domain.manifests import Parity
from modelyard.domain.quantisations import Quantisation
from modelyard.domain.rules import Rule
from modelyard.domain.tasks import Task
from modelyard.runtime.blocks import Blocks
from modelyard.runtime.decisions import decide_codes, expected_costs
from modelyard.runtime.predictor import Predictor

# Largest difference that is published: the product's promise, in probability for classification
# and in units of max(|y|, sd y) for regression.
TOLERANCE = 1e-5
# What rounding a model may cost on test rows. Source: MLPerf Inference, rules of the closed
# division: a quantised model keeps 99 % of the quality of the reference.
WORSE_BY_ROUNDING = 0.01

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class ParityCase:
    """Rows to compare on, read as in production, with the trained model's own answers.

    Attributes:
        blocks: test rows, read as a table that comes to be predicted.
        expected: (n, m) scores of the trained model for them.
        rows: up to 1,000 rows of raw cells as requests carry them, half of them odd: with gaps,
            unseen words, numbers as text or far beyond those of the training.
        expected_rows: (len(rows), m) scores of the trained model for them.
        scale: standard deviation of the target for regression, else 1.
    """

    blocks: Blocks
    expected: FloatArray
    rows: Sequence[Mapping[str, Any]]
    expected_rows: FloatArray
    scale: float


def measure_parity(predictor: Predictor, case: ParityCase) -> Parity:
    """Compare the package with the trained model, as a batch and row by row."""
    answers = predictor.predict_blocks(case.blocks)
    batch = answers.values[:, None] if answers.probabilities is None else answers.probabilities
    single = np.array([_scores_of(predictor, row) for row in case.rows]).reshape(
        case.expected_rows.shape
    )
    got = np.concatenate([batch, single])
    expected = np.concatenate([case.expected, case.expected_rows])
    decision = predictor.decision
    flips, ties = _flips(decision.task, got, expected, rule=decision.rule)
    return Parity(
        n_rows_batch=len(batch),
        n_rows_single=len(single),
        n_flips=flips,
        n_ties=ties,
        max_difference=_difference(decision.task, got, expected, scale=case.scale),
    )


def require_parity(parity: Parity) -> None:
    """Refuse a package that does not predict what the trained model predicts.

    Raises:
        ParityExceeded: if a label flips, or the largest difference is beyond the tolerance.
    """
    # Written so that a NaN difference is refused as well.
    if parity.n_flips or not parity.max_difference <= TOLERANCE:
        raise ParityExceeded(
            f"The package predicts another label than the trained model on {parity.n_flips} rows, "
            f"and differs by up to {parity.max_difference:.2g}; up to {TOLERANCE:g} is allowed.",
            fix="Nothing was published. Please report this with the configuration.",
        )


def require_small_cost(cost: Quantisation) -> None:
    """Refuse a rounded model that is clearly worse than the one that was trained.

    Raises:
        ParityExceeded: if it has lost more than a hundredth of the rows, one row aside; or if its
            errors have grown by more than a hundredth of the spread of the target.
    """
    row = 1 / cost.n_rows if cost.n_flips else 0.0
    if not cost.worse <= max(WORSE_BY_ROUNDING, row):
        raise ParityExceeded(
            f"Rounded to 8 bits, the model is worse by {cost.worse:.1%} on {cost.n_rows:,} test "
            f"rows ({cost.metric} {cost.after:.4g} in place of {cost.before:.4g}); up to "
            f"{WORSE_BY_ROUNDING:.0%} is allowed.",
            fix="Train it without quantisation.",
        )


def _scores_of(predictor: Predictor, row: Mapping[str, Any]) -> list[float]:
    answer = predictor.predict_row(row)
    if predictor.decision.task is Task.REGRESSION:
        return [float(answer.value)]
    return [answer.probabilities[label] for label in predictor.decision.labels]


def _flips(task: Task, got: FloatArray, expected: FloatArray, *, rule: Rule) -> tuple[int, int]:
    if task is Task.REGRESSION:
        return 0, 0
    differs = decide_codes(got, rule) != decide_codes(expected, rule)
    margin = _margin(expected, rule)
    # A tie is exact to the rounding of a double: neither label is the more likely one.
    tied = margin <= 4 * np.finfo(np.float64).eps
    return int((differs & ~tied).sum()), int((differs & tied).sum())


def _margin(expected: FloatArray, rule: Rule) -> FloatArray:
    """Return how far each row is from another answer."""
    if expected.shape[1] == 2:
        return np.abs(expected[:, 1] - rule.threshold)
    worth = -expected_costs(expected, rule) if rule.costs else expected
    best = np.sort(worth, axis=1)
    return np.asarray(best[:, -1] - best[:, -2])


def _difference(task: Task, got: FloatArray, expected: FloatArray, *, scale: float) -> float:
    if not len(got):
        return 0.0
    absolute = np.abs(got - expected)
    if task is Task.REGRESSION:
        absolute = absolute / np.maximum(np.maximum(np.abs(expected), scale), np.finfo(float).tiny)
    return float(absolute.max())
