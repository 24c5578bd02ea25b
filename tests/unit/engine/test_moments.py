"""Dates of whole columns are read as each cell alone."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelyard.domain.cells import parse_datetime
from modelyard.engine.kinds.moments import read_moments, reads_all

FORMATS = (
    None,
    "%d/%m/%Y",
    "%m/%d/%y",
    "%d.%m.%Y %H:%M:%S.%f",
    "%d %b %Y %I:%M %p",
    "%b %Y",
    "%Y%m%d %H:%M:%S%z",
)
NASTY = (
    *("2024-02-29", "2023-02-29", "1900-02-29", "2000-02-29", "0000-01-01", "0001-01-01"),
    *("9999-12-31 23:59:59.999999", "2024-01-01T24:00", "2024-01-01 23:60", "2024-01-01 23:59:60"),
    *("2024-01-01T00:00:00Z", "2024-01-01 00:00+05:30", "2024-01-01 00:00 -0800"),
    *("2024-01-01 00:00+24:00", "2024-01-01 00:00:00.1234567", "2024-01-01 00:00:00,5"),
    *("31/12/2024", "32/12/2024", "12/31/69", "12/31/68", "1/2/3", "29.02.2024 1:02:03.4"),
    *("1 Sept 2024 12:00 AM", "1 sep 2024 12:00 pm", "1 Foo 2024 1:00 am", "1 Jan 2024 13:00 pm"),
    *("January 2024", "may 2024", "20240229 10:20:30+0200", "20240230 10:20:30+0200", "x", ""),
)


@pytest.mark.parametrize("datetime_format", FORMATS)
def test_a_long_column_is_read_as_each_of_its_cells(datetime_format):
    cells = pl.Series("at", [*NASTY, None] * 40)
    alone = {cell: parse_datetime(cell, datetime_format) for cell in NASTY}
    assert read_moments(cells, datetime_format).to_list() == [alone.get(cell) for cell in cells]


@given(
    cells=st.lists(
        st.datetimes().map(str)
        | st.from_regex(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}Z", fullmatch=True)
        | st.sampled_from(NASTY),
        min_size=1,
    )
)
def test_few_cells_and_many_are_read_alike(cells):
    many = read_moments(pl.Series(cells * (500 // len(cells) + 1)), None)
    assert many.head(len(cells)).to_list() == [parse_datetime(cell) for cell in cells]


def test_one_cell_that_has_not_the_format_is_seen_among_many():
    assert reads_all(pl.Series(["2024-01-01"] * 1000), None)
    assert not reads_all(pl.Series(["2024-01-01"] * 1000 + ["2024-13-01"]), None)


@pytest.mark.parametrize(
    ("datetime_format", "cell", "other"),
    [
        (None, "2024-02-29T23:59:58.123+02:30", "2023-02-29T23:59:58.123+02:30"),
        ("%d.%m.%Y", "07.11.2024", "31.11.2024"),
        ("%d %b %y %I:%M %p", "07 Nov 24 12:30 PM", "07 Nov 24 13:30 PM"),
    ],
)
def test_cells_of_one_shape_are_read_as_each_alone(datetime_format, cell, other):
    cells = pl.Series([cell, None, other] * 300)
    alone = [None if each is None else parse_datetime(each, datetime_format) for each in cells]
    assert read_moments(cells, datetime_format).to_list() == alone
