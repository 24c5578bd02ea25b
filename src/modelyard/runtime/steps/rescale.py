"""Subtracts a centre and divides by a scale, a pair a column."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class Rescale:
    """(n, k) float64 to (n, k) float64, NaN stays NaN; no scale is zero."""

    centers: tuple[float, ...]
    scales: tuple[float, ...]
    kind: ClassVar[str] = "rescale"

    def apply(self, block: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Return (block - centers) / scales."""
        centers, scales = self._arrays
        # What overflows is infinite from here on, and no such answer leaves the predictor.
        with np.errstate(over="ignore"):
            rescaled: npt.NDArray[np.float64] = (block - centers) / scales
        return rescaled

    def to_params(self) -> dict[str, Any]:
        """Return the parameters as plain JSON values."""
        return {"centers": list(self.centers), "scales": list(self.scales)}

    @classmethod
    def from_params(cls, params: Mapping[str, Any]) -> Self:
        """Read what `to_params` wrote."""
        return cls(tuple(map(float, params["centers"])), tuple(map(float, params["scales"])))

    @cached_property
    def _arrays(self) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        return np.array(self.centers, dtype=np.float64), np.array(self.scales, dtype=np.float64)


STEP = Rescale
