"""Naive Bayes: within a class every feature is taken to vary for itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from modelyard.domain.tasks import Task
from modelyard.packaging.graphs.chains import Chain
from modelyard.packaging.graphs.constants import ConstantModel
from modelyard.packaging.graphs.scores import softmax, spread, spread_columns, to_probabilities
from modelyard.protocols.algorithms import (
    AlgorithmCard,
    FitInput,
    FittedModel,
    FloatArray,
    Needs,
    Parameter,
)

# Standard deviations beyond which a number counts as this far off: a density says nothing there,
# and the squares of larger numbers would drown the other features in rounding.
_FARTHEST = 20.0


class NaiveBayes:
    """A normal density for each number, a share for each feature that is 0 or 1."""

    card = AlgorithmCard(
        key="naive-bayes",
        title="Naive Bayes",
        summary="Weighs each feature for itself, as if the others said nothing about it. Quick, "
        "needs few rows; its probabilities are too sure of themselves.",
        tasks=frozenset({Task.BINARY, Task.MULTICLASS}),
        parameters=(
            # Log loss in five folds of scikit-learn's samples, 1e-6 / 1e-2 / 0.1: digits 2.62 /
            # 1.74 / 1.17, breast cancer 0.61 / 0.59 / 0.52, iris 0.128 / 0.127 / 0.145.
            Parameter(
                "var_smoothing",
                0.01,
                "Added to the variances within a class, as a share of the variance of all rows.",
                minimum=1e-6,
                maximum=10.0,
                search_low=1e-4,
                search_high=1.0,
                is_log=True,
            ),
            Parameter(
                "alpha",
                1.0,
                "Rows of 0 and of 1 that each class is taken to have seen besides its own.",
                minimum=1e-3,
                maximum=1000.0,
                search_low=0.01,
                search_high=10.0,
                is_log=True,
            ),
        ),
        needs=Needs(takes_missing=False, normalize="standard", categorical_encoding="one_hot"),
        source="Hastie, Tibshirani, Friedman: The Elements of Statistical Learning, 2nd ed. "
        "(2009), p. 210; alpha: Manning, Raghavan, Schuetze: Introduction to Information "
        "Retrieval (2008), p. 263",
    )

    def fit(self, training: FitInput) -> FittedModel:
        """Take weighted means, variances and shares within each class."""
        parameters = dict(training.parameters)
        seen, codes = np.unique(training.y, return_inverse=True)
        n_features = training.X.shape[1]
        if len(seen) == 1:
            certain = spread_columns(np.ones((1, 1)), seen, n_classes=training.n_classes)
            return ConstantModel(certain[0], n_features, parameters)
        weight = np.ones(len(codes)) if training.weight is None else training.weight
        member = np.eye(len(seen))[codes] * weight[:, None]
        is_flag = ((training.X == 0) | (training.X == 1)).all(axis=0)
        scaling = _scaling(training.X, weight, is_flag)
        density = _density(scaling.apply(training.X), member, is_flag, parameters)
        return _Bayes(scaling, density, seen, training.n_classes, parameters)


@dataclass(frozen=True)
class _Scaling:
    """Each (k,) float64: a feature is `(x - center) / size`, held within the farthest."""

    center: FloatArray
    size: FloatArray

    def apply(self, X: FloatArray) -> FloatArray:
        # Held before as well, since no finite number may become infinite on the way.
        bound = _FARTHEST * self.size
        near: FloatArray = np.clip(X, self.center - bound, self.center + bound)
        return (near - self.center) / self.size


@dataclass(frozen=True)
class _Density:
    """Log density of class c: `z² @ square[:, c] + z @ slope[:, c] + level[c]`."""

    square: FloatArray
    slope: FloatArray
    level: FloatArray


@dataclass(frozen=True)
class _Bayes:
    scaling: _Scaling
    density: _Density
    seen: npt.NDArray[np.int64]
    n_classes: int
    parameters: Mapping[str, Any]

    def scores(self, X: FloatArray) -> FloatArray:
        z, density = self.scaling.apply(X), self.density
        raw = (z * z) @ density.square + z @ density.slope + density.level
        return to_probabilities(raw, self.seen, n_classes=self.n_classes)

    def to_onnx(self) -> bytes:
        center, size = self.scaling.center[None, :], self.scaling.size[None, :]
        bound = _FARTHEST * size
        near = Chain().then("Max", center - bound).then("Min", center + bound)
        z = near.then("Sub", center).then("Div", size)
        squares = z.then("Mul", z).then("MatMul", self.density.square)
        chain = z.then("Gemm", self.density.slope, self.density.level[None, :])
        chain = spread(softmax(chain.then("Add", squares)), self.seen, n_classes=self.n_classes)
        return chain.to_model(n_features=center.size, n_outputs=self.n_classes)


def _scaling(X: FloatArray, weight: FloatArray, is_flag: npt.NDArray[np.bool_]) -> _Scaling:
    center = np.average(X, axis=0, weights=weight)
    size = np.sqrt(np.average((X - center) ** 2, axis=0, weights=weight))
    return _Scaling(np.where(is_flag, 0.0, center), np.where(is_flag | (size == 0), 1.0, size))


def _density(
    z: FloatArray,
    member: FloatArray,
    is_flag: npt.NDArray[np.bool_],
    parameters: Mapping[str, Any],
) -> _Density:
    """Fit densities; what the first class has is taken from all, which changes no probability.

    Where classes spread alike the squares then cancel here, and not in the rounding of a score.
    """
    total = member.sum(axis=0)
    mean = z.T @ member / total
    variance = np.stack(
        [column @ (z - center) ** 2 for column, center in zip(member.T, mean.T, strict=True)],
        axis=1,
    )
    variance = variance / total + parameters["var_smoothing"]
    alpha = parameters["alpha"]
    share = (mean * total + alpha) / (total + 2 * alpha)
    flag = is_flag[:, None]
    square = np.where(flag, 0.0, -0.5 / variance)
    with np.errstate(divide="ignore", invalid="ignore"):
        slope = np.where(flag, np.log(share) - np.log1p(-share), mean / variance)
        fixed = np.where(flag, np.log1p(-share), -0.5 * (mean**2 / variance + np.log(variance)))
    level = fixed.sum(axis=0) + np.log(total)
    return _Density(square - square[:, :1], slope - slope[:, :1], level - level[0])


COMPONENT = NaiveBayes()
