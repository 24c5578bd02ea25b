"""Models that are taught the logarithm of a target, for values of many sizes.

The mean of a logarithm, taken back, is less than the mean: answers are lifted by what the training
rows lack on the whole (Duan: Smearing Estimate, Journal of the American Statistical Association 78
(1983)), and stay within the values that were taught. The median of a logarithm, taken back, is the
median: where absolute errors decide, answers stay as they are.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from modelyard.domain.losses import Loss
from modelyard.domain.tasks import Task
from modelyard.packaging.graphs.chains import Chain
from modelyard.packaging.graphs.merging import GraphPart, merge
from modelyard.protocols.algorithms import Algorithm, FitInput, FittedModel

FloatArray = npt.NDArray[np.float64]

# Beside the hyperparameters of a model.
TAUGHT, LOGARITHM = "taught", "logarithm of the target"
# Half of what calls a target skewed on the page of checks: below, a logarithm changes little.
_SKEWED = 1.0


def gains_by_logarithm(y: npt.NDArray[Any], task: Task) -> bool:
    """Tell whether a target is worth a try: values of zero or more with a long tail upwards."""
    if task is not Task.REGRESSION or y.min() < 0:
        return False
    apart = y - y.mean()
    spread = float(np.sqrt(np.mean(apart**2)))
    return spread > 0 and float(np.mean((apart / spread) ** 3)) > _SKEWED


def fit_logarithm(algorithm: Algorithm, lesson: FitInput, *, wanted: Loss) -> FittedModel:
    """Fit a regression to the logarithm of its target.

    Args:
        algorithm: that does regressions.
        lesson: its targets, those of validation rows too, are not below zero.
        wanted: what answers are to make small, whether or not the algorithm can be taught that.
    """
    shift = 0.0 if lesson.y.min() > 0 else 1.0
    taught = np.log(lesson.y + shift)
    held = lesson.y_validation
    if held is not None:
        held = np.log(np.maximum(held, lesson.y.min()) + shift)
    model = algorithm.fit(replace(lesson, y=taught, y_validation=held))
    span = (float(taught.min()), float(taught.max()))
    found = _LogModel(model, 1.0, shift, span, lesson.X.shape[1])
    if wanted is Loss.ABSOLUTE_ERROR:
        return found
    answered = np.average(found.scores(lesson.X)[:, 0] + shift, weights=lesson.weight)
    lift = float(np.average(lesson.y + shift, weights=lesson.weight) / answered)
    return replace(found, lift=lift)


@dataclass(frozen=True)
class _LogModel:
    """Fulfils `FittedModel`: `lift * exp(answer) - shift`, the answer within `span`."""

    inner: FittedModel
    lift: float
    shift: float
    span: tuple[float, float]
    n_features: int

    @property
    def parameters(self) -> Mapping[str, Any]:
        """The hyperparameters of the model inside, and what it was taught."""
        return {**self.inner.parameters, TAUGHT: LOGARITHM}

    def scores(self, X: FloatArray) -> FloatArray:
        """Return answers in the unit of the target."""
        return np.exp(np.clip(self.inner.scores(X), *self.span)) * self.lift - self.shift

    def to_onnx(self) -> bytes:
        """Return the graph of the model inside with the way back behind it."""
        low, high = (np.array([[each]]) for each in self.span)
        back = Chain().then("Max", low).then("Min", high).then("Exp")
        back = back.then("Mul", np.array([[self.lift]])).then("Sub", np.array([[self.shift]]))
        part = GraphPart(self.inner.to_onnx(), np.arange(self.n_features))
        combiner = back.to_model(n_features=1, n_outputs=1)
        return merge([part], combiner, n_features=self.n_features, n_outputs=1)
