"""Shapley values of any model, by asking it about mixtures of the row and reference rows.

In a mixture some raw columns come from the row, the others from a reference row. With few columns
every coalition is asked for; with more, orders of the columns are drawn, each in both directions
(antithetic), and every reference row gets equally many, so that contributions always add up to the
answer's distance from the mean answer.

Source: Strumbelj, Kononenko: Explaining prediction models and individual predictions with feature
contributions, Knowledge and Information Systems 41 (2014); antithetic orders: Mitchell, Cooper,
Frank, Holmes: Sampling Permutations for Shapley Value Estimation, JMLR 23 (2022).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import factorial

import numpy as np
import numpy.typing as npt

from modelyard.runtime.blocks import Blocks

FloatArray = npt.NDArray[np.float64]
Ask = Callable[[Blocks], FloatArray]

# Mixtures that one explanation may ask about, and how many times that to be exact: up to eight
# columns with 200 reference rows.
MOST_ROWS = 20_000
_TIMES_TO_BE_EXACT = 3
# Cells of mixtures that are held at a time, 32 MB of doubles: those of a table of ten thousand
# columns would take a gigabyte.
_MOST_CELLS = 1 << 22
# Orders of a reference row below which their spread says nothing.
_FEWEST_ROUNDS = 2
# Standard error, as a share of the largest contribution, at which there is nothing to be gained.
_FINE = 0.01


@dataclass(frozen=True)
class Shares:
    """What each column moved the score by, and the standard error of that.

    Attributes:
        amounts, errors: (k,) float64, raw columns in the order of the blocks.
        base: mean score of the reference rows that were used.
        is_exact: whether every coalition was asked for.
        n_reference: reference rows that were used.
    """

    amounts: FloatArray
    errors: FloatArray
    base: float
    is_exact: bool
    n_reference: int


def shares_of(
    ask: Ask,
    row: Blocks,
    *,
    reference: Blocks,
    rng: np.random.Generator,
    most_rows: int = MOST_ROWS,
) -> Shares:
    """Return what each raw column of one row moved its score by.

    Args:
        ask: returns (n,) scores of rows.
        row: one row.
        reference: rows of the same columns, at least one.
        rng: of the orders.
        most_rows: mixtures to ask about; three times as many to be exact.
    """
    n_columns = len(row.number_names) + len(row.string_names)
    if 2**n_columns * reference.n_rows <= _TIMES_TO_BE_EXACT * most_rows:
        return _enumerated(ask, row, reference)
    used = _as_many_as_fit(reference, n_columns, most_rows, rng)
    return _sampled(ask, row, used, rng=rng, most_rows=most_rows)


def _enumerated(ask: Ask, row: Blocks, reference: Blocks) -> Shares:
    n_columns = len(row.number_names) + len(row.string_names)
    coalitions = np.arange(2**n_columns)
    chosen = (coalitions[:, None] >> np.arange(n_columns) & 1).astype(np.bool_)
    every = np.repeat(chosen, reference.n_rows, axis=0)
    worth = _asked(ask, row, reference, every).reshape(len(coalitions), -1).mean(axis=1)
    sizes = chosen.sum(axis=1)
    amounts = np.zeros(n_columns)
    for column in range(n_columns):
        without = coalitions[~chosen[:, column]]
        weights = [
            factorial(size) * factorial(n_columns - size - 1) / factorial(n_columns)
            for size in sizes[without].tolist()
        ]
        amounts[column] = np.dot(weights, worth[without | 1 << column] - worth[without])
    return Shares(
        amounts, np.zeros(n_columns), float(worth[0]), is_exact=True, n_reference=reference.n_rows
    )


def _as_many_as_fit(
    reference: Blocks, n_columns: int, most_rows: int, rng: np.random.Generator
) -> Blocks:
    """Return so many reference rows that each can have its rounds."""
    n_used = max(1, most_rows // (2 * _FEWEST_ROUNDS * (n_columns + 1)))
    if n_used >= reference.n_rows:
        return reference
    rows = np.sort(rng.choice(reference.n_rows, n_used, replace=False))
    return Blocks(
        reference.number_names,
        reference.string_names,
        reference.numbers[rows],
        reference.strings[rows],
    )


def _sampled(
    ask: Ask, row: Blocks, reference: Blocks, *, rng: np.random.Generator, most_rows: int
) -> Shares:
    n_columns = len(row.number_names) + len(row.string_names)
    a_round = 2 * reference.n_rows * (n_columns + 1)
    most_rounds = max(_FEWEST_ROUNDS, most_rows // a_round)
    rounds: list[FloatArray] = []
    amounts = errors = np.zeros(n_columns)
    for gains in _rounds(ask, row, reference, rng):
        rounds.append(gains)
        if len(rounds) < _FEWEST_ROUNDS:
            continue
        stacked = np.stack(rounds)
        # Every reference row is used, so that only the orders within each are drawn.
        spread = stacked.var(axis=0, ddof=1) / len(rounds)
        errors = np.sqrt(spread.sum(axis=0)) / reference.n_rows
        amounts = stacked.mean(axis=(0, 1))
        if len(rounds) >= most_rounds or errors.max() <= _FINE * np.abs(amounts).max(initial=0.0):
            break
    base = float(ask(reference).mean())
    return Shares(amounts, errors, base, is_exact=False, n_reference=reference.n_rows)


def _rounds(
    ask: Ask, row: Blocks, reference: Blocks, rng: np.random.Generator
) -> Iterator[FloatArray]:
    """Yield (r, k) gains: of one order a reference row, and of its reverse."""
    n_columns = len(row.number_names) + len(row.string_names)
    n_rows = reference.n_rows
    while True:
        orders = np.argsort(rng.random((n_rows, n_columns)), axis=1)
        gains = np.zeros((n_rows, n_columns))
        for way in (orders, orders[:, ::-1]):
            place = np.argsort(way, axis=1)
            # Step t has the first t columns of its order from the row.
            chosen = place[None, :, :] < np.arange(n_columns + 1)[:, None, None]
            tiled = chosen.reshape(-1, n_columns)
            worth = _asked(ask, row, reference, tiled).reshape(n_columns + 1, n_rows)
            steps = np.diff(worth, axis=0).T
            gains += np.take_along_axis(steps, place, axis=1) / 2
        yield gains


def _asked(ask: Ask, row: Blocks, reference: Blocks, chosen: npt.NDArray[np.bool_]) -> FloatArray:
    """Return the scores of mixtures, of which no more are held at a time than memory should."""
    rounds = max(1, _MOST_CELLS // max(1, reference.n_rows * chosen.shape[1]))
    n_rows = rounds * reference.n_rows
    parts = (chosen[at : at + n_rows] for at in range(0, len(chosen), n_rows))
    return np.concatenate([ask(_mixtures(row, reference, part)) for part in parts])


def _mixtures(row: Blocks, reference: Blocks, chosen: npt.NDArray[np.bool_]) -> Blocks:
    """Return rows that take the chosen columns from `row`, the others from reference rows in turn.

    Args:
        row: one row.
        reference: r rows.
        chosen: (m * r, k), row i goes with reference row i % r.
    """
    times = len(chosen) // reference.n_rows
    n_numbers = len(row.number_names)

    numbers, strings = (
        np.tile(reference.numbers, (times, 1)),
        np.tile(reference.strings, (times, 1)),
    )
    return Blocks(
        row.number_names,
        row.string_names,
        np.where(chosen[:, :n_numbers], row.numbers, numbers),
        np.where(chosen[:, n_numbers:], row.strings, strings),
    )
