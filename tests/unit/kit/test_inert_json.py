"""JSON that is pasted into a page or a script does nothing there."""

import json
import math

from hypothesis import given
from hypothesis import strategies as st

from modelyard.kit.inert_json import inert_json


@given(st.recursive(st.text() | st.integers() | st.booleans() | st.none(), st.lists, max_leaves=9))
def test_what_is_written_reads_back_as_it_was(value):
    assert json.loads(inert_json(value)) == value


@given(st.text())
def test_no_character_that_markup_or_script_looks_at_is_left(text):
    written = inert_json({text: text}).decode()
    assert not set(written) & set("<>&'\u2028\u2029")


def test_what_is_not_finite_is_null_wherever_it_stands():
    assert inert_json({"a": [math.nan, (1.5, -math.inf)]}) == b'{"a":[null,[1.5,null]]}'


def test_half_of_a_surrogate_pair_is_written_as_json_can_say_it():
    assert json.loads(inert_json("\ud800")) == "\ud800"
