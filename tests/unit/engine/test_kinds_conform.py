"""New rows are read as the kinds that training saw, and by the grammar of single cells."""

import math
from datetime import date, datetime

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelyard.domain.cells import (
    DEFAULT_MISSING_TOKENS,
    is_missing,
    parse_boolean,
    parse_datetime,
    parse_number,
    tokens_among_numbers,
)
from modelyard.domain.columns import Column, ColumnKind, InputColumn
from modelyard.domain.errors import MissingColumns, UnparseableValue
from modelyard.domain.tables import RawTable, SourceFacts
from modelyard.engine.kinds.cells import (
    read_booleans,
    read_datetimes,
    read_numbers,
    text_cells,
)
from modelyard.engine.kinds.typing import conform

K = ColumnKind
INPUTS = (
    InputColumn("age", K.INTEGER),
    InputColumn("weight", K.NUMERIC),
    InputColumn("member", K.BOOLEAN, true_words=("yes",), false_words=("no",)),
    InputColumn("since", K.DATETIME, datetime_format="%d/%m/%Y"),
    InputColumn("town", K.CATEGORY),
)
ROW = {"age": "3", "weight": "1e3", "member": " YES", "since": "31/12/2020", "town": " Ulm"}


def raw_of(facts=None, **columns):
    return RawTable(pl.DataFrame(columns), facts or SourceFacts("test"))


def rows_like(**changes):
    cells = {name: [cell] for name, cell in ROW.items()}
    return raw_of(**{**cells, **{name: [cell] for name, cell in changes.items()}})


def test_columns_are_read_in_the_order_of_the_inputs_and_others_left_out():
    backwards = {name: [ROW[name]] for name in reversed(ROW)}
    table = conform(raw_of(other=["x"], **backwards), INPUTS)
    assert table.names == tuple(ROW)
    assert table.frame.dtypes == [pl.Int64, pl.Float64, pl.Boolean, pl.Datetime("us"), pl.String]
    assert table.frame.drop("since").row(0) == (3, 1000.0, True, "Ulm")
    assert table.frame["since"].dt.date().item() == date(2020, 12, 31)


def test_white_space_around_a_cell_is_no_part_of_it_in_any_type():
    for cells in ([" Ulm\u00a0"], pl.Series([" Ulm"], dtype=pl.Categorical)):
        assert conform(raw_of(town=cells), INPUTS[-1:]).frame.item() == "Ulm"


def test_missing_columns_are_all_named_with_the_nearest():
    raw = raw_of(Age=["3"], weight=["1"], towns=["x"])
    with pytest.raises(MissingColumns) as caught:
        conform(raw, INPUTS)
    assert "'age', 'member', 'since', 'town'" in caught.value.message
    assert "'Age' for 'age', 'towns' for 'town'" in caught.value.fix
    with pytest.raises(MissingColumns, match=r"the column 'qqq'.* Add what is missing"):
        conform(raw, [InputColumn("qqq", K.NUMERIC)])


@pytest.mark.parametrize(
    ("column", "cell", "expected"),
    [
        ("age", "abc", "a whole number"),
        ("weight", "1,5", "a number"),
        ("member", "maybe", r"a truth value \(yes, no\)"),
        ("since", "12-31-2020", r"a date \(%d/%m/%Y\)"),
    ],
)
def test_a_cell_that_does_not_fit_is_named(column, cell, expected):
    cells = {name: [text, text] for name, text in ROW.items()}
    cells[column] = [ROW[column], cell]
    with pytest.raises(UnparseableValue, match=f"must hold {expected}.*row 2") as caught:
        conform(raw_of(**cells), INPUTS)
    assert (caught.value.row, caught.value.column, caught.value.sample) == (2, column, cell)


def test_missing_cells_are_missing_in_every_kind():
    raw = raw_of(**{name: ["", "?", "None"] for name in ROW})
    frame = conform(raw, INPUTS).frame
    assert frame.drop("town").null_count().row(0) == (3, 3, 3, 3)
    assert frame["town"].to_list() == [None, None, "None"]


def test_tokens_that_the_source_states_are_those_that_count():
    facts = SourceFacts("test", missing_tokens=("", "-999"))
    raw = raw_of(facts, age=["-999", "1"], size=[-999, 1], town=["NA", "-999"])
    inputs = [InputColumn("age", K.INTEGER), InputColumn("size", K.NUMERIC), INPUTS[-1]]
    assert conform(raw, inputs).frame.rows() == [(None, None, "NA"), (1, 1.0, None)]


def test_a_fraction_among_whole_numbers_makes_the_column_numeric():
    for cells in (["2.5", "1"], [2.5, 1.0], ["2.5", "1" + "0" * 30], [2.5, None]):
        table = conform(raw_of(age=cells), INPUTS[:1])
        assert table.columns[0].kind is K.NUMERIC
        assert table.frame["age"].to_list()[0] == 2.5
    for cells in (["2.0", "1"], [2.0, 1.0], [2, 1], [True, True]):
        assert conform(raw_of(age=cells), INPUTS[:1]).columns[0].kind is K.INTEGER


