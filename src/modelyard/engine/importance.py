"""Permutation importance: how much a model loses when one raw column is shuffled.

The raw column is shuffled, not what preparation made of it, so a category counts as one column
however many features it became.

Source: Breiman: Random Forests (2001), section 10; Fisher, Rudin, Dominici: All Models are Wrong,
but Many are Useful (2019), for any model and any loss.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from modelyard.domain.evaluations import Importance
from modelyard.runtime.blocks import Blocks

FloatArray = npt.NDArray[np.float64]

MAX_ROWS = 1000
# Above this, shuffling every column costs more than it tells: the work grows with its square.
MAX_COLUMNS = 500
# Predicted rows over all columns and repeats: under half a second with 300 trees. A sample
# is not cut below the rows that a mean of losses needs to be worth showing.
_MAX_PREDICTED = 30_000
_MIN_ROWS = 100


def permutation_importance(
    predict: Callable[[Blocks], FloatArray],
    blocks: Blocks,
    *,
    y_true: npt.NDArray[Any],
    loss: Callable[[npt.NDArray[Any], FloatArray], float],
    rng: np.random.Generator,
    n_repeats: int = 3,
) -> tuple[Importance, ...]:
    """Shuffle one column at a time on a sample of the rows.

    Args:
        predict: from blocks to scores.
        blocks: held-out rows.
        y_true: (n,) truth.
        loss: from truth and scores to what is lost, smaller is better; NaN where not defined.
        rng: of the sample and the shuffles.
        n_repeats: shuffles a column.

    Returns:
        The columns, strongest first, equally strong ones in the order of the blocks; none where
        the loss is not defined, or where there are more than 500 columns.
    """
    names = (*blocks.number_names, *blocks.string_names)
    if not 0 < len(names) <= MAX_COLUMNS or blocks.n_rows == 0:
        return ()
    rows = _sample(blocks.n_rows, n_predictions=len(names) * n_repeats, rng=rng)
    sample, truth = _rows(blocks, rows), y_true[rows]
    whole = loss(truth, predict(sample))
    if not np.isfinite(whole):
        return ()
    found = []
    for name, shuffled in zip(names, _shuffles(sample, n_repeats, rng), strict=True):
        losses = np.array([loss(truth, predict(each)) for each in shuffled]) - whole
        sd = float(losses.std(ddof=1)) if n_repeats > 1 else 0.0
        found.append(Importance(name, float(losses.mean()), sd))
    return tuple(sorted(found, key=lambda each: -each.mean))


def _sample(n_rows: int, *, n_predictions: int, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    n_wanted = min(MAX_ROWS, max(_MIN_ROWS, _MAX_PREDICTED // n_predictions))
    if n_rows <= n_wanted:
        return np.arange(n_rows)
    return np.sort(rng.choice(n_rows, size=n_wanted, replace=False))


def _rows(blocks: Blocks, rows: npt.NDArray[np.int64]) -> Blocks:
    return replace(blocks, numbers=blocks.numbers[rows], strings=blocks.strings[rows])


def _shuffles(blocks: Blocks, n_repeats: int, rng: np.random.Generator) -> Iterator[list[Blocks]]:
    """Yield for each column the blocks in which it alone is shuffled, once a repeat."""
    for part in ("numbers", "strings"):
        block = getattr(blocks, part)
        for column in range(block.shape[1]):
            shuffled = []
            for _ in range(n_repeats):
                mixed = block.copy()
                mixed[:, column] = rng.permutation(block[:, column])
                shuffled.append(replace(blocks, **{part: mixed}))
            yield shuffled
