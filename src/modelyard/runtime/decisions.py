"""How scores become answers: calibrated, then a threshold for two labels, the best of more."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from modelyard.domain.errors import UnsupportedPackage
from modelyard.domain.manifests import Manifest
from modelyard.domain.predictions import Predictions, RowPrediction
from modelyard.domain.rules import MOST_PROBABLE, Rule
from modelyard.domain.tasks import Label, Task
from modelyard.runtime.calibration import Calibration

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Decision:
    """The last step of a prediction.

    Attributes:
        labels: in the order of the scores' columns; empty for regression.
        rule: by which probabilities become a label.
        calibration: of the graph's probabilities, None where they are answered as they are.
    """

    task: Task
    labels: tuple[Label, ...]
    rule: Rule = MOST_PROBABLE
    calibration: Calibration | None = None

    @classmethod
    def of(cls, manifest: Manifest) -> Self:
        """Return the decision of a packaged model.

        Raises:
            UnsupportedPackage: if the calibration lacks a field.
        """
        calibration = None
        if manifest.calibration is not None:
            try:
                calibration = Calibration.from_dict(manifest.calibration)
            except (KeyError, TypeError, ValueError) as error:
                raise UnsupportedPackage(
                    f"The package's calibration is incomplete: {error}."
                ) from error
        return cls(manifest.task, manifest.labels, rule_of(manifest), calibration)

    def calibrated(self, scores: FloatArray) -> FloatArray:
        """Return the scores that are answered, from those of the graph."""
        return scores if self.calibration is None else self.calibration.apply(scores)

    def row(self, scores: list[float]) -> RowPrediction:
        """Return the answer for the scores of one row."""
        if self.task is Task.REGRESSION:
            return RowPrediction(scores[0], {})
        code = self._code(scores)
        return RowPrediction(self.labels[code], dict(zip(self.labels, scores, strict=True)))

    def rows(self, scores: FloatArray) -> Predictions:
        """Return the answers for (n, n_labels) probabilities, or (n, 1) values for regression."""
        if self.task is Task.REGRESSION:
            return Predictions(scores[:, 0], (), None)
        codes = decide_codes(scores, self.rule)
        return Predictions(self._label_array[codes], self.labels, scores)

    def _code(self, scores: list[float]) -> int:
        """Decide as `decide_codes`, without an array where a row needs none."""
        if len(scores) == 2:
            return int(scores[1] >= self.rule.threshold)
        if self.rule.costs:
            return int(decide_codes(np.array([scores]), self.rule)[0])
        return scores.index(max(scores))

    @cached_property
    def _label_array(self) -> npt.NDArray[Any]:
        labels = np.empty(len(self.labels), dtype=object)
        labels[:] = self.labels
        return labels


def rule_of(manifest: Manifest) -> Rule:
    """Return by which rule a packaged model answers labels."""
    return Rule(manifest.threshold, manifest.costs)


def decide_codes(scores: FloatArray, rule: Rule) -> npt.NDArray[np.int64]:
    """Return (n,) class codes of (n, n_labels) probabilities; of equals the first is answered."""
    if scores.shape[1] == 2:
        return np.asarray(scores[:, 1] >= rule.threshold, dtype=np.int64)
    if rule.costs:
        return np.asarray(expected_costs(scores, rule).argmin(axis=1), dtype=np.int64)
    return np.asarray(scores.argmax(axis=1), dtype=np.int64)


def expected_costs(scores: FloatArray, rule: Rule) -> FloatArray:
    """Return (n, n_labels) what each answer is expected to cost.

    Summed label by label, so that a row costs the same alone as among others.
    """
    costs = np.array(rule.costs)
    total = np.zeros_like(scores)
    for code in range(scores.shape[1]):
        total += scores[:, code, None] * costs[code]
    return total
