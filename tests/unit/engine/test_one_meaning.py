"""A value means the same however it arrives: in a request, in a list of rows, in a frame."""

import math
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelyard.catalog import Catalog
from modelyard.domain.columns import ColumnKind, InputColumn
from modelyard.domain.configs import ReadOptions
from modelyard.domain.errors import DataError
from modelyard.engine.frames.forms import raw_table_of
from modelyard.engine.kinds.typing import conform
from modelyard.engine.preparing import blocks_of
from modelyard.runtime.reading import InputReader

K = ColumnKind
TOKENS = ("", "NA", "-999", "2.5")
INPUTS = (
    InputColumn("word", K.CATEGORY),
    InputColumn("size", K.NUMERIC),
    InputColumn("count", K.INTEGER),
    InputColumn("member", K.BOOLEAN, true_words=("ja",), false_words=("nein",)),
    InputColumn("since", K.DATETIME, datetime_format="%d/%m/%Y"),
    InputColumn("day", K.DATETIME),
)
HARMLESS = {"word": "a", "size": 1.0, "count": 1, "member": True, "since": None, "day": None}

NUMBERS = st.one_of(
    st.sampled_from([0, 1, 2, -999, -999.0, 2.5, 2**53 + 1, 2**63, -(2**63), 10**400, -0.0, 1e400]),
    st.integers(),
    st.floats(),
    st.sampled_from([Decimal("2.5"), Decimal("1.10"), Decimal("1e999"), Decimal("NaN")]),
    st.sampled_from([np.int8(1), np.uint64(2**64 - 1), np.float32(0.1), np.float64(-999)]),
)
MOMENTS = st.one_of(
    st.dates(),
    st.datetimes(),
    st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=14))])),
    st.sampled_from(
        [
            np.datetime64("2021-02-01"),
            np.datetime64("2021-02-01T01:02:03.000001999", "ns"),
            np.datetime64("1960-02-01T01:02:03.000001999", "ns"),
            np.datetime64("2021", "Y"),
            np.datetime64("20000-01-01"),
            np.datetime64("NaT"),
        ]
    ),
    st.times(),
    st.timedeltas(timedelta(-10_000), timedelta(10_000)),
    st.just(np.timedelta64(1500, "ns")),
)
TEXTS = st.one_of(
    st.sampled_from(
        ["", " NA ", "-999", "-999.0", "2.5", "1,5", "1.0", "0", "1e400", "nan", "inf"]
    ),
    st.sampled_from(["ja", " NEIN", "yes", "True", "off", "maybe", "-", "None", "\ud800"]),
    st.sampled_from(["31/12/2020", "2020-12-31", "2020-12-31T10:00+02:00", "12/31/2020", "2020"]),
    st.text(max_size=4),
)
OTHERS = st.sampled_from(
    [None, True, False, np.bool_(True), ["k1"], {}, b"a", 1j, object(), np.zeros(2)]  # noqa: FBT003 -- a value
)
VALUES = NUMBERS | MOMENTS | TEXTS | OTHERS


def outcome(read):
    """Return the blocks as comparable values, or where they were refused."""
    try:
        blocks = read()
    except DataError as error:
        return error.row, error.column
    numbers = [[None if math.isnan(x) else x for x in row] for row in blocks.numbers.tolist()]
    return blocks.number_names, blocks.string_names, numbers, blocks.strings.tolist()


def in_a_request(rows, tokens=TOKENS, decimal="."):
    return outcome(lambda: InputReader(INPUTS, tokens, decimal=decimal).read_rows(rows))


def in_a_table(data, tokens=TOKENS, decimal="."):
    options = ReadOptions(missing_tokens=tokens, decimal=decimal)
    return outcome(
        lambda: blocks_of(conform(raw_table_of(data, Catalog(), options=options), INPUTS))
    )


def rows_of(column, values):
    return [HARMLESS | {column: value} for value in values]


