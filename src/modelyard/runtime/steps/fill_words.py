"""Replaces missing words by one word a column."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import cycle
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class FillWords:
    """(n, k) objects, str or None, to (n, k) objects; a column without a word stays as it is."""

    values: tuple[str | None, ...]
    kind: ClassVar[str] = "fill-words"

    def apply(self, block: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
        """Return the block with every None replaced."""
        cells = block.ravel().tolist()
        filled = np.empty(len(cells), dtype=object)
        filled[:] = [
            other if value is None else value
            for other, value in zip(cycle(self.values), cells, strict=False)
        ]
        return filled.reshape(block.shape)

    def to_params(self) -> dict[str, Any]:
        """Return the parameters as plain JSON values."""
        return {"values": list(self.values)}

    @classmethod
    def from_params(cls, params: Mapping[str, Any]) -> Self:
        """Read what `to_params` wrote."""
        return cls(tuple(params["values"]))


STEP = FillWords
