"""One-hot, which spreads words over columns."""

import numpy as np

from modelyard.runtime.steps.one_hot import OneHot

STEP = OneHot((("a", "b", None), ("a",)))


def block(*rows):
    made = np.empty((len(rows), 2), dtype=object)
    made[:] = rows
    return made


def test_each_level_of_each_column_has_a_column():
    spread = STEP.apply(block(("b", "a"), ("a", "a")))
    assert spread.tolist() == [[0.0, 1.0, 0.0, 1.0], [1.0, 0.0, 0.0, 1.0]]


def test_an_unknown_word_is_zero_everywhere():
    assert STEP.apply(block(("z", "z"))).tolist() == [[0.0, 0.0, 0.0, 0.0]]


def test_missing_counts_only_where_it_is_a_level():
    assert STEP.apply(block((None, None))).tolist() == [[0.0, 0.0, 1.0, 0.0]]


def test_one_row_is_spread_as_in_a_batch():
    rows = block(("a", "z"), ("z", "a"), (None, "a"), ("b", None))
    batch = STEP.apply(rows)
    assert all(np.array_equal(STEP.apply(rows[i : i + 1])[0], batch[i]) for i in range(4))


def test_no_rows_give_no_rows():
    assert STEP.apply(np.empty((0, 2), dtype=object)).shape == (0, 4)
