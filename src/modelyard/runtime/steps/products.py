"""Multiplies pairs of columns."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt

# Where two large numbers overflow, the largest that there is stands for their product.
_MOST = float(np.finfo(np.float64).max)


@dataclass(frozen=True)
class Products:
    """(n, k) float64 to (n, j) float64: column `left[i]` times column `right[i]`; NaN stays NaN."""

    left: tuple[int, ...]
    right: tuple[int, ...]
    kind: ClassVar[str] = "products"

    def apply(self, block: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Return the products."""
        left, right = self._places
        with np.errstate(over="ignore"):
            return np.clip(block[:, left] * block[:, right], -_MOST, _MOST)

    def origins(self, n_inputs: int) -> tuple[tuple[int, ...], ...]:  # noqa: ARG002 -- it knows
        """Return for each output the inputs that it is made of."""
        return tuple(zip(self.left, self.right, strict=True))

    def to_params(self) -> dict[str, Any]:
        """Return the parameters as plain JSON values."""
        return {"left": list(self.left), "right": list(self.right)}

    @classmethod
    def from_params(cls, params: Mapping[str, Any]) -> Self:
        """Read what `to_params` wrote."""
        return cls(tuple(map(int, params["left"])), tuple(map(int, params["right"])))

    @cached_property
    def _places(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        return np.array(self.left, dtype=np.int64), np.array(self.right, dtype=np.int64)


STEP = Products
