"""A sequence means the same however it is written, and what is none is refused."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelyard.domain.sequences import numbers_of, sequence_of
from modelyard.domain.values import LARGEST_NUMBER, Grammar

GRAMMAR = Grammar.of(("NA", "?"))


@pytest.mark.parametrize(
    "cell",
    [
        [1, 2.5, -3],
        (1.0, 2.5, -3.0),
        np.array([1.0, 2.5, -3.0]),
        "1 2.5 -3",
        " 1\t2.5\n-3 ",
        "1,2.5,-3",
        "1; 2.5; -3",
        "[1, 2.5, -3]",
        "[1.0 2.5 -3.0]",
        "1e0 25e-1 -3",
    ],
    ids=str,
)
def test_every_way_to_write_a_sequence_means_the_same(cell: Any) -> None:
    assert sequence_of(cell, GRAMMAR) == "1.0 2.5 -3.0"


@pytest.mark.parametrize("cell", [None, float("nan"), "", "  ", "[]", [], (), "NA", " ? "], ids=str)
def test_an_empty_sequence_is_missing(cell: Any) -> None:
    assert sequence_of(cell, GRAMMAR) is None


@pytest.mark.parametrize(
    "cell",
    [
        "1 two 3",
        "1 NA 3",
        "1,,3",
        "1,2,",
        ",1",
        "1 nan",
        "inf",
        "[1, [2]]",
        "1 2e999",
        [1, None],
        [1, "2"],
        [True],
        [[1, 2], [3, 4]],
        [float("nan")],
        [10**400],
        [1e200],
        np.array([[1.0], [2.0]]),
        {"a": 1},
        True,
    ],
    ids=str,
)
def test_what_is_no_sequence_of_finite_numbers_is_refused(cell: Any) -> None:
    with pytest.raises(ValueError, match=r"number|separator"):
        sequence_of(cell, GRAMMAR)


def test_commas_are_decimal_marks_where_the_table_says_so() -> None:
    german = Grammar.of((), ",")
    assert sequence_of("1,5 2,5", german) == sequence_of("1,5; 2,5", german) == "1.5 2.5"


@given(st.lists(st.floats(-LARGEST_NUMBER, LARGEST_NUMBER), min_size=1))
def test_numbers_come_back_to_the_last_bit(numbers: list[float]) -> None:
    written = sequence_of(numbers, GRAMMAR)
    assert written is not None
    assert numbers_of(written) == numbers
    assert sequence_of(written, GRAMMAR) == written
