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
# A noisier copy is due a word of doubt.
_MORE_NOISE, _MORE_NOISE_SD = 0.02, 0.27
_MOSTLY = 0.9
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
    return _blurred(frame, y, task, rng, noise=(_NOISE, _NOISE_SD))


def noisier_copy(frame, y, task, rng):
    return _blurred(frame, y, task, rng, noise=(_MORE_NOISE, _MORE_NOISE_SD))


def _blurred(frame, y, task, rng, *, noise):
    share, sd = noise
    if task is Task.REGRESSION:
        return _with(frame, planted=y + rng.normal(0, sd * y.std(), len(y)))
    is_wrong = rng.random(len(y)) < share
    other = rng.choice(np.unique(y), len(y))
    return _with(frame, planted=np.where(is_wrong, other, y).astype(int))


def telling_date(frame, y, task, rng):
    """A day of a month that is that of the class."""
    if task is Task.REGRESSION:
        return None
    months = y.astype(int) % 12 + 1
    years = 2000 + y.astype(int) // 12
    days = rng.integers(1, 28, len(y))
    dates = [f"{a}-{b:02d}-{c:02d}" for a, b, c in zip(years, months, days, strict=True)]
    return _with(frame, planted=dates)


def telling_words(frame, y, task, rng):
    """A sentence with a word of the class among words of no meaning."""
    if task is Task.REGRESSION:
        return None
    cases = [
        f"Case {rng.integers(10**6)} was put to shelf{code} by officer {rng.integers(90)} on review"
        for code in y.astype(int)
    ]
    return _with(frame, planted=cases)


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


def factors_of_a_product(frame, y, task, rng):
    """A unit price and a quantity; only where most answers are above zero, as a product asks."""
    if task is not Task.REGRESSION or (y > 0).mean() < _MOSTLY:
        return None
    price = np.round(rng.uniform(0.5, 20, len(y)), 2)
    return _with(frame, planted=price, planted_too=y / price)


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


# Plantings that are found where a finding of severity warning names them.
DOUBTED = frozenset({"noisier copy"})
PLANTINGS: dict[str, Planting] = {
    "plain copy": plain_copy,
    "monotone copy": monotone_copy,
    "noisy copy": noisy_copy,
    "noisier copy": noisier_copy,
    "recoded copy": recoded_copy,
    "telling date": telling_date,
    "telling words": telling_words,
    "parts of a sum": parts_of_a_sum,
    "factors of a product": factors_of_a_product,
    "group": group_leak,
    "missingness": missingness,
    "repeated rows": repeated_rows,
}
