"""What columns have to do with each other is measured as the books say."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import pearsonr, spearmanr

from modelyard.domain.columns import Column, ColumnKind
from modelyard.domain.tables import Table
from modelyard.engine.profiling import profile
from modelyard.engine.relating import correlation_ratio, cramers_v, relate

N = 400


def _related(**columns):
    frame = pl.DataFrame({name: values for name, (_, values) in columns.items()}, strict=False)
    kinds = tuple(Column(name, ColumnKind(kind)) for name, (kind, _) in columns.items())
    table = Table(frame, kinds)
    return relate(table, profile(table))


def test_two_numbers_have_the_correlations_of_scipy():
    rng = np.random.default_rng(0)
    x = rng.normal(size=N)
    y = np.exp(x + rng.normal(size=N))
    (pair,) = _related(x=("numeric", x), y=("numeric", y)).associations
    assert pair.pearson == pytest.approx(pearsonr(x, y).statistic)
    assert pair.spearman == pytest.approx(spearmanr(x, y).statistic)
    assert pair.strength == pair.spearman


def test_rows_that_lack_either_number_are_left_out():
    x = [float(n) for n in range(30)] + [None, 5.0]
    y = [2.0 * n for n in range(30)] + [99.0, None]
    (pair,) = _related(x=("numeric", x), y=("numeric", y)).associations
    assert pair.pearson == pytest.approx(1)


def test_categories_that_are_one_have_a_v_near_one_and_strangers_have_none():
    rng = np.random.default_rng(1)
    x = rng.integers(0, 4, N)
    assert cramers_v(x, (x + 1) % 4) == pytest.approx(1, abs=0.01)
    # Without the correction chance alone would give sqrt(9 / 400 / 3) = 0.09.
    strangers = [cramers_v(rng.integers(0, 4, N), rng.integers(0, 4, N)) for _ in range(20)]
    assert np.mean(strangers) < 0.05


def test_correlation_ratio_is_the_root_of_the_share_between_groups():
    values = np.array([1.0, 2.0, 3.0, 11.0, 12.0, 13.0] * 3)
    codes = np.array([0, 0, 0, 1, 1, 1] * 3)
    between = 18 * 25.0
    whole = np.square(values - values.mean()).sum()
    assert correlation_ratio(values, codes) == pytest.approx(np.sqrt(between / whole))


@given(
    st.lists(
        st.tuples(st.integers(-1, 3), st.integers(-1, 3), st.floats(-1e300, 1e300)), max_size=60
    )
)
def test_measures_of_categories_stay_within_zero_and_one(rows):
    x, y = (np.array([row[at] for row in rows], dtype=np.int64) for at in (0, 1))
    values = np.array([row[2] for row in rows], dtype=np.float64)
    for measured in (cramers_v(x, y), correlation_ratio(values, x)):
        assert measured is None or 0 <= measured <= 1


def test_columns_that_name_rows_or_are_constant_are_not_compared():
    columns = {
        "id": ("identifier", [f"k{n}" for n in range(N)]),
        "one": ("integer", [1] * N),
        "x": ("numeric", [n / 2 for n in range(N)]),
    }
    assert _related(**columns).columns == ("x",)


def test_patterns_of_gaps_are_counted_the_commonest_first():
    related = _related(
        a=("numeric", [1.0, None, None, 4.0, 5.0]),
        b=("category", ["x", None, None, None, "y"]),
        c=("numeric", [1.0, 2.0, 3.0, 4.0, 5.0]),
    )
    told = [(pattern.columns, pattern.n_rows) for pattern in related.patterns]
    assert told == [((), 2), (("a", "b"), 2), (("b",), 1)]


def test_table_of_no_rows_has_no_relations():
    related = _related(a=("numeric", []), b=("category", []))
    assert (related.columns, related.associations, related.patterns) == ((), (), ())
