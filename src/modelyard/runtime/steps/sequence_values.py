"""Lays the numbers of a sequence side by side, for networks that read them in order."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt

from modelyard.domain.sequences import numbers_of


@dataclass(frozen=True)
class SequenceValues:
    """(n, k) objects, sequences or None, to (n, k * (1 + length)) float64.

    For each sequence the number of its items, at most `length`, and then the items less the center,
    over the spread, with 0 behind the last one. Of a longer sequence the end is kept, which is the
    latest.

    Attributes:
        centers, spreads: of the k columns.
        length: most items of a sequence.
    """

    centers: tuple[float, ...]
    spreads: tuple[float, ...]
    length: int
    kind: ClassVar[str] = "sequence-values"

    @property
    def n_ids(self) -> tuple[int, ...]:
        """None of any column: its items measure."""
        return (0,) * len(self.centers)

    def apply(self, block: npt.NDArray[np.object_]) -> npt.NDArray[np.float64]:
        """Return counts and items."""
        made = np.zeros((len(block), len(self.centers), 1 + self.length))
        for at, (center, spread) in enumerate(zip(self.centers, self.spreads, strict=True)):
            for row, cell in enumerate(block[:, at].tolist()):
                if cell:
                    items = np.array(numbers_of(cell)[-self.length :])
                    made[row, at, 0] = len(items)
                    made[row, at, 1 : 1 + len(items)] = (items - center) / spread
        return made.reshape(len(block), made.shape[1] * made.shape[2])

    def origins(self, n_inputs: int) -> tuple[tuple[int, ...], ...]:
        """Return for each output the inputs that it is made of."""
        return tuple((at,) for at in range(n_inputs) for _ in range(1 + self.length))

    def to_params(self) -> dict[str, Any]:
        """Return the parameters as plain JSON values."""
        return {
            "centers": list(self.centers),
            "spreads": list(self.spreads),
            "length": self.length,
        }

    @classmethod
    def from_params(cls, params: Mapping[str, Any]) -> Self:
        """Read what `to_params` wrote."""
        centers, spreads = (tuple(map(float, params[name])) for name in ("centers", "spreads"))
        return cls(centers, spreads, int(params["length"]))


STEP = SequenceValues
