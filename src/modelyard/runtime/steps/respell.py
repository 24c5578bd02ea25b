"""Writes every spelling of a word as the one that stands for it, by one table a column."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt

from modelyard.domain.spellings import folded


@dataclass(frozen=True)
class Respell:
    """(n, k) objects, str or None, to the same with one spelling a word.

    Attributes:
        words: k lists of the spellings that stand for all that fold to the same; a word of which
            none is in the list stays as it is.
    """

    words: tuple[tuple[str, ...], ...]
    kind: ClassVar[str] = "respell"

    def apply(self, block: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
        """Return the block with one spelling a word."""
        made = np.empty_like(block)
        for at, table in enumerate(self._tables):
            known: dict[str | None, str | None] = {None: None}
            for row, word in enumerate(block[:, at].tolist()):
                if word not in known:
                    known[word] = table.get(folded(word), word)
                made[row, at] = known[word]
        return made

    def to_params(self) -> dict[str, Any]:
        """Return the parameters as plain JSON values."""
        return {"words": [list(words) for words in self.words]}

    @classmethod
    def from_params(cls, params: Mapping[str, Any]) -> Self:
        """Read what `to_params` wrote."""
        return cls(tuple(tuple(words) for words in params["words"]))

    @cached_property
    def _tables(self) -> tuple[dict[str, str], ...]:
        return tuple({folded(word): word for word in words} for words in self.words)


STEP = Respell
