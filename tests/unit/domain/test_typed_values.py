"""One typed value is read by one grammar, whatever library made it."""

from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import Enum, IntEnum
from math import inf, isnan, nan

import numpy as np
import pytest

from modelyard.domain.cells import DEFAULT_MISSING_TOKENS
from modelyard.domain.columns import Column, ColumnKind
from modelyard.domain.misfits import unfit_cell
from modelyard.domain.values import (
    Grammar,
    cell_text,
    moment_of,
    number_of,
    plain_value,
    text_of,
    truth_of,
)

GRAMMAR = Grammar.of(DEFAULT_MISSING_TOKENS)
MARKED = Grammar.of(("", "-999", "x"))
DAY_US = 86_400_000_000


class Word(str, Enum):  # noqa: UP042 -- its `str` differs from its value
    RED = "red"


class Size(IntEnum):
    LARGE = 3


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (np.float32(0.5), 0.5),
        (np.int8(3), 3),
        (np.bool_(True), True),  # noqa: FBT003 -- a value
        (np.str_("a"), "a"),
        (Word.RED, "red"),
        (Size.LARGE, 3),
        (Decimal("1.50"), 1.5),
        (np.timedelta64(1500, "ns"), timedelta(microseconds=1)),
        (np.datetime64("NaT"), None),
    ],
)
def test_scalars_become_plain_values(value, plain):
    got = plain_value(value)
    assert (type(got), got) == (type(plain), plain)


@pytest.mark.parametrize(
    "value",
    [
        [1],
        {},
        b"a",
        1j,
        object(),
        np.zeros(1),
        np.datetime64("20000-01-01"),
        10**5000,
        np.timedelta64(1, "Y"),
        Decimal("sNaN"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_no_cell_can_hold_is_refused_by_every_kind(value):
    for read in (number_of, text_of):
        with pytest.raises(ValueError):  # noqa: PT011 -- the callers name the cell
            read(value, GRAMMAR)


@pytest.mark.parametrize(
    ("value", "number"),
    [(True, 1.0), (timedelta(minutes=1), 60.0), (time(0, 1, 0, 5), 60.000005), ("1e3", 1000.0)],
)
def test_what_counts_as_a_number(value, number):
    assert number_of(value, GRAMMAR) == number


@pytest.mark.parametrize("value", [None, nan, inf, 10**400, "-", "nan", Decimal("NaN")])
def test_what_is_missing_or_not_finite_is_no_number(value):
    assert isnan(number_of(value, GRAMMAR))


@pytest.mark.parametrize("value", [-999, -999.0, "-999", np.int64(-999), Decimal(-999)])
def test_a_number_that_means_missing_does_so_in_every_type(value):
    assert isnan(number_of(value, MARKED))
    assert isnan(truth_of(value, MARKED, true_words=(), false_words=()))
    assert isnan(moment_of(value, MARKED, datetime_format=None))
    assert text_of(value, MARKED) is None


@pytest.mark.parametrize("value", [True, 1, 1.0, np.uint8(1), "yes", "True", "1", "1.0", "ja"])
def test_truth_is_truth_in_every_spelling(value):
    assert truth_of(value, GRAMMAR, true_words=("ja",), false_words=("nein",)) == 1.0


@pytest.mark.parametrize("value", [2, 0.5, "maybe", 10**400, timedelta(seconds=1), "2", [True]])
def test_what_is_no_truth_is_refused(value):
    with pytest.raises(ValueError):  # noqa: PT011 -- the callers name the cell
        truth_of(value, GRAMMAR, true_words=(), false_words=())


@pytest.mark.parametrize(
    "value",
    [
        "2/1/1970",
        "1970-01-02",
        "1970-01-02T00:00Z",
        date(1970, 1, 2),
        datetime(1970, 1, 2, 1, tzinfo=timezone(timedelta(hours=1))),
        np.datetime64("1970-01-02"),
        np.datetime64(DAY_US * 1000, "ns"),
    ],
)
def test_a_moment_is_read_in_the_columns_format_in_iso_and_typed(value):
    assert moment_of(value, GRAMMAR, datetime_format="%d/%m/%Y") == DAY_US


@pytest.mark.parametrize("value", [5, 5.0, True, inf, time(1), "1.2.1970"])
def test_a_bare_number_is_no_moment(value):
    with pytest.raises(ValueError):  # noqa: PT011 -- the callers name the cell
        moment_of(value, GRAMMAR, datetime_format="%d/%m/%Y")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "true"),
        (False, "false"),
        (1, "1"),
        (1.0, "1"),
        (1.5, "1.5"),
        (1e300, "1e+300"),
        ("x", "x"),
        (date(2020, 1, 2), "2020-01-02T00:00:00"),
        (datetime(2020, 1, 2, 3, tzinfo=UTC), "2020-01-02T03:00:00"),
    ],
)
def test_a_typed_value_has_one_text(value, text):
    assert cell_text(value) == text


@pytest.mark.parametrize("decimal", [".", ","])
def test_a_number_with_the_other_mark_is_refused_with_what_to_do(decimal):
    other = {".": ",", ",": "."}[decimal]
    with pytest.raises(ValueError):  # noqa: PT011 -- the callers name the cell
        number_of(f"1{other}250", Grammar.of((), decimal))
    error = unfit_cell(Column("x", ColumnKind.NUMERIC), f"1{other}250", row=3, decimal=decimal)
    assert (error.row, error.column, error.sample) == (3, "x", f"1{other}250")
    assert f"decimal mark '{decimal}'" in error.fix
