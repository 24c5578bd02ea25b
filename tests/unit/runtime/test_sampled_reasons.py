"""Contributions found by asking: exact with few columns, honest about their error with more."""

import numpy as np
import pytest

from modelyard.runtime.blocks import Blocks
from modelyard.runtime.explaining.sampling import shares_of

NUMBERS = tuple(f"n{at}" for at in range(9))
WORDS = ("w0", "w1", "w2")


def blocks(rng, n_rows, *, n_numbers=9, n_words=3):
    return Blocks(
        NUMBERS[:n_numbers],
        WORDS[:n_words],
        rng.normal(size=(n_rows, n_numbers)),
        rng.choice(np.array(["a", "b", None], dtype=object), size=(n_rows, n_words)),
    )


class Asked:
    """Scores with products of columns, words among them, and how often they were asked for."""

    def __init__(self):
        self.n_calls = self.n_rows = 0

    def __call__(self, mixed):
        self.n_calls += 1
        self.n_rows += mixed.n_rows
        numbers, is_a = mixed.numbers, (mixed.strings == "a").astype(float)
        first = np.nan_to_num(numbers[:, 0] * numbers[:, 1])
        words = is_a[:, 0] if is_a.shape[1] else 0.0
        return np.tanh(first + numbers.sum(axis=1) / 4 + words * numbers[:, 0])


def test_few_columns_are_enumerated_in_one_call_and_exact():
    rng = np.random.default_rng(0)
    row, reference = (blocks(rng, n, n_numbers=3, n_words=1) for n in (1, 20))
    ask = Asked()
    found = shares_of(ask, row, reference=reference, rng=rng)
    assert found.is_exact
    assert ask.n_calls == 1
    assert not found.errors.any()
    assert found.base + found.amounts.sum() == pytest.approx(float(ask(row)[0]), abs=1e-12)


def test_enumeration_is_the_definition_for_a_product():
    row = Blocks(("a", "b"), (), np.array([[2.0, 3.0]]), np.empty((1, 0), dtype=object))
    other = Blocks(("a", "b"), (), np.array([[0.0, 1.0]]), np.empty((1, 0), dtype=object))
    found = shares_of(
        lambda mixed: mixed.numbers.prod(axis=1),
        row,
        reference=other,
        rng=np.random.default_rng(0),
    )
    # a first gains 2, b after it 4; b first gains 0, a after it 6.
    assert found.amounts.tolist() == [4.0, 2.0]


@pytest.mark.parametrize("seed", range(4))
def test_sampled_contributions_add_up_to_the_answer(seed):
    rng = np.random.default_rng(seed)
    row, reference, ask = blocks(rng, 1), blocks(rng, 30), Asked()
    found = shares_of(ask, row, reference=reference, rng=rng, most_rows=3_000)
    assert not found.is_exact
    assert found.base + found.amounts.sum() == pytest.approx(float(ask(row)[0]), abs=1e-12)
    assert found.base == pytest.approx(float(ask(reference).mean()), abs=1e-12)


def test_a_column_that_changes_nothing_gets_nothing():
    rng = np.random.default_rng(0)
    row, reference = blocks(rng, 1), blocks(rng, 30)
    found = shares_of(Asked(), row, reference=reference, rng=rng, most_rows=3_000)
    # The second and third word are never looked at.
    assert found.amounts[-2:].tolist() == [0.0, 0.0]
    assert found.errors[-2:].tolist() == [0.0, 0.0]


def test_the_errors_are_what_other_seeds_show():
    """Forty repeats: the spread of the amounts is the stated error, within chance.

    The ratio of a spread of 40 draws to the truth has a standard error of 11 %; over twelve columns
    its mean stays within a fifth of one.
    """
    rng = np.random.default_rng(0)
    row, reference, exact_for = blocks(rng, 1), blocks(rng, 10), Asked()
    exact = shares_of(exact_for, row, reference=reference, rng=rng, most_rows=10**6)
    assert exact.is_exact
    found = [
        shares_of(
            Asked(), row, reference=reference, rng=np.random.default_rng(seed), most_rows=2_500
        )
        for seed in range(40)
    ]
    amounts = np.stack([each.amounts for each in found])
    errors = np.stack([each.errors for each in found])
    drawn = exact.amounts != 0
    spread = amounts.std(axis=0, ddof=1)[drawn]
    stated = np.sqrt((errors**2).mean(axis=0))[drawn]
    assert 0.8 < (spread / stated).mean() < 1.2
    distances = (amounts.mean(axis=0) - exact.amounts)[drawn] / (spread / np.sqrt(len(found)))
    assert np.abs(distances).max() < 4


def test_more_rows_make_the_error_smaller():
    rng = np.random.default_rng(0)
    row, reference = blocks(rng, 1), blocks(rng, 10)
    few, many = (
        shares_of(Asked(), row, reference=reference, rng=np.random.default_rng(1), most_rows=most)
        for most in (600, 4_000)
    )
    assert many.errors.max() < few.errors.max()


@pytest.mark.parametrize("most_rows", [1_000, 3_900])
def test_no_more_rows_are_asked_for_than_allowed(most_rows):
    rng = np.random.default_rng(0)
    ask = Asked()
    found = shares_of(ask, blocks(rng, 1), reference=blocks(rng, 500), rng=rng, most_rows=most_rows)
    assert ask.n_rows <= most_rows + found.n_reference
    assert found.n_reference < 500


def test_the_same_seed_draws_the_same_orders():
    rng = np.random.default_rng(0)
    row, reference = blocks(rng, 1), blocks(rng, 30)
    first, second = (
        shares_of(Asked(), row, reference=reference, rng=np.random.default_rng(3), most_rows=2_000)
        for _ in range(2)
    )
    assert first.amounts.tolist() == second.amounts.tolist()


def test_of_a_wide_table_no_more_mixtures_are_held_than_memory_should():
    n_columns = 2_100
    names = tuple(f"n{at}" for at in range(n_columns))
    rng = np.random.default_rng(0)
    row, other = (
        Blocks(names, (), rng.normal(size=(1, n_columns)), np.empty((1, 0), dtype=object))
        for _ in range(2)
    )
    held = []

    def ask(mixed):
        held.append(mixed.numbers.size)
        return mixed.numbers.sum(axis=1)

    found = shares_of(ask, row, reference=other, rng=rng)
    assert max(held) <= 1 << 22
    assert sum(held) > n_columns**2
    assert found.amounts == pytest.approx((row.numbers - other.numbers)[0], abs=1e-9)
