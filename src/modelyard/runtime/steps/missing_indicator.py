"""Says of each value whether it is missing."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class MissingIndicator:
    """(n, k) float64 with NaN, or (n, k) objects with None, to (n, k) float64: 1 where missing."""

    kind: ClassVar[str] = "missing-indicator"

    def apply(self, block: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
        """Return 1 for missing, 0 for present."""
        if block.dtype == object:
            flags = [float(value is None) for value in block.ravel().tolist()]
            return np.array(flags, dtype=np.float64).reshape(block.shape)
        return np.where(np.isnan(block), 1.0, 0.0)

    def to_params(self) -> dict[str, Any]:
        """Return the parameters as plain JSON values: there are none."""
        return {}

    @classmethod
    def from_params(cls, params: Mapping[str, Any]) -> Self:  # noqa: ARG003 -- as every step
        """Read what `to_params` wrote."""
        return cls()


STEP = MissingIndicator
