"""Partial dependence: what a model would answer were one column another, all else as it is.

Beside the mean over the rows stands the spread of the rows' own curves, which shows where a column
moves some rows up and others down. Columns that go together are parted by it: it asks about rows
that may not exist.

Source: Friedman: Greedy Function Approximation: A Gradient Boosting Machine (2001), section 8.2;
the rows' own curves: Goldstein, Kapelner, Bleich, Pitkin: Peeking Inside the Black Box (2015).
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from modelyard.domain.columns import ColumnKind
from modelyard.domain.dependences import Curve, Dependence
from modelyard.engine.evaluation.parts import cell_told
from modelyard.runtime.blocks import Blocks

FloatArray = npt.NDArray[np.float64]

MAX_COLUMNS = 6
# Points of a grid, at evenly spaced ranks: a curve of trees is a staircase, and a longer one costs
# as much again.
_N_POINTS = 11
# Ranks at the ends of the grid; beyond them few rows say what is true.
_FIRST, _LAST = 0.02, 0.98
_MAX_CATEGORIES = 10
# With 100 rows the mean moves by a tenth of the spread of the rows' curves.
_MAX_ROWS = 100
_MIN_ROWS = 30
# Of the rows' own curves.
_LOW, _HIGH = 0.1, 0.9
# Labels that a chart can tell apart by colour.
_MAX_CURVES = 6
_MICROSECONDS_A_YEAR = 365.2425 * 24 * 3600 * 1e6


@dataclass(frozen=True)
class Question:
    """Whom to ask about what.

    Attributes:
        predict: from blocks to scores, row by row.
        names: of the curves, one a score: the labels, or the target.
        blocks: rows that taught, which say what values there are.
        kinds: of the columns.
    """

    predict: Callable[[Blocks], FloatArray]
    names: Sequence[str]
    blocks: Blocks
    kinds: Mapping[str, ColumnKind]


def partial_dependence(
    question: Question, columns: Sequence[str], *, rng: np.random.Generator
) -> tuple[Dependence, ...]:
    """Return the curves of up to six columns, in their order; a column of one value has none.

    Args:
        question: whom to ask.
        columns: the most important first.
        rng: of the sample of rows.
    """
    blocks = question.blocks
    n_wanted = max(_MIN_ROWS, _MAX_ROWS * 2 // max(2, len(question.names)))
    rows = np.arange(blocks.n_rows)
    if len(rows) > n_wanted:
        rows = np.sort(rng.choice(len(rows), n_wanted, replace=False))
    sample = replace(blocks, numbers=blocks.numbers[rows], strings=blocks.strings[rows])
    grids = {name: _grid(blocks, name, question.kinds[name]) for name in columns[:MAX_COLUMNS]}
    grids = {name: grid for name, grid in grids.items() if len(grid) > 1 and len(rows)}
    if not grids:
        return ()
    asked = [_asked(sample, name, grid) for name, grid in grids.items()]
    scores = question.predict(_stacked(asked))
    ends = np.cumsum([each.n_rows for each in asked])[:-1]
    return tuple(
        _dependence(question, name, grid=grid, scores=part.reshape(len(grid), len(rows), -1))
        for (name, grid), part in zip(grids.items(), np.split(scores, ends), strict=True)
    )


def _grid(blocks: Blocks, name: str, kind: ColumnKind) -> list[Any]:
    if name in blocks.string_names:
        words = blocks.strings[:, blocks.string_names.index(name)].tolist()
        return [word for word, _ in Counter(words).most_common(_MAX_CATEGORIES)]
    values = blocks.numbers[:, blocks.number_names.index(name)]
    values = values[~np.isnan(values)]
    if kind is ColumnKind.BOOLEAN or not len(values):
        return list(np.unique(values))
    ranks = np.linspace(_FIRST, _LAST, _N_POINTS)
    return list(np.unique(np.quantile(values, ranks, method="nearest")))


def _asked(sample: Blocks, name: str, grid: Sequence[Any]) -> Blocks:
    """Return the sample once for each point of the grid, with the column set to that point."""
    numbers = np.tile(sample.numbers, (len(grid), 1))
    strings = np.tile(sample.strings, (len(grid), 1))
    is_word = name in sample.string_names
    block = strings if is_word else numbers
    at = (sample.string_names if is_word else sample.number_names).index(name)
    block[:, at] = np.repeat(np.array(grid, dtype=block.dtype), sample.n_rows)
    return replace(sample, numbers=numbers, strings=strings)


def _stacked(parts: Sequence[Blocks]) -> Blocks:
    return replace(
        parts[0],
        numbers=np.concatenate([part.numbers for part in parts]),
        strings=np.concatenate([part.strings for part in parts]),
    )


def _dependence(
    question: Question, name: str, *, grid: Sequence[Any], scores: FloatArray
) -> Dependence:
    """Return the curves of one column from (n_points, n_rows, n_scores) answers."""
    mean = scores.mean(axis=1)
    low, high = np.quantile(scores, (_LOW, _HIGH), axis=1)
    curves = tuple(
        Curve(question.names[at], *(tuple(each[:, at].tolist()) for each in (mean, low, high)))
        for at in _shown(mean)
    )
    kind = question.kinds[name]
    if kind is ColumnKind.DATETIME:
        years = tuple(1970 + value / _MICROSECONDS_A_YEAR for value in grid)
        return Dependence(name, years, (), curves)
    if kind.is_number and kind is not ColumnKind.BOOLEAN:
        return Dependence(name, tuple(grid), (), curves)
    return Dependence(name, (), _words(grid, kind), curves)


def _shown(mean: FloatArray) -> list[int]:
    """Return which scores to show: of two labels the second tells all; of many, what moves most."""
    n_scores = mean.shape[1]
    if n_scores == 2:
        return [1]
    moving = np.argsort(-np.ptp(mean, axis=0), kind="stable")[:_MAX_CURVES]
    return sorted(moving.tolist())


def _words(grid: Sequence[Any], kind: ColumnKind) -> tuple[str, ...]:
    return tuple("(missing)" if value is None else cell_told(value, kind) for value in grid)
