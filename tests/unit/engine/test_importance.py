"""Permutation importance finds the columns that a model looks at, and costs little."""

import numpy as np
import pytest

from modelyard.engine.evaluation.importance import permutation_importance
from modelyard.runtime.blocks import Blocks


def rmse(truth):
    return lambda rows, scores: float(np.sqrt(np.mean((truth[rows] - scores[:, 0]) ** 2)))


def table(n=400, seed=0):
    rng = np.random.default_rng(seed)
    strings = rng.choice(np.array(["a", "b", None], dtype=object), size=(n, 1))
    return Blocks(("strong", "weak", "noise"), ("word",), rng.normal(size=(n, 3)), strings)


def predict(blocks):
    words = (blocks.strings[:, 0] == "a") * 2.0
    return (3 * blocks.numbers[:, 0] + 0.5 * blocks.numbers[:, 1] + words)[:, None]


def measured(blocks, **options):
    options = {"loss": rmse(predict(blocks)[:, 0]), "rng": np.random.default_rng(1)} | options
    return permutation_importance(predict, blocks, n_scores=1, **options)


def test_columns_come_strongest_first_and_an_ignored_one_counts_nothing():
    found = measured(table())

    assert [each.column for each in found] == ["strong", "word", "weak", "noise"]
    assert found[-1].mean == 0
    assert found[-1].sd == 0
    assert all(each.mean > 0 for each in found[:-1])


def test_shuffling_a_linear_column_costs_what_theory_says():
    strong = measured(table(1000))[0]

    # E[(3x - 3x')²] = 2 · 9 · var(x), for independent x and x'.
    assert strong.mean == pytest.approx(3 * np.sqrt(2), rel=0.1)
    assert 0 < strong.sd < 0.3


def test_the_rows_that_are_measured_are_left_as_they_were():
    blocks = table()
    numbers, strings = blocks.numbers.copy(), blocks.strings.copy()

    measured(blocks)

    np.testing.assert_array_equal(blocks.numbers, numbers)
    np.testing.assert_array_equal(blocks.strings, strings)


def test_the_same_seed_gives_the_same_importance():
    assert measured(table()) == measured(table())


@pytest.mark.parametrize(
    ("n_rows", "n_columns", "n_scores", "expected"),
    [
        (50, 3, 1, 50),
        (5000, 3, 2, 1000),
        (5000, 10, 1, 500),
        (5000, 10, 4, 125),
        (5000, 200, 1, 100),
    ],
)
def test_the_sample_shrinks_with_columns_and_classes(n_rows, n_columns, n_scores, expected):
    names = tuple(f"c{at}" for at in range(n_columns))
    numbers = np.random.default_rng(0).normal(size=(n_rows, n_columns))
    blocks = Blocks(names, (), numbers, np.empty((n_rows, 0), dtype=object))
    seen = set()

    def watched(rows, scores):
        seen.add(len(rows))
        return rmse(numbers[:, 0])(rows, scores)

    permutation_importance(
        lambda part: np.tile(part.numbers[:, :1], n_scores),
        blocks,
        n_scores=n_scores,
        loss=watched,
        rng=np.random.default_rng(0),
    )

    assert seen == {expected}


def asked_for(blocks):
    """Return how many rows the model was asked for, a number a call."""
    asked = []

    def watched(part):
        asked.append(part.n_rows)
        return part.numbers[:, :1]

    permutation_importance(
        watched,
        blocks,
        n_scores=1,
        loss=rmse(blocks.numbers[:, 0]),
        rng=np.random.default_rng(0),
    )
    return asked


def test_the_model_is_asked_for_many_shuffles_at_once():
    numbers = np.random.default_rng(0).normal(size=(5000, 4))
    blocks = Blocks(tuple("abcd"), (), numbers, np.empty((5000, 0), dtype=object))

    # The 1,000 rows as they are, then 4 columns, 3 shuffles each, but for a row or two that drew
    # its own number again.
    as_they_are, first, rest = asked_for(blocks)
    assert as_they_are == 1000
    assert first + rest == pytest.approx(12_000, abs=30)
    assert first >= 10_000


