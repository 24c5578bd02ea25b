"""A sequence means the same however it is written, and what is none is refused."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelyard.domain.columns import Column, ColumnKind
from modelyard.domain.misfits import unfit_cell
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


def test_a_complex_number_is_not_cut_to_its_real_part() -> None:
    with pytest.raises(ValueError, match="no finite number"):
        sequence_of(np.array([1 + 2j, 3 + 0j]), GRAMMAR)


@pytest.mark.parametrize(
    "cell", [[1e308] * 40, np.full(3, 1e308), "1e308 1"], ids=["list", "array", "text"]
)
def test_finite_numbers_that_are_too_large_are_told_as_such(cell: Any) -> None:
    error = unfit_cell(Column("vib", ColumnKind.SEQUENCE), cell, row=2)
    assert "must hold numbers of at most 1e+150 in each cell" in error.message
    assert error.fix == "Write its numbers in a larger unit, or leave the cell empty."


@pytest.mark.parametrize("cell", ["1 x", [1.0, float("inf")], True, {"a": 1}], ids=str)
def test_a_sequence_that_is_none_is_mended_and_not_marked(cell: Any) -> None:
    error = unfit_cell(Column("vib", ColumnKind.SEQUENCE), cell, row=2)
    assert "must hold finite numbers, as a list" in error.message
    assert error.fix == "Mend it, or leave the cell empty."
