"""The graph form of a step of the recipe: the same values, as nodes of ONNX.

A step that has one is a file in `steps/`. A missing number is NaN there as here; a missing word is
the empty one, which no cell holds, since an empty cell is always missing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
import numpy.typing as npt

from modelyard.packaging.graphs.chains import DOUBLE, INT64, ML_DOMAIN, Chain
from modelyard.packaging.graphs.messages import BOOL, OPSETS

MISSING_WORD = ""
# The operators that part texts came with these.
SPLITS_TEXTS = 20


@dataclass(frozen=True)
class Columns:
    """A block of columns within a graph.

    Attributes:
        chain: (n, width) double, or texts.
        width: number of columns.
        are_words: whether they are texts.
    """

    chain: Chain
    width: int
    are_words: bool

    def column(self, at: int) -> Chain:
        """Return one column, (n, 1)."""
        return self.chain if self.width == 1 else self.taken([at])

    def taken(self, places: Sequence[int]) -> Chain:
        """Return columns by their places, in this order."""
        if list(places) == list(range(self.width)):
            return self.chain
        return self.chain.then("Gather", np.array(places, dtype=np.int64), axis=1)


@dataclass(frozen=True)
class Form:
    """How a step is written as a graph.

    Attributes:
        step: the class of the step in the runtime.
        write: from a fitted step and its columns to what the step makes of them.
        gives_words: whether that is texts.
        opset: of the standard operators that it is written for.
    """

    step: type[Any]
    write: Callable[[Any, Columns], Chain]
    gives_words: bool = False
    opset: int = OPSETS[""]


def beside(parts: Sequence[Chain], *, axis: int = 1) -> Chain:
    """Return values side by side."""
    first, *others = parts
    return first.then("Concat", None, *others, axis=axis) if others else first


def number_row(values: Sequence[float] | npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return numbers as the (1, k) row that goes with every row."""
    return np.array(values, dtype=np.float64)[None, :]


def chosen(condition: Chain, *, one: Chain | npt.NDArray[Any], other: Chain) -> Chain:
    """Return `one` where the condition holds, else `other`; NaN of either is kept."""
    return condition.then("Where", None, one, other)


def held_within(chain: Chain, *, low: npt.NDArray[Any], high: npt.NDArray[Any]) -> Chain:
    """Return numbers at their nearer fence or within; NaN stays NaN."""
    raised = chosen(chain.then("Less", low), one=low, other=chain)
    return chosen(raised.then("Greater", high), one=high, other=raised)


def places_of(column: Chain, words: Sequence[str], *, missing: int, unknown: int) -> Chain:
    """Return (n, 1) int64 places of words in a list, and the places of what is none of them."""
    keys = np.array([MISSING_WORD, *words], dtype=object)
    return column.then(
        "LabelEncoder",
        domain=ML_DOMAIN,
        keys_strings=keys,
        values_int64s=np.array([missing, *range(len(words))], dtype=np.int64),
        default_int64=unknown,
    )


def parted(column: Chain) -> tuple[Chain, Chain]:
    """Return (n, m) parts of (n, 1) texts, empty behind the last, and (n, 1) how many there are."""
    parts, counts = (column.then("StringSplit", output=output, n_outputs=2) for output in (0, 1))
    return parts.then("Squeeze", np.array([1], dtype=np.int64)), counts


def padded(chain: Chain, n_columns: int) -> Chain:
    """Return values with so many columns of 0 behind them."""
    return chain.then("Pad", np.array([0, 0, 0, n_columns], dtype=np.int64))


def are_missing(columns: Columns) -> Chain:
    """Return (n, k) truths: whether each value is missing."""
    if not columns.are_words:
        return columns.chain.then("IsNaN")
    return places_of(columns.chain, (), missing=1, unknown=0).then("Cast", to=BOOL)


def as_double(chain: Chain) -> Chain:
    """Return values as double."""
    return chain.then("Cast", to=DOUBLE)


def as_integer(chain: Chain) -> Chain:
    """Return values as int64; what is behind the point is cut."""
    return chain.then("Cast", to=INT64)


def sum_of(parts: Sequence[Chain]) -> Chain:
    """Return the sum of values, added from the first to the last."""
    return reduce(lambda total, part: total.then("Add", None, part), parts)
