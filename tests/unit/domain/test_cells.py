"""The grammar of one cell: numbers, truth values, moments, and what counts as missing."""

import math
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelyard.domain.cells import (
    DEFAULT_MISSING_TOKENS,
    WEAK_MISSING_TOKENS,
    is_missing,
    missing_tokens_of,
    parse_boolean,
    parse_datetime,
    parse_number,
    tokens_among_numbers,
)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def micros(moment):
    return (moment - EPOCH) // timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1", 1.0),
        (" 1.5\t", 1.5),
        ("+3", 3.0),
        ("-.5", -0.5),
        ("5.", 5.0),
        ("1e3", 1000.0),
        ("1E-2", 0.01),
        ("00123", 123.0),
        ("\u00a07\u202f", 7.0),
    ],
)
def test_a_number_is_read(text, number):
    assert parse_number(text) == number


@pytest.mark.parametrize(
    "text", ["", " ", "abc", "1,5", "0x10", "1_000", "1e", ".", "--1", "٣", "1 2", "1.2.3", "infin"]
)
def test_what_is_no_number_is_told_from_one(text):
    assert parse_number(text) is None


@pytest.mark.parametrize(
    "text", ["nan", "NaN", "inf", "-Infinity", "+INF", "1e400", "-" + "9" * 400]
)
def test_what_is_not_finite_becomes_nan(text):
    assert math.isnan(parse_number(text))


def test_a_decimal_comma_is_a_mark_and_the_point_then_is_none():
    assert parse_number("1,5", ",") == 1.5
    assert parse_number("1.5", ",") is None


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_double_survives_being_written_and_read(number):
    assert parse_number(repr(number)) == number
    assert parse_number(repr(number).replace(".", ","), ",") == number


def test_words_of_truth_are_read_in_any_case():
    words = {"true_words": ("yes",), "false_words": ("no",)}
    assert parse_boolean(" YES ", **words) is True
    assert parse_boolean("No", **words) is False
    assert parse_boolean("maybe", **words) is None


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2020-02-29", datetime(2020, 2, 29, tzinfo=UTC)),
        (" 2020-01-31 10:20 ", datetime(2020, 1, 31, 10, 20, tzinfo=UTC)),
        ("2020-01-31T10:20:30Z", datetime(2020, 1, 31, 10, 20, 30, tzinfo=UTC)),
        ("2020-01-31T10:20:30,5", datetime(2020, 1, 31, 10, 20, 30, 500_000, tzinfo=UTC)),
        (
            "2020-01-31T10:20:30.123456789+02:00",
            datetime(2020, 1, 31, 10, 20, 30, 123_456, tzinfo=timezone(timedelta(hours=2))),
        ),
        (
            "2020-01-31 10:20:30-0530",
            datetime(2020, 1, 31, 10, 20, 30, tzinfo=timezone(-timedelta(hours=5, minutes=30))),
        ),
    ],
)
def test_iso_moments_are_read(text, moment):
    assert parse_datetime(text) == micros(moment)


@pytest.mark.parametrize(
    "text",
    [
        "2020-02-30",
        "2020-13-01",
        "2020-01-01T24:00",
        "2020-01-01T10:60",
        "2020-01-01T10:00:60",
        "2020-01-01T10:00+25:00",
        "2020-01-01T10:00+01:75",
        "0000-01-01",
        "20200101",
        "2020-1-1",
        "today",
    ],
)
def test_a_moment_that_does_not_exist_is_not_read(text):
    assert parse_datetime(text) is None


@pytest.mark.parametrize(
    ("text", "datetime_format", "moment"),
    [
        ("31/12/2020", "%d/%m/%Y", datetime(2020, 12, 31, tzinfo=UTC)),
        ("1.2.69", "%d.%m.%y", datetime(1969, 2, 1, tzinfo=UTC)),
        ("1.2.68", "%d.%m.%y", datetime(2068, 2, 1, tzinfo=UTC)),
        ("Sept 5, 2020", "%b %d, %Y", datetime(2020, 9, 5, tzinfo=UTC)),
        ("5 DECEMBER 2020", "%d %B %Y", datetime(2020, 12, 5, tzinfo=UTC)),
        ("1/2/2020 12:05 AM", "%m/%d/%Y %I:%M %p", datetime(2020, 1, 2, 0, 5, tzinfo=UTC)),
        ("1/2/2020 12:05 pm", "%m/%d/%Y %I:%M %p", datetime(2020, 1, 2, 12, 5, tzinfo=UTC)),
        ("1/2/2020 11 PM", "%m/%d/%Y %I %p", datetime(2020, 1, 2, 23, tzinfo=UTC)),
        ("100% 2020-01", "100%% %Y-%m", datetime(2020, 1, 1, tzinfo=UTC)),
        ("10:30:01.5 +0100", "%H:%M:%S.%f %z", datetime(1970, 1, 1, 9, 30, 1, 500_000, tzinfo=UTC)),
    ],
)
def test_moments_of_a_format_are_read(text, datetime_format, moment):
    assert parse_datetime(text, datetime_format) == micros(moment)


@pytest.mark.parametrize(
    ("text", "datetime_format"),
    [("13 PM", "%I %p"), ("Foo 1 2020", "%b %d %Y"), ("31/04/2020", "%d/%m/%Y")],
)
def test_a_cell_that_breaks_its_format_is_not_read(text, datetime_format):
    assert parse_datetime(text, datetime_format) is None


@pytest.mark.parametrize("datetime_format", ["%Q", "%Y %Y", "%"])
def test_a_format_that_is_not_known_is_refused(datetime_format):
    with pytest.raises(ValueError, match="the format"):
        parse_datetime("2020", datetime_format)


@given(st.datetimes(timezones=st.just(UTC)))
def test_every_moment_survives_being_written_and_read(moment):
    assert parse_datetime(moment.isoformat()) == micros(moment)


@pytest.mark.parametrize("text", ["", "  ", " NA ", "\u00a0", "?"])
def test_tokens_are_compared_without_white_space(text):
    assert is_missing(text, DEFAULT_MISSING_TOKENS)


def test_a_word_that_may_be_a_category_is_missing_among_numbers_alone():
    for word in WEAK_MISSING_TOKENS:
        assert not is_missing(word, DEFAULT_MISSING_TOKENS)
        assert is_missing(word, tokens_among_numbers(DEFAULT_MISSING_TOKENS))


def test_a_list_that_the_user_gave_is_the_whole_list_but_for_the_empty_cell():
    given_tokens = missing_tokens_of((" -999 ", "-999"))
    assert given_tokens == ("", "-999")
    assert tokens_among_numbers(given_tokens) == given_tokens
    assert missing_tokens_of(()) == ("",)
