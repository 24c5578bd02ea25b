"""Spreads words over columns, one for each word that training saw."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import repeat
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class OneHot:
    """(n, k) objects, str or None, to (n, j) float64 of zeros and ones.

    Attributes:
        levels: k lists, a column of the result for each; None, for missing, may be one of them. A
            value that is not in the list of its column is zero in every column.
    """

    levels: tuple[tuple[str | None, ...], ...]
    kind: ClassVar[str] = "one-hot"

    def apply(self, block: npt.NDArray[np.object_]) -> npt.NDArray[np.float64]:
        """Return a one where a row holds a level, a zero elsewhere."""
        width = self._width
        # One column more than is returned takes the ones of unknown values.
        spread = np.zeros((len(block), width + 1))
        if len(block) == 1:
            # Plain Python over the cells: for one row that is faster than any numpy call.
            row = zip(self._tables, block[0].tolist(), strict=True)
            spread[0, [get(value, width) for get, value in row]] = 1.0
            return spread[:, :width]
        rows = np.arange(len(block))
        for at, get in enumerate(self._tables):
            spread[rows, list(map(get, block[:, at].tolist(), repeat(width)))] = 1.0
        return spread[:, :width]

    def origins(self, n_inputs: int) -> tuple[tuple[int, ...], ...]:  # noqa: ARG002 -- it knows
        """Return for each output the inputs that it is made of."""
        return tuple((at,) for at, levels in enumerate(self.levels) for _ in levels)

    def to_params(self) -> dict[str, Any]:
        """Return the parameters as plain JSON values."""
        return {"levels": [list(levels) for levels in self.levels]}

    @classmethod
    def from_params(cls, params: Mapping[str, Any]) -> Self:
        """Read what `to_params` wrote."""
        return cls(tuple(tuple(levels) for levels in params["levels"]))

    @cached_property
    def _width(self) -> int:
        return sum(map(len, self.levels))

    @cached_property
    def _tables(self) -> tuple[Callable[[str | None, int], int], ...]:
        tables = []
        start = 0
        for levels in self.levels:
            tables.append({level: start + at for at, level in enumerate(levels)}.get)
            start += len(levels)
        return tuple(tables)


STEP = OneHot