@settings(max_examples=600, deadline=None)
@given(
    column=st.sampled_from([each.name for each in INPUTS]),
    values=st.lists(VALUES, min_size=1, max_size=3),
    decimal=st.sampled_from([".", ","]),
)
def test_requests_and_tables_read_alike_or_refuse_the_same_cell(column, values, decimal):
    rows = rows_of(column, values)
    asked = in_a_request(rows, decimal=decimal)
    assert asked == in_a_table(rows, decimal=decimal)
    columns = {name: [row[name] for row in rows] for name in HARMLESS}
    assert asked == in_a_table(columns, decimal=decimal)


@settings(max_examples=200, deadline=None)
@given(column=st.sampled_from([each.name for each in INPUTS]), value=VALUES)
def test_a_single_row_is_read_like_many(column, value):
    reader = InputReader(INPUTS, TOKENS)
    row = HARMLESS | {column: value}
    assert outcome(lambda: reader.read_row(row)) == outcome(lambda: reader.read_rows([row]))


@settings(max_examples=200, deadline=None)
@given(
    rows=st.lists(st.fixed_dictionaries(dict.fromkeys(HARMLESS, VALUES)), min_size=1, max_size=3)
)
def test_of_many_cells_that_do_not_fit_both_doors_name_the_same(rows):
    assert in_a_request(rows) == in_a_table(rows)


@pytest.mark.parametrize(
    "value",
    [
        -999.0,
        np.datetime64("2021-02-01"),
        5.0,
        2,
        None,
        timedelta(1),
        time(1),
        10**400,
        ["k1"],
        date(2020, 1, 2),
        datetime(2020, 1, 2, tzinfo=UTC),
        True,
        Decimal("2.5"),
        "1.0",
    ],
)
@pytest.mark.parametrize("column", [each.name for each in INPUTS])
def test_what_was_once_read_differently_is_not(column, value):
    rows = rows_of(column, [value])
    assert in_a_request(rows) == in_a_table(rows)


@pytest.mark.extras
@pytest.mark.parametrize("column", [each.name for each in INPUTS])
def test_scalars_of_pandas_are_read_in_a_row_as_in_a_frame(column):
    pd = pytest.importorskip("pandas")
    moment = pd.Timestamp("2020-01-02T03:04:05.000001999")
    values = [pd.NA, pd.NaT, moment, moment.tz_localize("Europe/Berlin")]
    values += [pd.Timedelta(1500, "ns"), pd.Interval(0, 1), pd.Period("2020-01")]
    for value in values:
        rows = rows_of(column, [value])
        asked = in_a_request(rows)
        assert asked == in_a_table(rows)
        assert asked[:2] == in_a_table(pd.DataFrame(rows))[:2]


@pytest.mark.parametrize(
    ("values", "column"),
    [
        (pl.Series([1.5, None, math.nan, math.inf]), "word"),
        (pl.Series([math.nan, None]), "since"),
        (pl.Series([True, None]), "word"),
        (pl.Series(["1.10", None]).cast(pl.Decimal(10, 2)), "word"),
        (pl.Series([date(2020, 1, 2), None]), "day"),
        (pl.Series([timedelta(1), None]), "word"),
        (pl.Series([time(1, 2), None]), "word"),
        (pl.Series([timedelta(1), None]), "size"),
        (pl.Series([timedelta(seconds=1), None]), "member"),
        (pl.Series([[1], None]), "word"),
        (pl.Series([b"a", None]), "word"),
        (pl.Series([-1, 1999], dtype=pl.Datetime("ns")), "since"),
    ],
)
def test_typed_columns_are_read_as_their_values_in_rows(values, column):
    rows = rows_of(column, values.to_list())
    frame = pl.DataFrame({column: values}).with_columns(
        pl.lit(value).alias(name) for name, value in HARMLESS.items() if name != column
    )
    in_rows, in_frame = in_a_request(rows), in_a_table(frame)
    assert in_rows[:2] == in_frame[:2]
    if len(in_rows) == 4:
        assert in_rows == in_frame


def test_columns_that_the_model_does_not_take_may_hold_anything():
    rows = [HARMLESS | {"note": [1, 2]}]
    assert in_a_table(rows) == in_a_request(rows) == in_a_request([HARMLESS])
