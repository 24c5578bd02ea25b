"""Replaces words by numbers that training learned of each, one or several a word."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import repeat
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt

Row = tuple[float, ...]


@dataclass(frozen=True)
class WordValues:
    """(n, k) objects, str or None, to (n, k * m) float64, the m values of a column side by side.

    Attributes:
        words: k lists of words.
        values: for each word of each column its m values.
        unknown: for each column the m values of a word that is not in its list.
        missing: for each column the m values of None.
    """

    words: tuple[tuple[str, ...], ...]
    values: tuple[tuple[Row, ...], ...]
    unknown: tuple[Row, ...]
    missing: tuple[Row, ...]
    kind: ClassVar[str] = "word-values"

    def apply(self, block: npt.NDArray[np.object_]) -> npt.NDArray[np.float64]:
        """Return the values."""
        places = np.empty(block.shape, dtype=np.int64)
        for at, (get, other) in enumerate(self._places):
            places[:, at] = list(map(get, block[:, at].tolist(), repeat(other)))
        table = self._table
        return table[places].reshape(len(block), block.shape[1] * table.shape[1])

    def origins(self, n_inputs: int) -> tuple[tuple[int, ...], ...]:
        """Return for each output the inputs that it is made of."""
        return tuple((at,) for at in range(n_inputs) for _ in self.missing[at])

    def to_params(self) -> dict[str, Any]:
        """Return the parameters as plain JSON values."""
        return {
            "words": [list(words) for words in self.words],
            "values": [[list(row) for row in rows] for rows in self.values],
            "unknown": [list(row) for row in self.unknown],
            "missing": [list(row) for row in self.missing],
        }

    @classmethod
    def from_params(cls, params: Mapping[str, Any]) -> Self:
        """Read what `to_params` wrote."""
        return cls(
            tuple(tuple(words) for words in params["words"]),
            tuple(_rows(rows) for rows in params["values"]),
            _rows(params["unknown"]),
            _rows(params["missing"]),
        )

    @cached_property
    def _table(self) -> npt.NDArray[np.float64]:
        """Every row of values: of each column its words, then unknown, then missing."""
        rows = [
            row
            for values, unknown, missing in zip(
                self.values, self.unknown, self.missing, strict=True
            )
            for row in (*values, unknown, missing)
        ]
        return np.array(rows, dtype=np.float64).reshape(len(rows), -1 if rows else 1)

    @cached_property
    def _places(self) -> tuple[tuple[Callable[[str | None, int], int], int], ...]:
        tables = []
        start = 0
        for words in self.words:
            places: dict[str | None, int] = {word: start + at for at, word in enumerate(words)}
            places[None] = start + len(words) + 1
            tables.append((places.get, start + len(words)))
            start += len(words) + 2
        return tuple(tables)


def _rows(raw: Any) -> tuple[Row, ...]:
    return tuple(tuple(map(float, row)) for row in raw)


STEP = WordValues
