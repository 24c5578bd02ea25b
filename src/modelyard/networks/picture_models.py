"""A network that learned from pictures, as the engine knows models."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from modelyard.domain.errors import UsageError
from modelyard.networks.runs import Course
from modelyard.networks.translating import translated
from modelyard.packaging.graphs.chains import DOUBLE, OUTPUT, Chain, encoded
from modelyard.packaging.graphs.messages import UINT8, Port, model_of
from modelyard.protocols.algorithms import FloatArray, Pixels

PIXELS = "pictures_0"
_ROWS_AT_ONCE = 64


@dataclass(frozen=True)
class PictureModel:
    """A trained network.

    Attributes:
        network: on the CPU, in evaluation mode.
        size: height and width of the pictures that it takes.
        n_classes: 0 for values.
        center, spread: of the values that it was taught.
        parameters: every hyperparameter.
        course: how the training went.
    """

    network: Any
    size: tuple[int, int]
    n_classes: int
    center: float
    spread: float
    parameters: Mapping[str, Any]
    course: Course

    def scores(self, X: FloatArray) -> FloatArray:
        """Refuse rows without pictures."""
        raise UsageError("This model answers for pictures.", fix=f"{len(X)} rows came without.")

    def scores_seeing(self, X: FloatArray, pictures: tuple[Pixels, ...]) -> FloatArray:
        import torch

        answers = []
        with torch.inference_mode():
            for start in range(0, len(X), _ROWS_AT_ONCE):
                pixels = torch.from_numpy(pictures[0][start : start + _ROWS_AT_ONCE])
                answers.append(
                    self.network(pixels.permute(0, 3, 1, 2).contiguous().float()).numpy()
                )
        raw = np.concatenate(answers).astype(np.float64)
        return _shares(raw) if self.n_classes else raw * self.spread + self.center

    def to_onnx(self) -> bytes:
        return self.written(self.answers)

    @property
    def port(self) -> Port:
        """What its graph takes."""
        return Port(PIXELS, UINT8, (*self.size, 3))

    @property
    def answers(self) -> Chain:
        """What the network answers, before that becomes shares or values: (n, m) float32."""
        return translated(self.network, Chain(taken=PIXELS))

    def written(self, answers: Chain) -> bytes:
        """Return the graph that ends in answers of the network."""
        scores = answers.then("Cast", to=DOUBLE)
        if self.n_classes:
            scores = scores.then("Softmax", axis=-1)
        else:
            scores = scores.then("Mul", _one(self.spread)).then("Add", _one(self.center))
        nodes, constants = encoded({OUTPUT: scores})
        port = Port(OUTPUT, DOUBLE, self.n_classes or 1)
        return model_of(nodes, constants, inputs=(self.port,), outputs=(port,))


def _shares(answers: FloatArray) -> FloatArray:
    grown = np.exp(answers - answers.max(axis=1, keepdims=True))
    shares: FloatArray = grown / grown.sum(axis=1, keepdims=True)
    return shares


def _one(value: float) -> FloatArray:
    return np.array([[value]])