def test_rows_that_draw_their_own_cell_again_are_not_asked_for_twice():
    numbers = np.column_stack([np.full(300, 7.0), np.full(300, np.nan)])
    words = np.full((300, 1), None, dtype=object)

    assert asked_for(Blocks(("same", "gaps"), ("none",), numbers, words)) == [300]


def test_nothing_is_said_where_the_metric_is_not_defined():
    assert measured(table(), loss=lambda _rows, _scores: float("nan")) == ()


def test_nothing_is_said_without_rows():
    assert measured(table(0)) == ()


def wide(n_rows=400, n_columns=2_000):
    """Return a table of which columns 3, 1200 and the last word are looked at, and no others."""
    rng = np.random.default_rng(0)
    words = rng.choice(np.array(["a", "b", None], dtype=object), size=(n_rows, 5))
    names = tuple(f"c{at}" for at in range(n_columns))
    numbers = rng.normal(size=(n_rows, n_columns))
    return Blocks(names, tuple("vwxyz"), numbers, words)


def look_at_three(blocks):
    words = (blocks.strings[:, 4] == "a") * 2.0
    return (3 * blocks.numbers[:, 3] + 0.5 * blocks.numbers[:, 1200] + words)[:, None]


def test_of_more_than_500_columns_those_that_count_are_found():
    blocks = wide()
    found = permutation_importance(
        look_at_three,
        blocks,
        n_scores=1,
        loss=rmse(look_at_three(blocks)[:, 0]),
        rng=np.random.default_rng(1),
    )
    assert [each.column for each in found if each.mean > 0] == ["c3", "z", "c1200"]
    # One among none would say little: others are told beside those that count.
    assert len(found) == 8
    assert found[0].mean == pytest.approx(3 * np.sqrt(2), rel=0.2)


def test_where_time_is_short_little_is_asked_for_and_what_counts_is_found_all_the_same():
    rng = np.random.default_rng(0)
    names = tuple(f"c{at}" for at in range(60))
    blocks = Blocks(names, (), rng.normal(size=(2_000, 60)), np.empty((2_000, 0), dtype=object))

    def look_at_two(part):
        return (3 * part.numbers[:, 7] + part.numbers[:, 30])[:, None]

    def found(seconds, asked):
        def answer(part):
            asked.append(part.n_rows)
            return look_at_two(part)

        return permutation_importance(
            answer,
            blocks,
            n_scores=1,
            loss=rmse(look_at_two(blocks)[:, 0]),
            rng=np.random.default_rng(1),
            seconds=seconds,
        )

    unhurried, hurried = [], []
    for seconds, asked in ((None, unhurried), (1e-9, hurried)):
        named = [each.column for each in found(seconds, asked) if each.mean > 0]
        assert named == ["c7", "c30"]
    assert sum(hurried) < sum(unhurried) / 2


def test_nothing_is_said_of_many_columns_where_there_is_no_time_at_all():
    blocks = wide()
    loss = rmse(look_at_three(blocks)[:, 0])
    rng = np.random.default_rng(1)
    found = permutation_importance(
        look_at_three, blocks, n_scores=1, loss=loss, rng=rng, seconds=1e-9
    )
    assert found == ()


def test_of_many_columns_some_are_told_where_none_counts():
    assert [each.mean for each in measured_zeros(wide(n_rows=30))] == pytest.approx([0.0] * 8)


def test_many_columns_are_not_shuffled_one_by_one_nor_answered_all_at_once():
    n_columns = 20_000
    asked = asked_for(wide(n_rows=150, n_columns=n_columns))
    assert sum(asked) < 150 * n_columns / 20
    assert max(asked) * n_columns < 12_000_000


def measured_zeros(blocks):
    return permutation_importance(
        lambda part: part.numbers[:, :1],
        blocks,
        n_scores=1,
        loss=rmse(np.zeros(blocks.n_rows)),
        rng=np.random.default_rng(0),
    )
