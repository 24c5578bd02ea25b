"""The weighted mean of members' scores: what voting and blending come to."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from modelyard.packaging.graphs.chains import Chain


@dataclass(frozen=True)
class MeanOfMembers:
    """Fulfils `FittedModel`; its features are the members' scores side by side.

    Attributes:
        weights: (m,) float64 of the members, zero or more, with 1 as their sum.
        n_outputs: columns of each member's scores, and of its own.
        parameters: hyperparameters with their final values.
    """

    weights: npt.NDArray[np.float64]
    n_outputs: int
    parameters: Mapping[str, Any]

    def scores(self, X: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Return the mean."""
        mean: npt.NDArray[np.float64] = X @ self._places
        return mean

    def to_onnx(self) -> bytes:
        """Return the graph: one product."""
        n_features = len(self.weights) * self.n_outputs
        chain = Chain().then("MatMul", None, self._places)
        return chain.to_model(n_features=n_features, n_outputs=self.n_outputs)

    @property
    def _places(self) -> npt.NDArray[np.float64]:
        return np.kron(self.weights[:, None], np.eye(self.n_outputs)).astype(np.float64)


def with_weights(parameters: Mapping[str, Any], weights: npt.NDArray[np.float64]) -> dict[str, Any]:
    """Return an ensemble's parameters in which each member has the weight that was found."""
    found = zip(parameters["members"], weights.tolist(), strict=True)
    members = tuple({**member, "weight": weight} for member, weight in found)
    return {**parameters, "members": members}
