"""Cuts rows into parts that can be named: one category, a range of numbers, a missing value."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt

from modelyard.domain.columns import ColumnKind
from modelyard.domain.pictures import Picture
from modelyard.runtime.blocks import Blocks

BoolArray = npt.NDArray[np.bool_]

# Quartiles: finer bins are narrower than a reader can act on, and there are more of them to
# correct for.
_N_BINS = 4
# A number with so few values is told value by value.
_FEW_VALUES = 5
# Categories of a column, the most frequent first; others are rarer than rows can tell of.
_MAX_CATEGORIES = 20
_MAX_LETTERS = 40
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Part:
    """Rows that one condition on one column picks.

    Attributes:
        column: of the condition.
        told: the condition in words.
        rows: (n,) whether a row fulfils it.
    """

    column: str
    told: str
    rows: BoolArray


def parts_of(blocks: Blocks, kinds: Mapping[str, ColumnKind], *, min_rows: int) -> Iterator[Part]:
    """Yield the parts of every column that hold at least `min_rows` rows, and leave as many out.

    Numbers are cut at their quartiles, and neighbouring quarters are joined in every way.
    """
    found = _all_parts(blocks, kinds)
    n_rows = blocks.n_rows
    return (part for part in found if min_rows <= part.rows.sum() <= n_rows - min_rows)


def _all_parts(blocks: Blocks, kinds: Mapping[str, ColumnKind]) -> Iterator[Part]:
    for name, values in zip(blocks.number_names, blocks.numbers.T, strict=True):
        is_missing = np.isnan(values)
        if is_missing.any():
            yield Part(name, f"{name} is missing", is_missing)
        yield from _number_parts(name, values, kinds[name])
    for name, words in zip(blocks.string_names, blocks.strings.T, strict=True):
        yield from _word_parts(name, words)


def _number_parts(name: str, values: npt.NDArray[np.float64], kind: ColumnKind) -> Iterator[Part]:
    distinct = np.unique(values[~np.isnan(values)])
    if len(distinct) <= _FEW_VALUES:
        for value in distinct:
            yield Part(name, f"{name} = {cell_told(value, kind)}", values == value)
        return
    shares = np.arange(1, _N_BINS) / _N_BINS
    # Edges are values of the column, so that a condition holds as it is told.
    inner = np.unique(np.quantile(values[~np.isnan(values)], shares, method="lower"))
    edges = [-np.inf, *inner[inner < distinct[-1]], np.inf]
    for start in range(len(edges) - 1):
        for end in range(start + 1, len(edges)):
            low, high = edges[start], edges[end]
            if np.isinf(low) and np.isinf(high):
                continue
            yield Part(name, _range_told(name, low, high, kind), (values > low) & (values <= high))


def _range_told(name: str, low: float, high: float, kind: ColumnKind) -> str:
    if np.isinf(high):
        return f"{name} > {cell_told(low, kind)}"
    told = f"{name} ≤ {cell_told(high, kind)}"
    return told if np.isinf(low) else f"{cell_told(low, kind)} < {told}"


def _word_parts(name: str, words: npt.NDArray[np.object_]) -> Iterator[Part]:
    frequent = Counter(words.tolist()).most_common(_MAX_CATEGORIES)
    code_of = {word: code for code, (word, _) in enumerate(frequent)}
    codes = np.fromiter((code_of.get(word, -1) for word in words), np.int64, len(words))
    for word, code in code_of.items():
        told = f"{name} is missing" if word is None else f"{name} = {cell_told(word)}"
        yield Part(name, told, codes == code)


def cell_told(value: Any, kind: ColumnKind = ColumnKind.CATEGORY) -> str:
    """Return a cell of a block in words; missing is empty.

    Of a picture it is the whole name: what is shown beside it is found by that.

    >>> cell_told(4050.0, ColumnKind.NUMERIC), cell_told(1.0, ColumnKind.BOOLEAN), cell_told(None)
    ('4,050', 'yes', '')
    """
    if value is None or value != value:  # noqa: PLR0124 -- NaN alone differs from itself
        return ""
    if isinstance(value, Picture):
        return value.name
    if isinstance(value, str):
        return value if len(value) <= _MAX_LETTERS else value[: _MAX_LETTERS - 1] + "…"
    if kind is ColumnKind.BOOLEAN:
        return "yes" if value else "no"
    if kind is ColumnKind.DATETIME:
        return _moment_told(float(value))
    return f"{value:,.0f}" if float(value).is_integer() and abs(value) < 1e15 else f"{value:,.6g}"


def _moment_told(microseconds: float) -> str:
    try:
        moment = _EPOCH + timedelta(microseconds=microseconds)
    except OverflowError:
        return f"{microseconds:g} µs"
    is_day = moment.hour == moment.minute == moment.second == moment.microsecond == 0
    return f"{moment:%Y-%m-%d}" if is_day else f"{moment:%Y-%m-%d %H:%M:%S}"
