"""A profile tells the truth about every column, the odd ones included."""

import math
from datetime import datetime

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelyard.domain.columns import Column, ColumnKind
from modelyard.domain.tables import Table
from modelyard.engine.profiling import profile


def _table(**columns):
    """Return a table of `name=(kind, values)`."""
    frame = pl.DataFrame({name: values for name, (_, values) in columns.items()}, strict=False)
    return Table(
        frame, tuple(Column(name, ColumnKind(kind)) for name, (kind, _) in columns.items())
    )


def _only(**columns):
    (described,) = profile(_table(**columns)).columns
    return described


def test_numbers_are_described_in_their_own_unit():
    described = _only(x=("numeric", [1.0, 2.0, None, 4.0, 5.0]))
    assert (described.n_missing, described.n_unique) == (1, 4)
    assert (described.minimum, described.maximum, described.mean) == (1, 5, 3)
    assert described.sd == pytest.approx(math.sqrt(2.5))
    assert described.quartiles == (1.75, 3, 4.25)
    assert sum(described.histogram_counts) == 4
    assert len(described.histogram_edges) == len(described.histogram_counts) + 1


def test_top_values_are_ordered_by_count_and_then_by_value():
    described = _only(x=("category", ["b", "c", "a", "c", "b", None, "a", "d"]))
    assert described.top_values == (("a", 2), ("b", 2), ("c", 2), ("d", 1))
    assert described.minimum is None
    assert described.histogram_counts == ()


def test_at_most_ten_top_values_are_kept():
    values = [value for value in range(30) for _ in range(value + 1)]
    described = _only(x=("integer", values))
    assert described.top_values[0] == ("29", 30)
    assert len(described.top_values) == 10


def test_booleans_count_as_zero_and_one():
    described = _only(x=("boolean", [True, False, True, None]))
    assert described.mean == pytest.approx(2 / 3)
    assert (described.n_missing, described.n_unique) == (1, 2)


def test_moments_are_described_in_microseconds():
    described = _only(x=("datetime", [datetime(1970, 1, 1), datetime(1970, 1, 2)]))  # noqa: DTZ001
    assert (described.minimum, described.maximum) == (0, 86_400_000_000)


def test_cells_that_are_not_finite_are_counted_and_left_out_of_the_statistics():
    described = _only(x=("numeric", [1.0, math.inf, math.nan, -math.inf, 3.0, None]))
    assert (described.n_nonfinite, described.n_missing, described.n_unique) == (3, 4, 2)
    assert (described.minimum, described.maximum) == (1, 3)


def test_cells_that_reading_made_missing_are_still_told_as_not_finite():
    column = Column("x", ColumnKind.NUMERIC, n_nonfinite=2)
    table = Table(pl.DataFrame({"x": [1.0, None, None]}), (column,))
    assert profile(table).columns[0].n_nonfinite == 2


def test_whole_numbers_count_what_was_not_finite_as_well():
    column = Column("x", ColumnKind.INTEGER, n_nonfinite=2)
    table = Table(pl.DataFrame({"x": pl.Series([1, None, None, None], dtype=pl.Int64)}), (column,))
    assert profile(table).columns[0].n_nonfinite == 2


def test_column_that_is_missing_throughout_has_no_statistics():
    table = _table(x=("numeric", [None, None]), t=("text", [None, None]))
    for described in profile(table).columns:
        assert (described.n_missing, described.n_unique) == (2, 0)
        assert described.mean is None
        assert described.top_values == ()


def test_constant_column_has_one_bin():
    described = _only(x=("numeric", [7.5] * 4))
    assert (described.sd, described.histogram_counts) == (0, (4,))


def test_range_beyond_a_double_goes_without_a_histogram():
    described = _only(x=("numeric", [-1.5e308, 1.5e308]))
    assert described.histogram_edges == ()
    assert described.sd == pytest.approx(1.5e308)


def test_repeated_rows_are_counted_with_missing_as_equal():
    table = _table(
        x=("numeric", [1.0, 1.0, None, None, 1.0]), t=("category", ["a", "a", "b", "b", "c"])
    )
    assert profile(table).n_duplicate_rows == 2


@pytest.mark.parametrize("n_rows", [0, 1])
def test_tables_of_hardly_any_rows_are_described(n_rows):
    table = _table(x=("numeric", [1.0] * n_rows), c=("category", ["a"] * n_rows))
    described = profile(table)
    assert described.n_rows == n_rows
    assert described.n_duplicate_rows == 0
    assert [column.n_unique for column in described.columns] == [n_rows, n_rows]


def test_table_without_columns_is_described():
    described = profile(Table(pl.DataFrame(), ()))
    assert (described.n_rows, described.columns) == (0, ())


@given(st.lists(st.none() | st.floats(allow_nan=False, allow_infinity=False), min_size=1))
def test_statistics_stay_within_the_range_of_the_values(values):
    described = _only(x=("numeric", pl.Series(values, dtype=pl.Float64)))
    known = [value for value in values if value is not None]
    assert described.n_missing == len(values) - len(known)
    assert described.n_unique == len(set(known))
    if known:
        slack = 1e-9 * max(map(abs, known))
        assert (described.minimum, described.maximum) == (min(known), max(known))
        assert min(known) - slack <= described.mean <= max(known) + slack
        assert np.isfinite(described.sd)
        if described.histogram_counts:
            assert sum(described.histogram_counts) == len(known)
            assert (np.diff(described.histogram_edges) > 0).all()
