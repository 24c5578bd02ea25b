"""Text from data is made visible and cut to its place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelyard.kit.texts import shorten, visible, width_em


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain é 名", "plain é 名"),
        ("two\nlines\tand a tab", "two lines and a tab"),
        ("nul\x00", "nul\ufffd"),
        ("\x1b[31mred", "\ufffd[31mred"),
        ("abc\u202ecba", "abc\ufffdcba"),
        ("caf\udce9", "caf\ufffd"),
        (3, "3"),
    ],
)
def test_what_cannot_be_seen_is_replaced(text, shown):
    assert visible(text) == shown


@given(st.text(), st.floats(2, 50))
def test_shortened_text_fits_its_place(text, room):
    assert width_em(shorten(text, room)) <= room


@given(st.text(max_size=20))
def test_text_that_fits_is_left_alone(text):
    assert shorten(text, 20) == text


def test_text_that_is_cut_says_so():
    assert shorten("a long name", 5.0) == "a long…"


def test_wide_letters_take_their_room():
    assert width_em("名") > width_em("W") > width_em("n")
    assert width_em("e\u0301") == width_em("e")
