"""Rows that depend on each other are drawn together, so that an interval keeps its promise."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelyard.catalog import Catalog
from modelyard.domain.columns import Column, ColumnKind
from modelyard.domain.evaluations import IntervalUnit
from modelyard.domain.splits import Bonds
from modelyard.domain.tables import Table
from modelyard.domain.tasks import Task
from modelyard.engine.evaluation.estimates import Scored, evaluate
from modelyard.engine.evaluation.intervals import Draws
from modelyard.engine.evaluation.resampling import Resampling

AUC = Catalog().metrics()["roc-auc"]
N_RUNS = 40


def table_of(**columns):
    frame = pl.DataFrame(columns)
    kinds = [ColumnKind.CATEGORY if s.dtype == pl.String else ColumnKind.NUMERIC for s in frame]
    return Table(frame, tuple(map(Column, frame.columns, kinds)))


def in_order(n_moments, rows_each=1):
    table = table_of(at=np.repeat(np.arange(float(n_moments)), rows_each))
    return Resampling.of(table, Bonds((), time="at"))


def one_draw(resampling, rng):
    (counts,) = next(resampling.draws(rng, 1))
    return counts


def auc_of_noise(seed, n_groups, rows_each):
    """Judge a model that knows nothing, where rows of a group are alike in truth and in score."""
    rng = np.random.default_rng(seed)
    groups = np.repeat(np.arange(n_groups), rows_each)
    n_rows = len(groups)
    truth = (rng.random(n_rows) < rng.beta(0.5, 0.5, n_groups)[groups]).astype(np.int64)
    raised = rng.normal(size=n_groups)[groups] + 0.5 * rng.normal(size=n_rows)
    share = 1 / (1 + np.exp(-raised))
    scored = Scored(
        Task.BINARY,
        ("no", "yes"),
        truth,
        scores=np.column_stack([1 - share, share]),
        baseline_scores=np.full((n_rows, 2), 0.5),
    )
    bound = Resampling.of(table_of(g=groups.astype(str)), Bonds((), group="g"))
    return scored, bound, rng


def runs_above_and_below(n_groups, rows_each, *, is_bound):
    above = below = 0
    for seed in range(N_RUNS):
        scored, bound, rng = auc_of_noise(seed, n_groups, rows_each)
        scored = replace(scored, bound=bound if is_bound else None)
        gain = evaluate(scored, metrics={"roc-auc": AUC}, metric=AUC, rng=rng).deciding
        above += gain.gain_low > 0
        below += gain.gain_high < 0
    return above, below


@pytest.mark.parametrize("n_groups", [6, 30])
def test_noise_beats_guessing_no_more_often_than_promised_where_groups_are_drawn(n_groups):
    above, below = runs_above_and_below(n_groups, 10, is_bound=True)

    # 1 of 40 runs is expected on each side; P(more than 5) = 0.05 %.
    assert above <= 5
    assert below <= 5


def test_noise_beats_guessing_far_too_often_where_rows_of_groups_are_drawn_alone():
    above, _ = runs_above_and_below(6, 10, is_bound=False)

    assert above > 5


def test_rows_of_one_group_are_drawn_equally_often():
    groups = np.array(["a", "b", "a", "c", None, "b", None])
    resampling = Resampling.of(table_of(g=groups.tolist()), Bonds((), group="g"))

    counts = one_draw(resampling, np.random.default_rng(0))

    assert resampling.unit is IntervalUnit.GROUP
    assert resampling.n_units == 5
    assert counts[0] == counts[2]
    assert counts[1] == counts[5]


def test_rows_that_are_equal_in_every_feature_are_drawn_together():
    table = table_of(x=[1.0, 2.0, 1.0, 3.0], z=["u", "u", "u", "u"])
    resampling = Resampling.of(table, Bonds(("x", "z")))

    assert (resampling.unit, resampling.n_units) == (IntervalUnit.EQUAL_ROWS, 3)
    assert resampling.of_row[0] == resampling.of_row[2]


@pytest.mark.parametrize("bonds", [Bonds(("x",)), Bonds((), group="x")])
def test_rows_that_nothing_binds_are_drawn_one_by_one(bonds):
    resampling = Resampling.of(table_of(x=np.arange(20.0)), bonds)

    assert (resampling.unit, resampling.n_units) == (IntervalUnit.ROW, 20)


def test_independent_rows_are_drawn_as_numpy_draws_them():
    drawn = one_draw(Resampling.of_rows(17), np.random.default_rng(3))
    rows = np.random.default_rng(3).integers(0, 17, size=17)

    np.testing.assert_array_equal(drawn, np.bincount(rows, minlength=17))


@given(st.integers(2, 80), st.integers(1, 3), st.integers(0, 1000))
def test_a_draw_in_order_has_as_many_moments_and_keeps_rows_of_one_together(n, rows_each, seed):
    resampling = in_order(n, rows_each)

    counts = one_draw(resampling, np.random.default_rng(seed)).reshape(n, rows_each)

    assert counts[:, 0].sum() == n
    assert (counts == counts[:, :1]).all()


def test_a_draw_in_order_is_made_of_blocks():
    resampling = in_order(27)

    counts = one_draw(resampling, np.random.default_rng(0))
    starts = np.random.default_rng(0).integers(0, 27, size=9)

    assert resampling.block_length == 3
    expected = np.bincount([(start + k) % 27 for start in starts for k in range(3)], minlength=27)
    np.testing.assert_array_equal(counts, expected)


def test_blocks_widen_the_interval_of_a_mean_whose_errors_last():
    rng = np.random.default_rng(0)
    wave = np.repeat(rng.normal(size=100), 5)
    widths = []
    for resampling in (Resampling.of_rows(500), in_order(500)):
        # Each draw has 500 rows.
        means = np.concatenate([counts @ wave / 500 for counts in resampling.draws(rng, 400)])
        widths.append(np.std(means))

    # Five rows that are one witness: sqrt(5) = 2.2 times as wide, less the edges of the blocks.
    assert widths[1] > 1.6 * widths[0]


@pytest.mark.parametrize(("n_units", "reach"), [(2, 17.969), (6, 2.816), (49, 2.031)])
def test_few_groups_get_the_standard_interval_of_student(n_units, reach):
    resampling = Resampling(IntervalUnit.GROUP, np.repeat(np.arange(n_units), 5), n_units)

    draws = Draws.of(resampling, 2)

    assert not draws.is_percentile
    # Tables of Student's t: 12.706, 2.571, 2.011; times sqrt(m / (m - 1)).
    assert draws.reach == pytest.approx(reach, abs=0.002)


def test_many_groups_and_few_rows_get_percentiles():
    many = Resampling(IntervalUnit.GROUP, np.repeat(np.arange(50), 2), 50)

    assert (
        Draws.of(many, 2) == Draws.of(Resampling.of_rows(20), 2) == Draws(1000, is_percentile=True)
    )


def test_one_group_gives_no_interval_and_says_so():
    scored, _, rng = auc_of_noise(0, 6, 10)
    one = Resampling(IntervalUnit.GROUP, np.zeros(60, dtype=np.int64), 1)

    evaluation = evaluate(replace(scored, bound=one), metrics={"roc-auc": AUC}, metric=AUC, rng=rng)

    assert np.isnan(evaluation.deciding.low)
    assert (evaluation.interval_unit, evaluation.n_units) == (IntervalUnit.GROUP, 1)
