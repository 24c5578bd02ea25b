"""What is written as Python is the same when Python reads it, in lines that fit."""

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelyard.kit.source_code import call, listing, literal, mapping

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.lists(inner).map(tuple),
)  # fmt: skip


@given(PLAIN)
def test_a_literal_is_read_as_what_it_was(value):
    assert ast.literal_eval(literal(value)) == value


@given(st.lists(st.text(max_size=20)))
def test_a_list_is_read_as_what_it_was_and_no_item_is_cut(values):
    assert ast.literal_eval(listing(values)) == values


@given(st.dictionaries(st.text(max_size=10), st.integers() | st.text(max_size=10)))
def test_a_mapping_is_read_as_what_it_was(values):
    assert ast.literal_eval(mapping(values)) == values


@pytest.mark.parametrize(("text", "written"), [("a", '"a"'), ("it's", '"it\'s"'), ('"', "'\"'")])
def test_text_stands_in_double_quotes_where_it_holds_none(text, written):
    assert literal(text) == written


def test_a_call_is_on_one_line_where_it_fits_and_an_argument_a_line_elsewhere():
    assert call("Ridge", {"alpha": 0.5}, given=["X"]) == "Ridge(X, alpha=0.5)"
    long = call("Forest", {f"argument_{at}": at for at in range(9)})
    assert long.splitlines()[:2] == ["Forest(", "    argument_0=0,"]
    assert max(map(len, listing(["word"] * 60).splitlines())) <= 88
