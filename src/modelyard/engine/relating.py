"""Measures what the columns of a table have to do with each other, and where they lack cells.

It is asked for where a table is profiled; a training does without.
"""

from collections import Counter
from itertools import combinations

import numpy as np
import numpy.typing as npt

from modelyard.domain.columns import ColumnKind
from modelyard.domain.profiles import Association, MissingPattern, Relations, TableProfile
from modelyard.domain.tables import Table

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

# Pairs grow with the square; the picture of more columns could not be read.
_MAX_COLUMNS = 60
_MAX_ROWS = 20_000
_MIN_ROWS = 10
# Words that are seen too rarely go together with anything.
_MAX_WORDS = 100
_N_PATTERNS = 20
_NUMBERS = frozenset({ColumnKind.NUMERIC, ColumnKind.INTEGER, ColumnKind.DATETIME})
_WORDS = frozenset({ColumnKind.CATEGORY, ColumnKind.BOOLEAN})


def relate(table: Table, profile: TableProfile) -> Relations:
    """Return how far each two columns go together, and which are missing together.

    Columns that are constant, name their rows or are free text are left out, and so are those
    beyond the sixtieth. Of long tables every n-th row is looked at for the associations.
    """
    compared = [
        column.name
        for column in profile.columns
        if column.n_unique > 1
        and (column.kind in _NUMBERS or (column.kind in _WORDS and column.n_unique <= _MAX_WORDS))
    ][:_MAX_COLUMNS]
    step = max(1, -(-table.n_rows // _MAX_ROWS))
    sample = table.take(np.arange(0, table.n_rows, step))
    patterns = _patterns(table)
    return Relations(
        columns=tuple(compared),
        associations=tuple(_associations(sample, compared)),
        n_rows=sample.n_rows,
        patterns=tuple(patterns[:_N_PATTERNS]),
        n_patterns=len(patterns),
    )


def _associations(table: Table, names: list[str]) -> list[Association]:
    numbers = {n: table.numbers(n) for n in names if table.column(n).kind in _NUMBERS}
    words = {n: table.codes(n) for n in names if n not in numbers}
    found = []
    for first, second in combinations(names, 2):
        if first in numbers and second in numbers:
            told = _of_numbers(first, second, numbers[first], numbers[second])
        elif first in words and second in words:
            told = Association(first, second, cramers_v=cramers_v(words[first], words[second]))
        else:
            number, word = (first, second) if first in numbers else (second, first)
            told = Association(first, second, eta=correlation_ratio(numbers[number], words[word]))
        found.append(told)
    return found


def _of_numbers(first: str, second: str, x: FloatArray, y: FloatArray) -> Association:
    both = np.isfinite(x) & np.isfinite(y)
    if both.sum() < _MIN_ROWS:
        return Association(first, second)
    x, y = x[both], y[both]
    return Association(
        first, second, pearson=_pearson(x, y), spearman=_pearson(_ranks(x), _ranks(y))
    )


def _pearson(x: FloatArray, y: FloatArray) -> float | None:
    x, y = _scaled(x), _scaled(y)
    spread = float(np.sqrt(np.square(x).sum() * np.square(y).sum()))
    return float(np.clip(x @ y / spread, -1, 1)) if spread > 0 else None


def _scaled(x: FloatArray) -> FloatArray:
    """Return the distances from the mean in units of the largest, lest a square overflows."""
    x = x / (np.abs(x).max() or 1.0)
    x = x - x.mean()
    largest = float(np.abs(x).max())
    return x / largest if largest > 1e-12 else np.zeros_like(x)


def _ranks(x: FloatArray) -> FloatArray:
    _, codes, counts = np.unique(x, return_inverse=True, return_counts=True)
    ranks: FloatArray = (np.cumsum(counts) - (counts - 1) / 2)[codes]
    return ranks


def cramers_v(x: IntArray, y: IntArray) -> float | None:
    """Return how far two categories go together, 0 to 1, corrected for what chance brings.

    Args:
        x: (n,) codes, -1 where missing; rows that lack either are left out.
        y: (n,) codes of the other.

    Source: Bergsma: A bias-correction for Cramer's V and Tschuprow's T (2013), J. Korean Stat. Soc.
    """
    both = (x >= 0) & (y >= 0)
    n_rows = int(both.sum())
    if n_rows < _MIN_ROWS:
        return None
    x, y = np.unique(x[both], return_inverse=True)[1], np.unique(y[both], return_inverse=True)[1]
    n_x, n_y = int(x.max()) + 1, int(y.max()) + 1
    if min(n_x, n_y) < 2:
        return None
    counts = np.bincount(x * n_y + y, minlength=n_x * n_y).reshape(n_x, n_y)
    expected = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / n_rows
    phi2 = float((np.square(counts - expected) / expected).sum()) / n_rows
    phi2 = max(0.0, phi2 - (n_x - 1) * (n_y - 1) / (n_rows - 1))
    width, height = (n - (n - 1) ** 2 / (n_rows - 1) for n in (n_x, n_y))
    least = min(width - 1, height - 1)
    return float(min(1.0, np.sqrt(phi2 / least))) if least > 0 else None


def correlation_ratio(values: FloatArray, codes: IntArray) -> float | None:
    """Return the share of a number's spread that lies between categories, as a root, 0 to 1.

    Args:
        values: (n,) NaN where missing.
        codes: (n,) categories, -1 where missing.

    Source: Fisher: Statistical Methods for Research Workers (1925), section 45 (eta).
    """
    both = np.isfinite(values) & (codes >= 0)
    if both.sum() < _MIN_ROWS:
        return None
    values, codes = _scaled(values[both]), np.unique(codes[both], return_inverse=True)[1]
    whole = float(np.square(values).sum())
    if not whole > 0:
        return None
    counts = np.bincount(codes)
    means = np.bincount(codes, weights=values) / counts
    return float(np.sqrt(min(1.0, float((counts * np.square(means)).sum()) / whole)))


def _patterns(table: Table) -> list[MissingPattern]:
    """Return the sets of columns that lack a cell together, the most frequent first."""
    gappy = [name for name in table.names if table.frame[name].null_count()]
    if not gappy:
        return [MissingPattern((), table.n_rows)] if table.n_rows else []
    gaps = np.column_stack([table.frame[name].is_null().to_numpy() for name in gappy])
    packed = np.packbits(gaps, axis=1)
    counted = Counter(
        packed.tobytes()[at : at + packed.shape[1]] for at in range(0, packed.size, packed.shape[1])
    )
    found = []
    for content, n_rows in counted.items():
        bits = np.unpackbits(np.frombuffer(content, dtype=np.uint8), count=len(gappy))
        names = tuple(name for name, is_gap in zip(gappy, bits.tolist(), strict=True) if is_gap)
        found.append(MissingPattern(names, n_rows))
    return sorted(found, key=lambda pattern: (-pattern.n_rows, pattern.columns))
