"""Text of users is inert where Streamlit reads Markdown."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelyard.ui.parts.texts import plain, short

# CommonMark 0.31, section 2.1: ASCII punctuation, any of which may mean something.
MEANINGFUL = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"
JOINER = "\u2060"


@given(st.text())
def test_every_character_that_could_mean_something_is_escaped(text):
    bare = re.sub(r"\\.", "", plain(text), flags=re.DOTALL)
    assert not set(bare) & set(MEANINGFUL)
    assert not set(bare) & set("\n\r\t")


@given(st.text(alphabet=st.characters(codec="ascii", min_codepoint=33, max_codepoint=126)))
def test_what_is_shown_are_the_same_characters(text):
    shown = re.sub(r"\\(.)", r"\1", plain(text)).replace(JOINER, "")
    assert shown == text


@pytest.mark.parametrize(
    "directive",
    [":smile:", ":material/home:", ":red[x]", ":+1:", "https://evil.example", "a@evil.example"],
)
def test_what_streamlit_replaces_after_escaping_is_torn_apart(directive):
    shown = re.sub(r"\\(.)", r"\1", plain(directive))
    assert directive not in shown
    assert shown.replace(JOINER, "") == directive


@pytest.mark.parametrize("sign", ["->", "<-", "--", ">=", "<=", "~="])
def test_signs_are_not_made_arrows_and_dashes(sign):
    assert sign not in re.sub(r"\\(.)", r"\1", plain(f"a{sign}b"))


def test_text_from_right_to_left_is_isolated_and_cannot_turn_its_neighbours():
    assert plain("שלום") == "\u2068שלום\u2069"
    assert "\u202e" not in plain("a\u202eb")
    assert "\u2068" not in plain("plain")


def test_long_text_is_cut_before_it_is_escaped():
    cut = short("*" * 500)
    assert cut.endswith("…")
    assert len(cut) < 200
