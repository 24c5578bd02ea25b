"""A value means the same however it arrives."""

from datetime import UTC, date, datetime, timedelta, timezone
from math import isnan, nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelyard.domain.cells import DEFAULT_MISSING_TOKENS
from modelyard.domain.columns import ColumnKind, InputColumn
from modelyard.domain.errors import MissingColumns, UnparseableValue
from modelyard.runtime.reading import InputReader

INPUTS = (
    InputColumn("age", ColumnKind.NUMERIC),
    InputColumn("member", ColumnKind.BOOLEAN, true_words=("yes",), false_words=("no",)),
    InputColumn("since", ColumnKind.DATETIME),
    InputColumn("city", ColumnKind.CATEGORY, categories=("Rome", "Oslo")),
)
READER = InputReader(INPUTS, DEFAULT_MISSING_TOKENS)
ROW = {"age": 31.5, "member": "yes", "since": "1970-01-02", "city": "Oslo"}
DAY_US = 86_400_000_000


def _number(column: str, value: object) -> float:
    blocks = READER.read_row(ROW | {column: value})
    return float(blocks.numbers[0, blocks.number_names.index(column)])


def _string(value: object) -> str | None:
    return READER.read_row(ROW | {"city": value}).strings[0, 0]


@pytest.mark.parametrize(
    ("value", "read"),
    [
        (7, 7.0),
        (7.25, 7.25),
        (" 7.25 ", 7.25),
        ("1e3", 1000.0),
        (True, 1.0),
        (np.float32(0.5), 0.5),
        (np.int64(9), 9.0),
    ],
)
def test_numbers_arrive_in_many_forms(value: object, read: float) -> None:
    assert _number("age", value) == read


@pytest.mark.parametrize(
    "value", [None, nan, "", "  ", "NA", "-", "nan", "inf", float("inf"), "1e400", np.nan, 10**400]
)
def test_what_is_missing_or_not_finite_becomes_nan(value: object) -> None:
    assert isnan(_number("age", value))


@pytest.mark.parametrize(("value", "read"), [("yes", 1), ("NO", 0), (True, 1), (0, 0), (" yes", 1)])
def test_truth_values_arrive_as_words_or_values(value: object, read: float) -> None:
    assert _number("member", value) == read


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("1970-01-02", DAY_US),
        (date(1970, 1, 2), DAY_US),
        (datetime(1970, 1, 2, tzinfo=UTC), DAY_US),
        (datetime(1970, 1, 2, 1, tzinfo=timezone(timedelta(hours=1))), DAY_US),
        (datetime(1970, 1, 2), DAY_US),  # noqa: DTZ001 -- a naive moment counts as UTC
        (np.datetime64(DAY_US * 1000, "ns"), DAY_US),
        (np.datetime64("1970-01-02"), DAY_US),
    ],
)
def test_moments_arrive_as_text_or_values(value: object, read: float) -> None:
    assert _number("since", value) == read


@pytest.mark.parametrize(
    ("value", "read"),
    [("Rome", "Rome"), (" Rome ", "Rome"), (3, "3"), (3.0, "3"), (True, "true"), ("x", "x")],
)
def test_strings_lose_surrounding_space_alone(value: object, read: str) -> None:
    assert _string(value) == read


@pytest.mark.parametrize("value", [None, nan, "", " ", "NA"])
def test_missing_strings_are_none(value: object) -> None:
    assert _string(value) is None


def test_none_as_a_word_is_a_category() -> None:
    assert _string("None") == "None"


@pytest.mark.parametrize(
    ("column", "value"),
    [("age", "abc"), ("age", [1]), ("member", "maybe"), ("since", "soon")],
)
def test_a_value_that_does_not_fit_is_named_with_its_row(column: str, value: object) -> None:
    with pytest.raises(UnparseableValue, match=f"'{column}'.*row 2") as caught:
        READER.read_rows([ROW, ROW | {column: value}])
    assert (caught.value.row, caught.value.column) == (2, column)


def test_a_missing_column_is_named_with_the_nearest_that_came() -> None:
    with pytest.raises(MissingColumns, match="'age'") as caught:
        READER.read_row({"agee": 3, "member": 1, "since": None, "city": None})
    assert "agee" in str(caught.value.fix)


def test_every_missing_column_is_named() -> None:
    with pytest.raises(MissingColumns, match="'age', 'since', 'city'"):
        READER.read_columns({"member": [1]})


def test_the_order_of_keys_and_extra_columns_do_not_matter() -> None:
    shuffled = {"extra": object(), **dict(reversed(list(ROW.items())))}
    one, other = READER.read_row(ROW), READER.read_row(shuffled)
    assert np.array_equal(one.numbers, other.numbers)
    assert one.strings.tolist() == other.strings.tolist()


CELLS = st.fixed_dictionaries(
    {
        "age": st.none() | st.floats(allow_nan=True) | st.integers(-99, 99) | st.just("NA"),
        "member": st.sampled_from(["yes", "no", None, True, "NA"]),
        "since": st.none() | st.dates().map(date.isoformat) | st.just(""),
        "city": st.none() | st.text(max_size=5),
    }
)


@given(st.lists(CELLS, min_size=1, max_size=8))
def test_row_by_row_rows_and_columns_read_alike(rows: list[dict]) -> None:
    together = READER.read_rows(rows)
    columns = READER.read_columns({name: [row[name] for row in rows] for name in ROW})
    singles = [READER.read_row(row) for row in rows]
    numbers = np.concatenate([single.numbers for single in singles])
    strings = [single.strings[0].tolist() for single in singles]
    assert np.array_equal(together.numbers, numbers, equal_nan=True)
    assert np.array_equal(columns.numbers, numbers, equal_nan=True)
    assert together.strings.tolist() == strings == columns.strings.tolist()


def test_float_arrays_are_taken_whole() -> None:
    columns = {"age": np.array([1.0, np.inf]), "member": [1, 0], "since": [None, ""], "city": "ab"}
    ages = READER.read_columns(columns).numbers[:, 0]
    assert ages[0] == 1.0
    assert isnan(ages[1])


def test_a_model_without_number_columns_reads() -> None:
    reader = InputReader((INPUTS[3],), ())
    assert reader.read_rows([{"city": "a"}, {"city": None}]).numbers.shape == (2, 0)
    assert reader.read_row({"city": "a"}).strings.tolist() == [["a"]]
