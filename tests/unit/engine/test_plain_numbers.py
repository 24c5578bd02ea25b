"""Columns that are read many at a time come out as each one would alone."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_series_equal

from modelyard.domain.cells import DEFAULT_MISSING_TOKENS
from modelyard.domain.columns import Column, ColumnKind, InputColumn
from modelyard.domain.tables import RawTable, SourceFacts
from modelyard.engine.kinds.casting import cast_text
from modelyard.engine.kinds.cells import text_cells
from modelyard.engine.kinds.finding import find_kind
from modelyard.engine.kinds.plain import read_plain, read_plain_as
from modelyard.engine.kinds.typing import conform

CELLS = st.one_of(
    st.sampled_from(["", "0", "1", "-0", "007", "1.0", "+2", "nan", "inf", "NA", "-", " 3", "x"]),
    st.sampled_from(["9007199254740993", "99999999999999999999", "1e5", "1,5", ".5", "true"]),
    st.integers(-50, 50).map(str),
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
)


@given(st.lists(st.one_of(CELLS, st.none()), min_size=1, max_size=30))
def test_a_plain_column_comes_out_as_it_would_alone(cells):
    series = pl.Series("a", cells, dtype=pl.String)
    found = read_plain([series], DEFAULT_MISSING_TOKENS, decimal=".")
    alone = find_kind(text_cells(series, DEFAULT_MISSING_TOKENS, decimal="."))
    for plain in found.values():
        assert plain.column == alone.column
        assert (plain.met, plain.doubt) == (alone.met, alone.doubt)
        assert_series_equal(plain.values, alone.values)


@pytest.mark.parametrize("tokens", [DEFAULT_MISSING_TOKENS, ("", "-"), ("", "-999")])
@pytest.mark.parametrize("kind", [ColumnKind.NUMERIC, ColumnKind.INTEGER])
@given(cells=st.lists(st.one_of(CELLS, st.none()), min_size=1, max_size=8))
def test_a_plain_column_of_a_known_kind_comes_out_as_it_would_alone(cells, kind, tokens):
    series, wanted = pl.Series("a", cells, dtype=pl.String), Column("a", kind)
    for plain in read_plain_as([(series, wanted)], tokens, decimal=".").values():
        alone = cast_text(text_cells(series, tokens, decimal="."), wanted)
        assert plain.column == alone.column
        assert (plain.met, plain.doubt) == (alone.met, alone.doubt)
        assert_series_equal(plain.values, alone.values)


def test_many_columns_of_known_kinds_are_read_at_once_and_the_others_left():
    cells = {"a": ["1", "2"], "b": ["1.5", ""], "c": ["1", "2.5"], "d": ["1", "x"]}
    kinds = (ColumnKind.INTEGER, ColumnKind.NUMERIC, ColumnKind.INTEGER, ColumnKind.NUMERIC)
    wanted = [
        (pl.Series(name, each), Column(name, kind))
        for (name, each), kind in zip(cells.items(), kinds, strict=True)
    ]
    found = read_plain_as(wanted, DEFAULT_MISSING_TOKENS, decimal=".")
    assert {name: each.values.to_list() for name, each in found.items()} == {
        "a": [1, 2],
        "b": [1.5, None],
    }


@pytest.mark.parametrize("names", [("*", "b"), ("^a$", "a"), ("^.*$", "b"), ("^zz$", "b")])
def test_names_that_look_like_patterns_are_names(names):
    columns = [pl.Series(name, ["1", "2", "2"]) for name in names]
    assert list(read_plain(columns, DEFAULT_MISSING_TOKENS, decimal=".")) == list(names)
    inputs = [InputColumn(name, ColumnKind.NUMERIC) for name in names]
    table = conform(RawTable(pl.DataFrame(columns), SourceFacts("test")), inputs)
    assert table.frame.rows() == [(1.0, 1.0), (2.0, 2.0), (2.0, 2.0)]


@pytest.mark.parametrize(
    ("cells", "kind"),
    [(["1.5", "2", ""], ColumnKind.NUMERIC), (["3", "3", None], ColumnKind.INTEGER)],
)
def test_ordinary_numbers_are_plain(cells, kind):
    found = read_plain([pl.Series("a", cells)], DEFAULT_MISSING_TOKENS, decimal=".")
    assert found["a"].column.kind is kind


@pytest.mark.parametrize(
    ("cells", "tokens", "decimal"),
    [
        (["1", "2", "x"], DEFAULT_MISSING_TOKENS, "."),
        (["007", "008", "008"], DEFAULT_MISSING_TOKENS, "."),
        (["1.5", "-999", "2"], ("-999",), "."),
        (["1.5", "2", "2"], DEFAULT_MISSING_TOKENS, ","),
        (["", None], DEFAULT_MISSING_TOKENS, "."),
    ],
)
def test_what_is_in_doubt_is_left_alone(cells, tokens, decimal):
    assert not read_plain([pl.Series("a", cells, dtype=pl.String)], tokens, decimal=decimal)
