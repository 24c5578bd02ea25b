"""Replaces words by numbers, by one table a column."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import cycle
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class Lookup:
    """(n, k) objects, str or None, to (n, k) float64.

    Attributes:
        words: k lists; a word's place in the list of its column is its code.
        unknown: k codes, for words that are not in the list.
        missing: k codes for None; None stands for NaN.
    """

    words: tuple[tuple[str, ...], ...]
    unknown: tuple[float, ...]
    missing: tuple[float | None, ...]
    kind: ClassVar[str] = "lookup"

    def apply(self, block: npt.NDArray[np.object_]) -> npt.NDArray[np.float64]:
        """Return the codes."""
        # One pass of plain Python over the cells: for one row that is faster than any numpy call.
        values = block.ravel().tolist()
        codes = [
            get(v, other) for (get, other), v in zip(cycle(self._tables), values, strict=False)
        ]
        return np.array(codes, dtype=np.float64).reshape(block.shape)

    def to_params(self) -> dict[str, Any]:
        """Return the parameters as plain JSON values."""
        return {
            "words": [list(words) for words in self.words],
            "unknown": list(self.unknown),
            "missing": list(self.missing),
        }

    @classmethod
    def from_params(cls, params: Mapping[str, Any]) -> Self:
        """Read what `to_params` wrote."""
        return cls(
            tuple(tuple(words) for words in params["words"]),
            tuple(float(code) for code in params["unknown"]),
            tuple(None if code is None else float(code) for code in params["missing"]),
        )

    @cached_property
    def _tables(self) -> tuple[tuple[Callable[[str | None, float], float], float], ...]:
        tables = []
        for words, unknown, missing in zip(self.words, self.unknown, self.missing, strict=True):
            table: dict[str | None, float] = {word: float(at) for at, word in enumerate(words)}
            table[None] = np.nan if missing is None else missing
            tables.append((table.get, unknown))
        return tuple(tables)


STEP = Lookup
