"""The colours of the page can be read, by light and by dark, and Streamlit knows every option."""

import pytest

from modelyard.ui.theme.colours import SCHEMES, SERIES, variables
from modelyard.ui.theme.options import options

# WCAG 2.2, success criteria 1.4.3 (text) and 1.4.11 (what is no text).
TEXT, SHAPE = 4.5, 3.0
PAIRS = [
    (ink, ground)
    for ink in ("ink", "quiet", "accent", "good", "warn", "bad")
    for ground in ("page", "card")
] + [
    ("on_accent", "accent"),
    ("good", "good_soft"),
    ("warn", "warn_soft"),
    ("bad", "bad_soft"),
    ("accent", "info_soft"),
    ("ink", "info_soft"),
]


def _luminance(colour):
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_the_contrast_of_black_on_white_is_the_largest_there_is():
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)


@pytest.mark.parametrize("scheme", sorted(SCHEMES))
@pytest.mark.parametrize(("ink", "ground"), PAIRS)
def test_text_stands_out_from_its_ground(scheme, ink, ground):
    colours = SCHEMES[scheme]
    assert contrast(getattr(colours, ink), getattr(colours, ground)) >= TEXT


@pytest.mark.parametrize("scheme", sorted(SCHEMES))
def test_every_series_of_a_chart_stands_out_from_the_page(scheme):
    assert {each for each in SERIES if contrast(each, SCHEMES[scheme].page) < SHAPE} == set()


def test_the_colours_are_variables_of_a_style_sheet():
    told = variables()
    assert "--on-accent: light-dark(#ffffff, #0b1219);" in told


@pytest.mark.extras
def test_streamlit_knows_every_option():
    from streamlit import config

    assert set(options()) - set(config.get_config_options()) == set()
