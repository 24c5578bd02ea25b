"""Replaces words by numbers, by one table a column."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import repeat
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
        if len(block) == 1:
            # Plain Python over the cells: for one row that is faster than any numpy call.
            row = zip(self._tables, block[0].tolist(), strict=True)
            return np.array([[get(value, other) for (get, other), value in row]], dtype=np.float64)
        codes = np.empty(block.shape)
        for at, (get, other) in enumerate(self._tables):
            codes[:, at] = list(map(get, block[:, at].tolist(), repeat(other)))
        return codes

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
