"""A trained network, as the engine knows models: it answers for rows, and is written as a graph."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from modelyard.domain.errors import UsageError
from modelyard.networks.training.learning import Learned, let_in
from modelyard.networks.training.runs import Course
from modelyard.networks.writing.translating import translated
from modelyard.packaging.graphs.chains import DOUBLE, FLOAT, INPUT, OUTPUT, Chain, encoded
from modelyard.packaging.graphs.messages import UINT8, Port, model_of
from modelyard.packaging.graphs.scores import softmax
from modelyard.protocols.algorithms import FitInput, FloatArray, Pixels

PIXELS = "pictures_0"
# Pictures are large beside the rows of a matrix.
_PICTURES_AT_ONCE, _ROWS_AT_ONCE = 64, 256


@dataclass(frozen=True)
class NetworkModel:
    """A trained network.

    Attributes:
        network: on the CPU, in evaluation mode.
        reach: (k,) how far from 0 each column of the matrix is let in; empty where it takes none.
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

    @classmethod
    def of(
        cls,
        learned: Learned,
        training: FitInput,
        *,
        parameters: Mapping[str, Any],
        reach: FloatArray,
    ) -> "NetworkModel":
        """Return what has learned as a model.

        Args:
            learned: what came of the training.
            training: what was to be learned.
            parameters: every hyperparameter.
            reach: as of the model.
        """
        size = training.pictures[0].shape[1:3] if training.pictures else None
        return cls(
            learned.network,
            reach,
            size,
            training.n_classes,
            learned.center,
            learned.spread,
            parameters,
            learned.course,
        )

    def scores(self, X: FloatArray) -> FloatArray:
        """Return the scores of rows without pictures.

        Raises:
            UsageError: if it takes pictures.
        """
        if self.size is not None:
            raise UsageError(
                f"This model answers for pictures; {len(X)} rows came without.",
                fix="Call scores_seeing with the pictures of every row.",
            )
        return self.scores_seeing(X, ())

    def scores_seeing(self, X: FloatArray, pictures: tuple[Pixels, ...]) -> FloatArray:
        """Return the scores of rows as `SeesPictures` says."""
        import torch

        with torch.inference_mode():
            answers = [self.network(*taken).numpy() for taken in self._parts(X, pictures)]
        raw = np.concatenate(answers).astype(np.float64)
        return _shares(raw) if self.n_classes else raw * self.spread + self.center

    def to_onnx(self) -> bytes:
        """Return the graph: `features` and `pictures_0`, each where it takes any, to `scores`."""
        return self.written(self.answers)

    @property
    def ports(self) -> tuple[Port, ...]:
        """What its graph takes."""
        matrix = (Port(INPUT, DOUBLE, self.reach.size),) if self.reach.size else ()
        return matrix if self.size is None else (*matrix, Port(PIXELS, UINT8, (*self.size, 3)))

    @property
    def answers(self) -> Chain:
        """What the network answers, before that becomes shares or values: (n, m) float32."""
        reach = self.reach[None, :]
        matrix = Chain().then("Max", -reach).then("Min", reach).then("Cast", to=FLOAT)
        pixels = None if self.size is None else Chain(taken=PIXELS)
        return translated(self.network, pixels, matrix=matrix if self.reach.size else None)

    def written(self, answers: Chain) -> bytes:
        """Return the graph that ends in answers of the network."""
        scores = answers.then("Cast", to=DOUBLE)
        if self.n_classes:
            scores = softmax(scores)
        else:
            scores = scores.then("Mul", _double(self.spread)).then("Add", _double(self.center))
        nodes, constants = encoded({OUTPUT: scores})
        made = Port(OUTPUT, DOUBLE, self.n_classes or 1)
        return model_of(nodes, constants, inputs=self.ports, outputs=(made,))

    def _parts(self, X: FloatArray, pictures: tuple[Pixels, ...]) -> Iterator[list[Any]]:
        """Yield what the network takes, a part of the rows at a time."""
        import torch

        matrix = let_in(X, self.reach) if self.reach.size else None
        n_rows = _PICTURES_AT_ONCE if pictures else _ROWS_AT_ONCE
        for start in range(0, len(X), n_rows):
            part = slice(start, start + n_rows)
            pixels = (torch.from_numpy(each[part]).permute(0, 3, 1, 2) for each in pictures)
            taken = [each.contiguous().float() for each in pixels]
            yield taken if matrix is None else [*taken, torch.from_numpy(matrix[part])]


def _shares(answers: FloatArray) -> FloatArray:
    grown = np.exp(answers - answers.max(axis=1, keepdims=True))
    shares: FloatArray = grown / grown.sum(axis=1, keepdims=True)
    return shares


def _double(value: float) -> npt.NDArray[np.float64]:
    return np.array([[value]])
