"""Brings numbers back between two fences, one pair a column."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class Clip:
    """(n, k) float64 to (n, k) float64 between `low` and `high`, k each; NaN stays NaN."""

    low: tuple[float, ...]
    high: tuple[float, ...]
    kind: ClassVar[str] = "clip"

    def apply(self, block: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Return the block with every number at its nearer fence or within."""
        low, high = self._fences
        clipped: npt.NDArray[np.float64] = np.clip(block, low, high)
        return clipped

    def to_params(self) -> dict[str, Any]:
        """Return the parameters as plain JSON values."""
        return {"low": list(self.low), "high": list(self.high)}

    @classmethod
    def from_params(cls, params: Mapping[str, Any]) -> Self:
        """Read what `to_params` wrote."""
        return cls(tuple(map(float, params["low"])), tuple(map(float, params["high"])))

    @cached_property
    def _fences(self) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        return np.array(self.low, dtype=np.float64), np.array(self.high, dtype=np.float64)


STEP = Clip
