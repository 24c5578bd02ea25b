"""Models that answer the same for every row: the baseline, and a fold that holds one class."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from modelyard.packaging.graphs.chains import Chain


@dataclass(frozen=True)
class ConstantModel:
    """Fulfils `FittedModel`.

    Attributes:
        answer: (c,) float64, the scores of every row.
        n_features: columns that it takes, and passes over.
        parameters: hyperparameters with their final values.
    """

    answer: npt.NDArray[np.float64]
    n_features: int
    parameters: Mapping[str, Any]

    def scores(self, X: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Return the answer once for each row."""
        return np.tile(self.answer, (len(X), 1))

    def to_onnx(self) -> bytes:
        """Return the graph; it reads the number of rows alone, so that NaN does not matter."""
        chain = (
            Chain()
            .then("Shape", start=0, end=1)
            .then("Concat", None, np.array([1]), axis=0)
            .then("ConstantOfShape", value=np.array([1.0]))
            .then("Mul", self.answer[None, :])
        )
        return chain.to_model(n_features=self.n_features, n_outputs=len(self.answer))