def test_what_is_not_finite_is_missing_and_counted():
    for cells in (["inf", "1", "1e400"], [math.inf, 1.0, math.nan]):
        table = conform(raw_of(weight=cells), INPUTS[1:2])
        assert table.frame["weight"].to_list() == [None, 1.0, None]
        assert table.columns[0].n_nonfinite == 2


def test_typed_columns_are_brought_to_the_kinds():
    raw = raw_of(age=[3.0], weight=[True], member=[1], since=[date(2020, 1, 1)], town=[2.0])
    frame = conform(raw, INPUTS).frame
    assert frame.drop("since").row(0) == (3, 1.0, True, "2")
    assert frame.dtypes == [pl.Int64, pl.Float64, pl.Boolean, pl.Datetime("us"), pl.String]


@pytest.mark.parametrize("dtype", [pl.Float64, pl.Date, pl.String, pl.Boolean, pl.Null])
def test_a_column_without_any_value_fits_every_kind(dtype):
    raw = raw_of(**{name: pl.Series([None, None], dtype=dtype) for name in ROW})
    frame = conform(raw, INPUTS).frame
    assert frame.dtypes == [pl.Int64, pl.Float64, pl.Boolean, pl.Datetime("us"), pl.String]
    assert frame.null_count().row(0) == (2,) * 5


@pytest.mark.parametrize(
    ("column", "value"),
    [("age", date(2020, 1, 1)), ("member", 2), ("since", 5), ("weight", date(2020, 1, 1))],
)
def test_typed_values_that_do_not_fit_are_named(column, value):
    with pytest.raises(UnparseableValue) as caught:
        conform(rows_like(**{column: value}), INPUTS)
    assert (caught.value.row, caught.value.column) == (1, column)


def test_the_target_of_an_evaluation_is_one_more_input():
    target = Column("label", K.BOOLEAN, true_words=("good",), false_words=("bad",))
    table = conform(raw_of(town=["x"], label=["BAD"]), [INPUTS[-1], target])
    assert table.frame.row(0) == ("x", False)


def test_a_decimal_comma_of_the_new_file_is_honoured():
    raw = raw_of(SourceFacts("test", decimal=","), weight=["1,5"])
    assert conform(raw, INPUTS[1:2]).frame["weight"].to_list() == [1.5]


number_like = st.one_of(
    st.floats().map(repr),
    st.integers().map(str),
    st.from_regex(
        r"[ \t\u00a0]?[+-]?[0-9]{0,4}[.,]?[0-9]{0,3}([eE][+-]?[0-9]{1,3})?", fullmatch=True
    ),
    st.sampled_from(
        ["inf", "-Infinity", "NaN", "nan", "1e400", "0x1", "1_0", "٣", "\x1c1", "1\x1f", "\u30001"]
    ),
    st.sampled_from([*DEFAULT_MISSING_TOKENS, "None", "-", " NA ", "\x1c", "\u2003"]),
    st.text(max_size=4),
)


@settings(max_examples=300, deadline=None)
@given(cells=st.lists(number_like, min_size=1, max_size=12), decimal=st.sampled_from(".,"))
def test_a_column_of_numbers_is_read_like_its_single_cells(cells, decimal):
    tokens = tokens_among_numbers(DEFAULT_MISSING_TOKENS)
    column = text_cells(pl.Series("x", cells), DEFAULT_MISSING_TOKENS, decimal=decimal)
    reading = read_numbers(column)
    n_nonfinite = 0
    for cell, value, is_bad in zip(cells, reading.values, reading.is_bad, strict=True):
        number = parse_number(cell, decimal)
        n_nonfinite += number is not None and math.isnan(number)
        if is_missing(cell, tokens) or (number is not None and math.isnan(number)):
            assert (value, is_bad) == (None, False)
        else:
            assert (value, is_bad) == (number, number is None)
    assert reading.n_nonfinite == n_nonfinite


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.sampled_from(["yes", " NO ", "Yes\u00a0", "ja", "", "None", "1", "\x1cyes"]), min_size=1
    )
)
def test_a_column_of_truth_is_read_like_its_single_cells(cells):
    tokens = tokens_among_numbers(DEFAULT_MISSING_TOKENS)
    column = text_cells(pl.Series("x", cells), DEFAULT_MISSING_TOKENS, decimal=".")
    words = {"true_words": ("yes",), "false_words": ("no",)}
    reading = read_booleans(column, **words)
    for cell, value, is_bad in zip(cells, reading.values, reading.is_bad, strict=True):
        alone = None if is_missing(cell, tokens) else parse_boolean(cell, **words)
        assert value == alone
        assert is_bad == (alone is None and not is_missing(cell, tokens))


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.datetimes(min_value=datetime(1, 1, 2), max_value=datetime(9999, 12, 30)).map(str),  # noqa: DTZ001 -- no zone is meant
            st.sampled_from(["", "2020-02-30", "2020-01-01T00:00Z", "soon", " 2020-01-01 "]),
        ),
        min_size=1,
    )
)
def test_a_column_of_moments_is_read_like_its_single_cells(cells):
    column = text_cells(pl.Series("x", cells), DEFAULT_MISSING_TOKENS, decimal=".")
    reading = read_datetimes(column, None)
    assert reading.values.to_physical().to_list() == [parse_datetime(cell) for cell in cells]
