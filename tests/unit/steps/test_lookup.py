"""Lookup, which turns words into codes."""

import numpy as np
import pytest

from modelyard.runtime.steps.lookup import Lookup

STEP = Lookup(words=(("a", "b"), ("x",)), unknown=(2.0, 9.0), missing=(None, -1.0))


def block(*rows):
    made = np.empty((len(rows), 2), dtype=object)
    made[:] = rows
    return made


def test_each_column_has_its_own_codes():
    assert STEP.apply(block(("a", "x"), ("b", "x"))).tolist() == [[0.0, 0.0], [1.0, 0.0]]


def test_a_word_of_another_column_is_unknown():
    assert STEP.apply(block(("x", "a"))).tolist() == [[2.0, 9.0]]


def test_missing_has_its_own_code_or_stays_missing():
    codes = STEP.apply(block((None, None)))
    assert np.isnan(codes[0, 0])
    assert codes[0, 1] == -1.0


@pytest.mark.parametrize("word", ["", "A", "a ", "nan", "None"])
def test_only_the_exact_word_is_known(word):
    assert STEP.apply(block((word, "x")))[0, 0] == 2.0


def test_no_rows_give_no_codes():
    assert STEP.apply(np.empty((0, 2), dtype=object)).shape == (0, 2)
