"""Numbers with separators of thousands are read where nothing is in doubt, alike at every door."""

import math

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelyard.domain.columns import ColumnKind, InputColumn
from modelyard.domain.configs import ReadOptions
from modelyard.domain.errors import UnparseableValue
from modelyard.domain.number_formats import NumberFormat, formats_with_signs
from modelyard.domain.tables import RawTable, SourceFacts
from modelyard.engine.kinds.cells import read_numbers, text_cells
from modelyard.engine.kinds.typing import conform, type_table
from modelyard.runtime.reading import InputReader

FORMATS = tuple(formats_with_signs())


def raw(cells, decimal="."):
    return RawTable(pl.DataFrame({"a": cells}), SourceFacts("test", decimal=decimal))


def found(cells, decimal=".", **options):
    table = type_table(raw(cells, decimal), ReadOptions(**options))
    return table.columns[0], table.frame["a"].to_list()


@pytest.mark.parametrize(
    ("cells", "values", "written"),
    [
        (["1,234.50", "999.00", "-12", ""], [1234.5, 999.0, -12.0, None], ",."),
        (["1.234,50", "999,00", "1.234"], [1234.5, 999.0, 1234.0], ".,"),
        (["1 234,50", "1\u00a0000", "7"], [1234.5, 1000.0, 7.0], " ,"),
        (["1'234.50", "12'345", "-"], [1234.5, 12345.0, None], "'."),
    ],
)
def test_a_column_with_a_deciding_cell_is_read_and_said(cells, values, written):
    column, read = found(cells)
    assert (column.kind, column.number_format, read) == (ColumnKind.NUMERIC, written, values)
    assert "Numbers are written like 1" in column.reason


@pytest.mark.parametrize(
    "cells", [["1,234", "12,345"], ["1,234.50", "1.234,50"], ["1,234.50", "x"], ["1,23.4", "5"]]
)
def test_what_no_cell_decides_stays_text(cells):
    column, read = found(cells)
    assert (column.kind, read) == (ColumnKind.CATEGORY, cells)


@pytest.mark.parametrize(
    ("cells", "decimal", "values"),
    [
        (["$1,200", "-$ 5", "7"], ".", [1200.0, -5.0, 7.0]),
        (["12 %", "0.5%"], ".", [12.0, 0.5]),
        (["1.200 €", "3,5 €"], ",", [1200.0, 3.5]),
        (["€1.200,50", "€3"], ".", [1200.5, 3.0]),
        (["253,39", "12,5"], ".", [253.39, 12.5]),
        (["0.95", "3"], ",", [0.95, 3.0]),
        (["1.200.000"], ".", [1200000.0]),
        (["1,234", "12,345"], ".", [1234.0, 12345.0]),
    ],
)
def test_whoever_asks_for_numbers_gets_those_with_signs(cells, decimal, values):
    column, read = found(cells, decimal, kinds={"a": ColumnKind.NUMERIC})
    assert (column.kind, read) == (ColumnKind.NUMERIC, values)


def test_a_cell_that_has_no_format_is_named():
    with pytest.raises(UnparseableValue) as caught:
        found(["$1,200", "twelve"], kinds={"a": ColumnKind.NUMERIC})
    assert caught.value.row == 1


def test_prediction_reads_them_as_training_did():
    wanted = InputColumn("a", ColumnKind.NUMERIC, number_format=".,")
    cells = ["1.234,50", "7", " 3.000 "]
    reader = InputReader([wanted], ("",))
    one_by_one = [reader.read_row({"a": cell}).numbers[0, 0] for cell in cells]
    assert one_by_one == conform(raw(cells), [wanted]).frame["a"].to_list() == [1234.5, 7.0, 3000.0]
    assert reader.read_row({"a": 1234.5}).numbers[0, 0] == 1234.5


@given(
    st.sampled_from(FORMATS),
    st.lists(
        st.one_of(
            st.sampled_from(["", "1e5", "nan", "- 5", "$ 5", "5 $", "1,2,3", "1 234 567,8", "€-3"]),
            st.text("0123456789,.' $%+-", max_size=9),
        ),
        min_size=1,
    ),
)
def test_a_column_is_read_as_each_cell_alone(number_format, texts):
    cells = text_cells(pl.Series("a", texts), ("",), decimal=".")
    reading = read_numbers(cells, str(number_format))
    for text, value in zip(texts, reading.values, strict=True):
        alone = number_format.parse(text)
        expected = None if alone is None or math.isnan(alone) else alone
        assert value == expected


@pytest.mark.parametrize("number_format", FORMATS, ids=str)
def test_a_format_is_written_and_read(number_format):
    assert NumberFormat.read(str(number_format)) == number_format


@pytest.mark.parametrize("text", ["", "..", "x", ",.$$"])
def test_what_is_no_format_is_refused(text):
    with pytest.raises(ValueError, match="no format"):
        NumberFormat.read(text)
