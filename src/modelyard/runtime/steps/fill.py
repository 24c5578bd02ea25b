"""Replaces missing numbers by one constant a column."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class Fill:
    """(n, k) float64 with NaN to (n, k) float64 without; `values` holds k constants."""

    values: tuple[float, ...]
    kind: ClassVar[str] = "fill"

    def apply(self, block: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Return the block with every NaN replaced."""
        return np.where(np.isnan(block), self._array, block)

    def to_params(self) -> dict[str, Any]:
        """Return the parameters as plain JSON values."""
        return {"values": list(self.values)}

    @classmethod
    def from_params(cls, params: Mapping[str, Any]) -> Self:
        """Read what `to_params` wrote."""
        return cls(tuple(float(value) for value in params["values"]))

    @cached_property
    def _array(self) -> npt.NDArray[np.float64]:
        return np.array(self.values, dtype=np.float64)


STEP = Fill
