"""Plants leaks into a table of text cells, as they come about in real tables, for the benchmark.

Each planting returns the table and the columns that it added, one of which must be named.
"""

# ruff: noqa: ARG001 -- every planting is called alike
from collections.abc import Callable

import numpy as np
import polars as pl

from modelyard.domain.tasks import Task

Planted = tuple[pl.DataFrame, tuple[str, ...]]
Planting = Callable[[pl.DataFrame, np.ndarray, Task, np.random.Generator], Planted | None]

_NAME = "planted"
# Share of the rows in which a noisy copy or a gap is wrong; of a number, its noise in units of sd.
_NOISE, _NOISE_SD = 0.01, 0.1
_MIN_ROWS_PER_GROUP, _MAX_ROWS_PER_GROUP = 4, 12


def _with(frame: pl.DataFrame, **columns: object) -> Planted:
    series = [pl.Series(name, values) for name, values in columns.items()]
    place = frame.width // 2
    front, back = frame.columns[:place], frame.columns[place:]
    wide = frame.with_columns(each.cast(pl.String) for each in series)
    return wide.select([*front, *columns, *back]), tuple(columns)


def plain_copy(frame, y, task, rng):
    return _with(frame, planted=frame["\0target"])


def monotone_copy(frame, y, task, rng):
    """The number in another unit, or the classes counted from a hundred."""
    if task is Task.REGRESSION:
        return _with(frame, planted=np.sign(y) * np.log1p(np.abs(y)) * 3 + 7)
    return _with(frame, planted=100 + 10 * y.astype(int))


def noisy_copy(frame, y, task, rng):
    if task is Task.REGRESSION:
        return _with(frame, planted=y + rng.normal(0, _NOISE_SD * y.std(), len(y)))
    is_wrong = rng.random(len(y)) < _NOISE
    other = rng.choice(np.unique(y), len(y))
    return _with(frame, planted=np.where(is_wrong, other, y).astype(int))


def recoded_copy(frame, y, task, rng):
    """Each answer as another number that keeps no order; of a regression, as a word."""
    values, codes = np.unique(y, return_inverse=True)
    recoded = rng.permutation(len(values))[codes]
    if task is Task.REGRESSION:
        return _with(frame, planted=[f"w{code}" for code in recoded.tolist()])
    return _with(frame, planted=recoded)


def parts_of_a_sum(frame, y, task, rng):
    if frame["\0target"].cast(pl.Float64, strict=False).null_count():
        return None
    y = frame["\0target"].cast(pl.Float64).to_numpy()
    part = np.round(rng.uniform(0.2, 0.8, len(y)) * y, 3)
    return _with(frame, planted=part, planted_too=np.round(y - part, 6))


def group_leak(frame, y, task, rng):
    """Names of groups of some rows each, which share their answer, or lie close in it."""
    order = np.lexsort((rng.random(len(y)), y))
    group = np.empty(len(y), dtype=int)
    at = number = 0
    while at < len(y):
        size = int(rng.integers(_MIN_ROWS_PER_GROUP, _MAX_ROWS_PER_GROUP + 1))
        if task.is_classification:
            size = max(1, min(size, int((y[order[at : at + size]] == y[order[at]]).sum())))
        group[order[at : at + size]] = number
        at, number = at + size, number + 1
    return _with(frame, planted=1000 + rng.permutation(number)[group])


def missingness(frame, y, task, rng):
    """A number that is filled in for one class alone, or for the largest answers, with slips."""
    if task.is_classification:
        counts = np.bincount(y.astype(int))
        is_filled = y == int(np.argsort(-counts)[1])
    else:
        is_filled = y > np.quantile(y, 0.7)
    is_filled = is_filled ^ (rng.random(len(y)) < _NOISE / 2)
    numbers = np.round(rng.normal(50, 10, len(y)), 2).astype(str)
    return _with(frame, planted=[n if f else None for n, f in zip(numbers, is_filled, strict=True)])


def repeated_rows(frame, y, task, rng):
    """One row in twenty once more, somewhere else, under a number of its own."""
    n_rows = frame.height
    again = np.sort(rng.choice(n_rows, max(n_rows // 20, 5), replace=False))
    rows = rng.permutation(np.concatenate([np.arange(n_rows), again]))
    numbers = pl.Series(_NAME, [f"R{100_000 + row}" for row in range(len(rows))])
    return frame[rows].with_columns(numbers), ("duplicate-rows",)


PLANTINGS: dict[str, Planting] = {
    "plain copy": plain_copy,
    "monotone copy": monotone_copy,
    "noisy copy": noisy_copy,
    "recoded copy": recoded_copy,
    "parts of a sum": parts_of_a_sum,
    "group": group_leak,
    "missingness": missingness,
    "repeated rows": repeated_rows,
}
