"""Partial dependence draws what a model would answer were one column another."""

import numpy as np
import pytest

from modelyard.domain.columns import ColumnKind
from modelyard.engine.evaluation.dependence import Question, partial_dependence
from modelyard.runtime.blocks import Blocks

KINDS = {
    "x": ColumnKind.NUMERIC,
    "when": ColumnKind.DATETIME,
    "is": ColumnKind.BOOLEAN,
    "word": ColumnKind.CATEGORY,
}


def table(n=500):
    rng = np.random.default_rng(0)
    numbers = np.column_stack(
        [rng.uniform(-1, 1, n), rng.uniform(0, 1e15, n), rng.integers(0, 2, n).astype(float)]
    )
    words = rng.choice(np.array(["a", "b", None], dtype=object), size=(n, 1), p=[0.5, 0.3, 0.2])
    return Blocks(("x", "when", "is"), ("word",), numbers, words)


def predict(blocks):
    """Answer 3 x, turned round where `is` is set, plus 5 for the word a."""
    turn = np.where(blocks.numbers[:, 2] == 1, -1, 1)
    return (3 * blocks.numbers[:, 0] * turn + 5 * (blocks.strings[:, 0] == "a"))[:, None]


def curves_of(*columns, predict=predict, names=("y",), blocks=None):
    question = Question(predict, names, blocks or table(), KINDS)
    return partial_dependence(question, columns, rng=np.random.default_rng(1))


def test_a_line_is_found_again_where_nothing_turns_it():
    (x,) = curves_of("x", predict=lambda blocks: 3 * blocks.numbers[:, :1])

    np.testing.assert_allclose(x.curves[0].mean, 3 * np.array(x.values))
    np.testing.assert_allclose(x.curves[0].low, x.curves[0].high)


def test_the_grid_stays_within_the_rows_that_taught():
    blocks = table()
    (x,) = curves_of("x", blocks=blocks)

    assert len(x.values) == 11
    assert list(x.values) == sorted(x.values)
    assert set(x.values) <= set(blocks.numbers[:, 0])


def test_an_effect_that_turns_round_shows_in_the_spread_of_the_rows():
    (x,) = curves_of("x")
    curve = x.curves[0]

    assert max(curve.mean) - min(curve.mean) < 1.5
    assert curve.high[0] - curve.low[0] > 5


def test_categories_and_gaps_are_points_of_their_own():
    (word,) = curves_of("word")

    assert word.categories == ("a", "b", "(missing)")
    assert word.curves[0].mean[0] - word.curves[0].mean[1] == pytest.approx(5)
    assert word.curves[0].mean[1] == pytest.approx(word.curves[0].mean[2])


def test_truth_values_are_words_and_dates_are_years():
    flag, when = curves_of("is", "when")

    assert flag.categories == ("no", "yes")
    assert 1970 < when.values[0] < when.values[-1] < 2002


def test_of_two_labels_the_second_is_drawn_and_of_many_six():
    def several(n_labels):
        def answer(blocks):
            raw = np.outer(blocks.numbers[:, 0], np.arange(n_labels))
            return np.exp(raw) / np.exp(raw).sum(axis=1, keepdims=True)

        return answer

    (two,) = curves_of("x", predict=several(2), names=("no", "yes"))
    (many,) = curves_of("x", predict=several(9), names=tuple("abcdefghi"))

    assert [curve.name for curve in two.curves] == ["yes"]
    assert len(many.curves) == 6


def test_a_column_of_one_value_has_no_curve():
    blocks = table(40)
    blocks.numbers[:, 0] = 2.0

    assert [each.column for each in curves_of("x", "word", blocks=blocks)] == ["word"]


def test_at_most_6600_rows_are_asked_for():
    asked = []

    def counting(blocks):
        asked.append(blocks.n_rows)
        return predict(blocks)

    columns = ("x", "when", "is", "word")
    curves_of(*columns, predict=counting)

    assert sum(asked) == 100 * (11 + 11 + 2 + 3)
