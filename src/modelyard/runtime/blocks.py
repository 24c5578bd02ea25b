"""Raw input values as two dense blocks: numbers and strings."""

from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from modelyard.domain.pictures import Picture

Block = np.ndarray[Any, Any]


class Cells(NamedTuple):
    """One row that was read, in the order of the blocks: joining rows costs less than blocks do."""

    numbers: list[float]
    strings: list[str | Picture | None]


@dataclass(frozen=True)
class Blocks:
    """Rows as the recipe takes them.

    Attributes:
        number_names, string_names: column names, in block order.
        numbers: (n, k) float64, NaN where missing; booleans are 0 and 1, datetimes microseconds
            since 1970 UTC.
        strings: (n, m) objects: str, of an image its `Picture`, or None where missing.
    """

    number_names: tuple[str, ...]
    string_names: tuple[str, ...]
    numbers: npt.NDArray[np.float64]
    strings: npt.NDArray[np.object_]

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return int(self.numbers.shape[0])

    def column(self, name: str) -> Block:
        """Return the cells of a column, as they lie in its block."""
        if name in self.number_names:
            return self.numbers[:, self.number_names.index(name)]
        return self.strings[:, self.string_names.index(name)]

    def rows(self, part: slice) -> "Blocks":
        """Return the rows of a part."""
        return replace(self, numbers=self.numbers[part], strings=self.strings[part])
