"""Numbers the words of a text in their order, for networks that read one word after the other."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt

# A word, or a sign that is no white space: what a text says by its marks is kept.
WORD = r"\w+|[^\w\s]"
_TOKEN = re.compile(WORD)
NOTHING, UNKNOWN = 0, 1
# Ids that are no word of the vocabulary.
N_SPECIAL = 2


def tokens_of(text: str) -> list[str]:
    """Return the words and signs of a text in order, in lower case."""
    return _TOKEN.findall(text.lower())


def spaced(text: str) -> str:
    """Return the words and signs of a text with one space between two."""
    return " ".join(tokens_of(text))


@dataclass(frozen=True)
class TokenIds:
    """(n, k) objects, str or None, to (n, k * (1 + length)) float64.

    For each text the number of its words, at most `length`, and then their ids: 0 behind the last
    one, 1 for a word that is not in the vocabulary, and the place in it plus 2 for one that is. Of
    a longer text the beginning is kept.

    Attributes:
        words: k vocabularies.
        length: most words of a text.
    """

    words: tuple[tuple[str, ...], ...]
    length: int
    kind: ClassVar[str] = "token-ids"

    @property
    def n_ids(self) -> tuple[int, ...]:
        """Of each text, those for nothing and for unknown words included."""
        return tuple(len(each) + N_SPECIAL for each in self.words)

    def apply(self, block: npt.NDArray[np.object_]) -> npt.NDArray[np.float64]:
        """Return counts and ids."""
        made = np.zeros((len(block), len(self.words), 1 + self.length))
        for at, ids in enumerate(self._ids):
            for row, text in enumerate(block[:, at].tolist()):
                found = [ids.get(each, UNKNOWN) for each in tokens_of(text or "")[: self.length]]
                made[row, at, 0] = len(found)
                made[row, at, 1 : 1 + len(found)] = found
        return made.reshape(len(block), made.shape[1] * made.shape[2])

    def origins(self, n_inputs: int) -> tuple[tuple[int, ...], ...]:
        """Return for each output the inputs that it is made of."""
        return tuple((at,) for at in range(n_inputs) for _ in range(1 + self.length))

    def to_params(self) -> dict[str, Any]:
        """Return the parameters as plain JSON values."""
        return {"words": [list(each) for each in self.words], "length": self.length}

    @classmethod
    def from_params(cls, params: Mapping[str, Any]) -> Self:
        """Read what `to_params` wrote."""
        return cls(tuple(tuple(each) for each in params["words"]), int(params["length"]))

    @cached_property
    def _ids(self) -> tuple[dict[str, int], ...]:
        return tuple({word: N_SPECIAL + at for at, word in enumerate(each)} for each in self.words)


STEP = TokenIds
