"""A network that learned from a matrix, beside pictures or alone, as the engine knows models."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from modelyard.networks.learning import let_in
from modelyard.networks.picture_models import PIXELS
from modelyard.networks.runs import Course
from modelyard.networks.translating import translated
from modelyard.packaging.graphs.chains import DOUBLE, FLOAT, INPUT, OUTPUT, Chain, encoded
from modelyard.packaging.graphs.messages import UINT8, Port, model_of
from modelyard.packaging.graphs.scores import softmax
from modelyard.protocols.algorithms import FloatArray, Pixels

_ROWS_AT_ONCE = 256


@dataclass(frozen=True)
class MatrixModel:
    """A trained network.

    Attributes:
        network: on the CPU, in evaluation mode.
        reach: (k,) how far from 0 each column is let in.
        size: height and width of the pictures that it takes; None for none.
        n_classes: 0 for values.
        center, spread: of the values that it was taught.
        parameters: every hyperparameter.
        course: how the training went.
    """

    network: Any
    reach: FloatArray
    size: tuple[int, int] | None
    n_classes: int
    center: float
    spread: float
    parameters: Mapping[str, Any]
    course: Course

    def scores(self, X: FloatArray) -> FloatArray:
        """Return the scores of rows without pictures."""
        return self.scores_seeing(X, ())

    def scores_seeing(self, X: FloatArray, pictures: tuple[Pixels, ...]) -> FloatArray:
        """Return the scores of rows as `SeesPictures` says."""
        import torch

        matrix, answers = let_in(X, self.reach), []
        with torch.inference_mode():
            for start in range(0, len(X), _ROWS_AT_ONCE):
                part = slice(start, start + _ROWS_AT_ONCE)
                taken = [
                    torch.from_numpy(each[part]).permute(0, 3, 1, 2).contiguous().float()
                    for each in pictures
                ]
                taken += [torch.from_numpy(matrix[part])] if matrix.shape[1] else []
                answers.append(self.network(*taken).numpy())
        raw = np.concatenate(answers).astype(np.float64)
        if not self.n_classes:
            return raw * self.spread + self.center
        grown = np.exp(raw - raw.max(axis=1, keepdims=True))
        shares: FloatArray = grown / grown.sum(axis=1, keepdims=True)
        return shares

    def to_onnx(self) -> bytes:
        """Return the graph: `features`, where it takes any, and `pictures_0`, to `scores`."""
        reach = self.reach[None, :]
        matrix = Chain().then("Max", -reach).then("Min", reach).then("Cast", to=FLOAT)
        pixels = None if self.size is None else Chain(taken=PIXELS)
        scores = translated(self.network, pixels, matrix=matrix).then("Cast", to=DOUBLE)
        if self.n_classes:
            scores = softmax(scores)
        else:
            scores = scores.then("Mul", np.array([[self.spread]]))
            scores = scores.then("Add", np.array([[self.center]]))
        ports = [Port(INPUT, DOUBLE, self.reach.size)] if self.reach.size else []
        if self.size is not None:
            ports.append(Port(PIXELS, UINT8, (*self.size, 3)))
        nodes, constants = encoded({OUTPUT: scores})
        made = Port(OUTPUT, DOUBLE, self.n_classes or 1)
        return model_of(nodes, constants, inputs=ports, outputs=(made,))
