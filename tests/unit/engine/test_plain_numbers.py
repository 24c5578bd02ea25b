"""Columns that are read many at a time come out as each one would alone."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_series_equal

from modelyard.domain.cells import DEFAULT_MISSING_TOKENS
from modelyard.domain.columns import ColumnKind
from modelyard.engine.kinds.cells import text_cells
from modelyard.engine.kinds.finding import find_kind
from modelyard.engine.kinds.plain import read_plain

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
