"""Permutation importance: how much a model loses when one raw column is shuffled.

The raw column is shuffled, not what preparation made of it, so a category counts as one column
however many features it became.

Source: Breiman: Random Forests (2001), section 10; Fisher, Rudin, Dominici: All Models are Wrong,
but Many are Useful (2019), for any model and any loss.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from math import inf
from typing import Any

import numpy as np
import numpy.typing as npt

from modelyard.domain.evaluations import Importance
from modelyard.engine.evaluation.efforts import (
    MAX_COLUMNS,
    MAX_SCREENED,
    MIN_ROWS,
    N_REPEATS,
    effort_for,
)
from modelyard.engine.evaluation.screening import screened
from modelyard.runtime.blocks import Blocks

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

MAX_ROWS = 1000
# Predicted rows over all columns and repeats, times the classes where there are more than two,
# as boosting grows a tree for each: a quarter of a second with 300 trees. On 15 columns it orders
# them as 10,000 rows do with a rank correlation of 0.93, twice as many with 0.94, two thirds with
# 0.85.
_MAX_PREDICTED = 15_000
# Rows that go to the model at once: a forest takes longer to begin than to answer 1,000 of them.
# And cells: 64 megabytes of numbers.
_ROWS_A_CALL, _CELLS_A_CALL = 10_000, 8_000_000
# Columns that are told at least where only some are measured: one among none says little.
_LEAST = 8

Predict = Callable[[Blocks], FloatArray]


def permutation_importance(
    predict: Predict,
    blocks: Blocks,
    *,
    n_scores: int,
    loss: Callable[[IntArray, FloatArray], float],
    rng: np.random.Generator,
    seconds: float | None = None,
) -> tuple[Importance, ...]:
    """Shuffle one column at a time, three times each, on a sample of the rows.

    Of more than 500 columns, or where there is no time for all, those that lose most are found
    first, by shuffling groups of them.

    Args:
        predict: from blocks to scores, row by row: several shuffles are answered in one call.
        blocks: held-out rows.
        n_scores: how many scores a row gets.
        loss: from (k,) positions of rows and (k, m) scores of them to what is lost, smaller is
            better; NaN where not defined.
        rng: of the sample and the shuffles.
        seconds: that it may take, about; None for as long as it takes.

    Returns:
        The columns, strongest first, equally strong ones in the order of the blocks; none where
        the loss is not defined, or where the least would take far too long. Where those that lose
        most were found first, 8 to 50.
    """
    names = (*blocks.number_names, *blocks.string_names)
    if not names or blocks.n_rows == 0:
        return ()
    begun = _begin(predict, blocks, n_scores=n_scores, rng=rng, seconds=seconds)
    if begun is None:
        return ()
    rows, scores, n_kept = begun
    game = _Game(predict, _rows(blocks, rows), scores, partial(loss, rows))
    if not np.isfinite(game.whole):
        return ()
    columns = np.arange(len(names))
    if n_kept is not None:
        strongest = game.strongest(len(names), n_kept, rng=rng)
        columns = np.union1d(strongest, np.setdiff1d(columns, strongest)[: _LEAST - len(strongest)])
    losses = game.lost(_shuffles(game.sample, columns, rng)).reshape(len(columns), N_REPEATS)
    found = [
        Importance(names[at], float(each.mean()), float(each.std(ddof=1)))
        for at, each in zip(columns, losses, strict=True)
    ]
    return tuple(sorted(found, key=lambda each: -each.mean))


def _begin(
    predict: Predict,
    blocks: Blocks,
    *,
    n_scores: int,
    rng: np.random.Generator,
    seconds: float | None,
) -> tuple[IntArray, FloatArray, int | None] | None:
    """Return the rows of the sample, their scores, and by how many groups columns are found.

    None where nothing can be told in time.
    """
    n_columns = len(blocks.number_names) + len(blocks.string_names)
    n_measured = n_columns if n_columns <= MAX_COLUMNS else MAX_SCREENED
    rows = _sample(blocks.n_rows, n_scores, n_shuffles=n_measured * N_REPEATS, rng=rng)
    started = time.perf_counter()
    scores = predict(_rows(blocks, rows))
    row_s = max(time.perf_counter() - started, 1e-6) / len(rows)
    effort = effort_for(n_columns, len(rows), most=inf if seconds is None else seconds / row_s)
    if effort is None:
        return None
    if effort.n_rows < len(rows):
        kept = np.sort(rng.choice(len(rows), size=effort.n_rows, replace=False))
        rows, scores = rows[kept], scores[kept]
    return rows, scores, effort.n_kept


@dataclass(frozen=True)
class _Game:
    """What is lost when cells of a sample are shuffled.

    Attributes:
        scores: of the sample as it is.
        loss: of scores of the sample.
    """

    predict: Predict
    sample: Blocks
    scores: FloatArray
    loss: Callable[[FloatArray], float]

    @cached_property
    def whole(self) -> float:
        """The loss of the sample as it is."""
        return self.loss(self.scores)

    def strongest(self, n_columns: int, n_kept: int, *, rng: np.random.Generator) -> IntArray:
        """Return positions of the columns that lose most, found by shuffling groups of them."""
        return screened(
            n_columns,
            n_kept=n_kept,
            lost=lambda groups: self.lost(_together(self.sample, groups, rng)),
        )

    def lost(self, shuffles: Iterator["_Shuffle"]) -> FloatArray:
        """Return how much more each of the shuffles loses."""
        answers = _answers(self.predict, shuffles, self.scores)
        return np.array([self.loss(each) for each in answers]) - self.whole


def _sample(n_rows: int, n_scores: int, *, n_shuffles: int, rng: np.random.Generator) -> IntArray:
    cost = n_shuffles * (n_scores if n_scores > 2 else 1)
    n_wanted = min(MAX_ROWS, max(MIN_ROWS, _MAX_PREDICTED // cost))
    if n_rows <= n_wanted:
        return np.arange(n_rows)
    return np.sort(rng.choice(n_rows, size=n_wanted, replace=False))


def _rows(blocks: Blocks, rows: IntArray) -> Blocks:
    return replace(blocks, numbers=blocks.numbers[rows], strings=blocks.strings[rows])


def _answers(
    predict: Predict, shuffles: Iterator["_Shuffle"], scores: FloatArray
) -> Iterator[FloatArray]:
    """Yield the scores of each shuffle; `scores` are those of the rows as they are."""
    waiting: list[_Shuffle] = []
    for shuffle in shuffles:
        waiting.append(shuffle)
        n_rows = sum(each.blocks.n_rows for each in waiting)
        n_columns = shuffle.blocks.numbers.shape[1] + shuffle.blocks.strings.shape[1]
        if n_rows >= _ROWS_A_CALL or n_rows * n_columns >= _CELLS_A_CALL:
            yield from _answered(predict, waiting, scores)
            waiting.clear()
    if waiting:
        yield from _answered(predict, waiting, scores)


def _answered(
    predict: Predict, shuffles: Sequence["_Shuffle"], scores: FloatArray
) -> Iterator[FloatArray]:
    ends = np.cumsum([each.blocks.n_rows for each in shuffles])
    # Some libraries refuse to answer no rows at all.
    found = predict(_stacked([each.blocks for each in shuffles])) if ends[-1] else scores[:0]
    for shuffle, answered in zip(shuffles, np.split(found, ends[:-1]), strict=True):
        shuffled = scores.copy()
        shuffled[shuffle.rows] = answered
        yield shuffled


def _stacked(parts: Sequence[Blocks]) -> Blocks:
    numbers = np.concatenate([part.numbers for part in parts])
    strings = np.concatenate([part.strings for part in parts])
    return replace(parts[0], numbers=numbers, strings=strings)


@dataclass(frozen=True)
class _Shuffle:
    """The rows that got another cell: a row that drew its own again is answered as before."""

    rows: IntArray
    blocks: Blocks


def _shuffles(blocks: Blocks, columns: IntArray, rng: np.random.Generator) -> Iterator[_Shuffle]:
    """Yield what shuffling one column alone changes, for each of these, once a repeat."""
    n_numbers = blocks.numbers.shape[1]
    for at in columns:
        part, column = ("numbers", at) if at < n_numbers else ("strings", at - n_numbers)
        block = getattr(blocks, part)
        cells = block[:, column]
        for _ in range(N_REPEATS):
            drawn = rng.permutation(cells)
            rows = np.flatnonzero(~_is_same(cells, drawn))
            mixed = block[rows]
            mixed[:, column] = drawn[rows]
            yield _Shuffle(rows, replace(_rows(blocks, rows), **{part: mixed}))


def _together(
    blocks: Blocks, groups: Sequence[IntArray], rng: np.random.Generator
) -> Iterator[_Shuffle]:
    """Yield all rows with the columns of a group taken from other rows, as one, for each group."""
    n_numbers = blocks.numbers.shape[1]
    everywhere = np.arange(blocks.n_rows)
    for group in groups:
        numbers, strings = blocks.numbers.copy(), blocks.strings.copy()
        others = rng.permutation(everywhere)[:, None]
        of_numbers, of_strings = group[group < n_numbers], group[group >= n_numbers] - n_numbers
        numbers[:, of_numbers] = numbers[others, of_numbers]
        strings[:, of_strings] = strings[others, of_strings]
        yield _Shuffle(everywhere, replace(blocks, numbers=numbers, strings=strings))


def _is_same(cells: npt.NDArray[Any], others: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    is_same: npt.NDArray[np.bool_] = cells == others
    if cells.dtype == np.float64:
        is_same |= np.isnan(cells) & np.isnan(others)
    return is_same
