"""How scores become answers: the threshold for two labels, the first largest for more."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from modelyard.domain.manifests import Manifest
from modelyard.domain.predictions import Predictions, RowPrediction
from modelyard.domain.tasks import Label, Task

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Decision:
    """The last step of a prediction.

    Attributes:
        labels: in the order of the scores' columns; empty for regression.
        threshold: of two labels, the second is answered from this probability on.
    """

    task: Task
    labels: tuple[Label, ...]
    threshold: float = 0.5

    @classmethod
    def of(cls, manifest: Manifest) -> Self:
        """Return the decision of a packaged model."""
        return cls(manifest.task, manifest.labels, manifest.threshold)

    def row(self, scores: list[float]) -> RowPrediction:
        """Return the answer for the scores of one row."""
        if self.task is Task.REGRESSION:
            return RowPrediction(scores[0], {})
        is_second = len(scores) == 2 and scores[1] >= self.threshold
        code = int(is_second) if len(scores) == 2 else scores.index(max(scores))
        return RowPrediction(self.labels[code], dict(zip(self.labels, scores, strict=True)))

    def rows(self, scores: FloatArray) -> Predictions:
        """Return the answers for (n, n_labels) probabilities, or (n, 1) values for regression."""
        if self.task is Task.REGRESSION:
            return Predictions(scores[:, 0], (), None)
        codes = decide_codes(scores, self.threshold)
        return Predictions(self._label_array[codes], self.labels, scores)

    @cached_property
    def _label_array(self) -> npt.NDArray[Any]:
        labels = np.empty(len(self.labels), dtype=object)
        labels[:] = self.labels
        return labels


def decide_codes(scores: FloatArray, threshold: float) -> npt.NDArray[np.int64]:
    """Return (n,) class codes of (n, n_labels) probabilities."""
    if scores.shape[1] == 2:
        return np.asarray(scores[:, 1] >= threshold, dtype=np.int64)
    return np.asarray(scores.argmax(axis=1), dtype=np.int64)
