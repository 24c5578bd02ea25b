"""Weighs the words of a text: how often they stand in it, against how many texts hold them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import cycle, pairwise
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt

# A word is all letters, digits and underscores that stand together, two or more, as scikit-learn
# reads it: nothing needs to be asked of its ends.
_WORD = re.compile(r"\w\w+")


def terms_of(text: str) -> list[str]:
    """Return the words of a text in lower case, and after them its pairs of neighbouring words."""
    words = words_of(text)
    return [*words, *map(" ".join, pairwise(words))]


def words_of(text: str) -> list[str]:
    """Return the words of a text in lower case."""
    return _WORD.findall(text.lower())


@dataclass(frozen=True)
class TfIdf:
    """(n, k) objects, str or None, to (n, j) float64, a column for each term of each text column.

    The weight of a term is (1 + log of its count in the text) times its rarity; the weights of one
    text have the Euclidean length 1. A text without any of the terms is zero in every column.

    Attributes:
        terms: k lists of words and pairs of words.
        rarities: for each term log((1 + n) / (1 + n that hold it)) + 1, over the training texts.

    Source: Manning, Raghavan, Schütze: Introduction to Information Retrieval (2008), pp. 117-128;
    scikit-learn, TfidfVectorizer(sublinear_tf=True, ngram_range=(1, 2)).
    """

    terms: tuple[tuple[str, ...], ...]
    rarities: tuple[tuple[float, ...], ...]
    kind: ClassVar[str] = "tf-idf"

    def apply(self, block: npt.NDArray[np.object_]) -> npt.NDArray[np.float64]:
        """Return the weights."""
        n_rows, n_columns = block.shape
        rarities = self._all_rarities
        width = len(rarities)
        weights = np.zeros((n_rows, width))
        keys, counts = np.unique(self._found(block), return_counts=True)
        if not len(keys):
            return weights
        texts, places = np.divmod(keys, width)
        found = (1.0 + np.log(counts.astype(np.float64))) * rarities[places]
        lengths = np.sqrt(np.bincount(texts, weights=found * found))
        weights[texts // n_columns, places] = found / lengths[texts]
        return weights

    def origins(self, n_inputs: int) -> tuple[tuple[int, ...], ...]:  # noqa: ARG002 -- it knows
        """Return for each output the inputs that it is made of."""
        return tuple((at,) for at, terms in enumerate(self.terms) for _ in terms)

    def to_params(self) -> dict[str, Any]:
        """Return the parameters as plain JSON values."""
        return {
            "terms": [list(terms) for terms in self.terms],
            "rarities": [list(rarities) for rarities in self.rarities],
        }

    @classmethod
    def from_params(cls, params: Mapping[str, Any]) -> Self:
        """Read what `to_params` wrote."""
        return cls(
            tuple(tuple(terms) for terms in params["terms"]),
            tuple(tuple(map(float, rarities)) for rarities in params["rarities"]),
        )

    def _found(self, block: npt.NDArray[np.object_]) -> npt.NDArray[np.int64]:
        """Return a key for each known term of each text, which holds text and column."""
        width = len(self._all_rarities)
        keys: list[int] = []
        columns = zip(self._places, self._openings, strict=True)
        for at, ((places, openings), text) in enumerate(
            zip(cycle(columns), block.ravel().tolist(), strict=False)
        ):
            if text:
                start = at * width
                words = words_of(text)
                terms = [word for word in words if word in places]
                # Few words open a pair that is known: most pairs need not be put together.
                terms += [
                    pair
                    for first, second in pairwise(words)
                    if first in openings and (pair := f"{first} {second}") in places
                ]
                keys += [start + places[term] for term in terms]
        return np.array(keys, dtype=np.int64)

    @cached_property
    def _all_rarities(self) -> npt.NDArray[np.float64]:
        return np.array([rarity for each in self.rarities for rarity in each], dtype=np.float64)

    @cached_property
    def _places(self) -> tuple[dict[str, int], ...]:
        tables = []
        start = 0
        for terms in self.terms:
            tables.append({term: start + at for at, term in enumerate(terms)})
            start += len(terms)
        return tuple(tables)

    @cached_property
    def _openings(self) -> tuple[frozenset[str], ...]:
        """For each column the first words of its pairs."""
        pairs = ((term.split(" ") for term in terms) for terms in self.terms)
        return tuple(frozenset(words[0] for words in each if words[1:]) for each in pairs)


STEP = TfIdf
