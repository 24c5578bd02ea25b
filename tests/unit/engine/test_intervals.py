"""Bootstrap intervals cover what they should and hold on to their edges."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelyard.engine.evaluation.intervals import Draws, draw_scores
from modelyard.engine.evaluation.resampling import Resampling

of_rows = Resampling.of_rows


def mean_of(values):
    return lambda weights: weights @ values / weights.sum(axis=-1)


def test_every_draw_has_as_many_rows_as_there_are():
    scores = {"n": lambda weights: weights.sum(axis=-1)}
    totals = draw_scores(scores, of_rows(17), n_draws=20, rng=np.random.default_rng(0))["n"]

    np.testing.assert_array_equal(totals, np.full(20, 17.0))


def test_draws_that_are_scored_in_parts_are_those_that_are_scored_at_once():
    seen = []
    scores = {"a": lambda weights: seen.extend(weights) or weights[:, 0]}
    n_rows = 40_000

    drawn = draw_scores(scores, of_rows(n_rows), n_draws=5, rng=np.random.default_rng(6))["a"]

    rng = np.random.default_rng(6)
    rows = [rng.integers(0, n_rows, size=n_rows) for _ in range(5)]
    expected = np.stack([np.bincount(each, minlength=n_rows) for each in rows])
    np.testing.assert_array_equal(np.stack(seen), expected)
    np.testing.assert_array_equal(drawn, expected[:, 0])


def test_fewer_draws_are_scored_at_once_where_each_makes_a_large_table():
    sizes = []
    scores = {"a": lambda weights: sizes.append(len(weights)) or weights[:, 0]}

    draw_scores(scores, of_rows(20), n_draws=9, rng=np.random.default_rng(0), n_classes=150)

    assert sizes == [2, 2, 2, 2, 1]


def test_all_scores_see_the_same_draws():
    values = np.random.default_rng(0).normal(size=50)
    scores = {"a": mean_of(values), "b": mean_of(values + 1)}

    drawn = draw_scores(scores, of_rows(50), n_draws=30, rng=np.random.default_rng(1))

    np.testing.assert_allclose(drawn["b"] - drawn["a"], np.ones(30), rtol=1e-12)


def test_the_same_seed_draws_the_same():
    scores = {"a": mean_of(np.arange(30.0))}
    first, second = (
        draw_scores(scores, of_rows(30), n_draws=10, rng=np.random.default_rng(5)) for _ in range(2)
    )

    np.testing.assert_array_equal(first["a"], second["a"])


def test_one_row_gives_no_interval():
    drawn = draw_scores(
        {"a": mean_of(np.ones(1))}, of_rows(1), n_draws=10, rng=np.random.default_rng(0)
    )

    assert np.isnan(Draws(10, is_percentile=True).interval(1.0, drawn["a"]).low)


@pytest.mark.parametrize("is_percentile", [True, False])
def test_the_interval_of_a_mean_has_the_width_of_its_standard_error(is_percentile):
    rng = np.random.default_rng(2)
    values = rng.normal(size=400)
    drawn = draw_scores({"a": mean_of(values)}, of_rows(400), n_draws=1000, rng=rng)["a"]

    interval = Draws(1000, is_percentile).interval(values.mean(), drawn)

    expected = 2 * 1.96 * values.std() / np.sqrt(400)
    assert interval.high - interval.low == pytest.approx(expected, rel=0.1)
    assert interval.low < values.mean() < interval.high


def test_on_many_rows_the_standard_interval_agrees_with_the_percentiles():
    rng = np.random.default_rng(3)
    is_right = (rng.random(8_000) < 0.9).astype(float)
    scores = {"a": mean_of(is_right)}
    exact = draw_scores(scores, of_rows(8_000), n_draws=1000, rng=rng)["a"]
    fewer = draw_scores(scores, of_rows(8_000), n_draws=200, rng=rng)["a"]

    percentile = Draws(1000, is_percentile=True).interval(is_right.mean(), exact)
    standard = Draws(200, is_percentile=False).interval(is_right.mean(), fewer)

    width = percentile.high - percentile.low
    assert standard.low == pytest.approx(percentile.low, abs=0.1 * width)
    assert standard.high == pytest.approx(percentile.high, abs=0.1 * width)


def test_about_95_of_100_intervals_hold_the_truth():
    rng = np.random.default_rng(4)
    hits = 0
    for _ in range(200):
        values = rng.normal(size=60)
        drawn = draw_scores({"a": mean_of(values)}, of_rows(60), n_draws=200, rng=rng)["a"]
        interval = Draws(200, is_percentile=True).interval(values.mean(), drawn)
        hits += interval.low <= 0 <= interval.high

    # 200 trials of 95 %: sd 3.1; the percentile interval is a little short on 60 rows.
    assert 178 <= hits <= 199


def test_draws_without_a_score_are_left_out():
    drawn = np.array([np.nan, 1.0, np.inf, 1.0, np.nan])

    interval = Draws(5, is_percentile=True).interval(1.0, drawn)

    assert (interval.low, interval.high) == (1.0, 1.0)


def test_a_value_that_is_not_defined_has_no_interval():
    interval = Draws(5, is_percentile=False).interval(float("nan"), np.ones(5))

    assert np.isnan(interval.low)
    assert np.isnan(interval.high)


def test_few_rows_get_percentiles_of_a_thousand_draws():
    assert Draws.for_scores(8_000, 2) == Draws(1000, is_percentile=True)


@given(st.integers(1, 10**9), st.integers(1, 1000))
def test_the_number_of_draws_stays_in_its_bounds(n_rows, n_columns):
    draws = Draws.for_scores(n_rows, n_columns)

    assert draws.n_draws == 1000 if draws.is_percentile else 50 <= draws.n_draws <= 100
