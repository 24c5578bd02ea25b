"""A network for pictures whose weights and values were rounded to 8 bits after its training."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np

from modelyard.domain.errors import UsageError
from modelyard.networks.writing.models import PIXELS, NetworkModel
from modelyard.packaging.graphs.quantising import Taken, quantised
from modelyard.protocols.algorithms import FloatArray, Pixels
from modelyard.runtime.sessions import Session

# Pictures that say how far values reach, and how many go through the network at a time. Wu et al.
# (2020), section 4.2, take 1,024 of a thousand classes, and find that fewer do as well.
_N_CALIBRATION, _ROWS_AT_ONCE = 256, 8


@dataclass(frozen=True)
class QuantisedModel:
    """A rounded network, which answers by its graph alone: torch has no such layers.

    Attributes:
        unrounded: as it was trained.
        graph: of the rounded network.
    """

    unrounded: NetworkModel
    graph: bytes

    @classmethod
    def of(cls, model: NetworkModel, pictures: Pixels) -> Self:
        """Round a network.

        Args:
            model: as it was trained.
            pictures: (n, height, width, 3) that taught it.
        """
        rounded = quantised(model.answers, inputs=model.ports, rows=_calibration(pictures))
        return cls(model, model.written(rounded))

    @property
    def parameters(self) -> Mapping[str, Any]:
        return self.unrounded.parameters

    def scores(self, X: FloatArray) -> FloatArray:
        """Refuse rows without pictures."""
        raise UsageError(
            f"This model answers for pictures; {len(X)} rows came without.",
            fix="Call scores_seeing with the pictures of every row.",
        )

    def scores_seeing(self, X: FloatArray, pictures: tuple[Pixels, ...]) -> FloatArray:
        return np.concatenate(
            [
                self._session.scores(X[at : at + _ROWS_AT_ONCE], (part,))
                for at, part in zip(
                    range(0, len(X), _ROWS_AT_ONCE), _parts(pictures[0]), strict=True
                )
            ]
        )

    def to_onnx(self) -> bytes:
        return self.graph

    @cached_property
    def _session(self) -> Session:
        return Session(self.graph, fuses=True)


def _calibration(pictures: Pixels) -> Iterator[Taken]:
    step = max(1, len(pictures) // _N_CALIBRATION)
    for part in _parts(pictures[::step]):
        yield {PIXELS: np.ascontiguousarray(part)}


def _parts(pictures: Pixels) -> Iterator[Pixels]:
    for at in range(0, len(pictures), _ROWS_AT_ONCE):
        yield pictures[at : at + _ROWS_AT_ONCE]
