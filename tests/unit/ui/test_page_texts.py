"""Text of users is inert where Streamlit reads Markdown."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from modelyard.kit.texts import visible
from modelyard.ui.parts.texts import plain, short

# CommonMark 0.31, section 2.1: ASCII punctuation, any of which may mean something.
PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"
JOINER = "\u2060"
DIRECTIVES = "$:@<>[]{}`*|~&\\#!^"


def _tokens(text):
    read = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text)
    return [child for token in read for child in [token, *(token.children or ())]]


@pytest.mark.parametrize("frame", ["{}", "**{}**", "- {}", "a {} b", "a\n\n{}", "### {}"])
@given(text=st.text(alphabet=st.sampled_from(f"ab1 _{PUNCTUATION}\n"), min_size=1))
def test_to_a_reader_of_markdown_every_text_is_nothing_but_text(text, frame):
    words = [t.content for t in _tokens(frame.format(plain(text))) if t.type == "text"]
    bare = [t.content for t in _tokens(frame.format("word")) if t.type == "text"]
    assert "".join(words).replace(JOINER, "") == "".join(bare).replace(
        "word", visible(text).strip()
    )


@given(st.text())
def test_every_character_that_could_mean_something_is_escaped(text):
    bare = re.sub(r"\\.", "", plain(text), flags=re.DOTALL)
    assert not set(bare) & set(DIRECTIVES)
    assert not set(bare) & set("\n\r\t")


@pytest.mark.parametrize("name", ["bill_length_mm", "price (€)", "max-depth", "50 %", "a/b, c.d"])
def test_names_as_most_columns_have_them_are_told_without_escapes(name):
    assert plain(name) == name


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
