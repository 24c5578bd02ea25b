"""Numbers read as a person would write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelyard.kit.numerals import (
    count,
    decimals_apart,
    decimals_for,
    number,
    share,
    short,
    size,
    span,
)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0.87123, "0.8712"),
        (12345.6, "12,346"),
        (1234567, "1,234,567"),
        (3.0, "3"),
        (0.0, "0"),
        (-2.5, "−2.5"),
        (1.2e15, "1.2×10¹⁵"),
        (-3.4e-9, "−3.4×10⁻⁹"),
        (float("inf"), "∞"),
        (float("-inf"), "−∞"),
        (float("nan"), "–"),
        (None, "–"),
    ],
)
def test_a_number(value, said):
    assert number(value) == said


@pytest.mark.parametrize(
    ("value", "decimals", "said"),
    [
        (0.5, 3, "0.500"),
        (343_809.2, -3, "344,000"),
        (-0.00004, 2, "0.00"),
        (-0.004, 3, "−0.004"),
        (1e13, 2, "1×10¹³"),
    ],
)
def test_a_number_with_given_decimals(value, decimals, said):
    assert number(value, decimals) == said


@pytest.mark.parametrize(
    ("low", "high", "value", "decimals"),
    [
        (0.83, 0.91, 0.87, 3),
        (563.0, 610.0, 586.0, 0),
        (316_648.0, 372_533.0, 343_809.0, -3),
        (1.0, 1.0, 1.0, 3),
        (1234.0, 1234.0, 1234.0, -1),
        (0.0, 0.0, 0.0, 3),
        (float("nan"), float("nan"), 0.5, 3),
        (7e-10, 1e-9, 9e-10, None),
    ],
)
def test_an_estimate_keeps_the_digits_that_its_interval_bears(low, high, value, decimals):
    assert decimals_for(low, high, value=value) == decimals


@pytest.mark.parametrize(
    ("low", "high", "decimals", "said"),
    [
        (-0.12, 0.42, 2, "−0.12 to 0.42"),
        (0.0003, 0.41, 2, "0.0003 to 0.41"),
        (-2.4, 1_113_194.0, -4, "−2 to 1,110,000"),
        (-1e-17, 0.4, 2, "0.00 to 0.40"),
        (0.0, 0.4, 2, "0.00 to 0.40"),
        (-4.51e12, -0.02, 1, "−4.51×10¹² to −0.02"),
        (float("nan"), 0.4, 2, "–"),
    ],
)
def test_an_end_of_an_interval_that_is_not_zero_is_not_shown_as_zero(low, high, decimals, said):
    assert span(low, high, decimals=decimals) == said


@pytest.mark.parametrize(
    ("one", "other", "decimals", "enough"),
    [
        (0.174, 0.168, 2, 3),
        (0.18, 0.17, 2, 2),
        (0.5, 0.5, 2, 2),
        (1_236.0, 1_204.0, -2, -1),
        (0.1700000001, 0.17, 2, 2),
        (0.174, 0.168, None, None),
    ],
)
def test_numbers_that_differ_get_the_digits_to_differ_in(one, other, decimals, enough):
    assert decimals_apart(one, other, decimals=decimals) == enough


@pytest.mark.parametrize(
    ("part", "whole", "said"),
    [
        (1, 3, "33.3 %"),
        (3, 3, "100 %"),
        (0, 3, "0 %"),
        (1, 10_000, "<0.1 %"),
        (9_999, 10_000, ">99.9 %"),
        (0, 0, "–"),
    ],
)
def test_a_share_is_never_rounded_to_nothing_or_all(part, whole, said):
    assert share(part, whole) == said


@pytest.mark.parametrize(
    ("size_bytes", "said"),
    [(0, "0 bytes"), (999, "999 bytes"), (61_194, "61.2 kB"), (5 * 10**15, "5,000 TB")],
)
def test_a_size(size_bytes, said):
    assert size(size_bytes) == said


def test_a_count():
    assert count(1_234_567) == "1,234,567"


@pytest.mark.parametrize(
    ("value", "step", "largest", "said"),
    [
        (15_000.0, 5000.0, 20_000.0, "15k"),
        (1_500_000.0, 500_000.0, 2_000_000.0, "1.5M"),
        (0.4, 0.2, 1.0, "0.4"),
        (-0.4, 0.2, 1.0, "−0.4"),
        (1e-17, 0.2, 1.0, "0"),
        (2e-9, 1e-9, 3e-9, "2×10⁻⁹"),
        (2e20, 1e20, 3e20, "2×10²⁰"),
        (1_000_000_001.0, 1.0, 1_000_000_005.0, "1000000001"),
    ],
)
def test_a_tick(value, step, largest, said):
    assert short(value, step=step, largest=largest) == said


@given(st.floats(allow_nan=True, allow_infinity=True), st.none() | st.integers(-12, 6))
def test_every_number_can_be_said(value, decimals):
    said = number(value, decimals)

    assert said
    assert said.startswith("−") <= (value < 0)
