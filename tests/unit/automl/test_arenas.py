"""The rows are dealt once: few of many are held out, the newest in an order of time."""

import numpy as np
import pytest
from competitions import dealt


def test_all_rows_outside_the_test_part_teach_and_then_those_of_it_as_well():
    place, judge = dealt(400, seconds=None)
    assert np.array_equal(place.whole.teaching, np.setdiff1d(np.arange(400), judge.split.test))
    assert np.array_equal(place.full.teaching, np.arange(400))
    assert not place.full.stopping.size


@pytest.mark.parametrize("seconds", [None, 1.0], ids=["every fold", "one fold"])
def test_in_an_order_of_time_the_last_fold_is_just_before_the_test_part(seconds):
    place, judge = dealt(4_000, seconds=seconds, time="day")
    last = place.folds[-1]
    assert last.held.max() + 1 == judge.split.test.min()
    assert max(last.teaching.max(), last.stopping.max()) < last.held.min()
    assert np.array_equal(place.whole.teaching, np.arange(judge.split.test.min()))


def test_where_one_fold_is_held_out_of_many_rows_it_is_a_small_part():
    (few,) = dealt(4_000, seconds=1.0)[0].folds
    assert len(few.held) == pytest.approx(3_600 / 5, abs=2)
    (many,) = dealt(40_000, seconds=1.0)[0].folds
    assert 5_000 <= len(many.held) < 36_000 / 5 / 1.3


def test_groups_and_rare_classes_are_held_out_as_well():
    (grouped,) = dealt(40_000, seconds=1.0, group="of")[0].folds
    assert len(grouped.held) == pytest.approx(36_000 / 5, rel=0.15)
    rare = ["yes" if at % 100 == 0 else "no" for at in range(40_000)]
    place, judge = dealt(40_000, seconds=1.0, y=rare)
    assert np.bincount(judge.plan.y[place.folds[0].held]).min() >= 70


@pytest.mark.parametrize("n_rows", [4_003, 40_000])
def test_what_a_fit_on_all_rows_draws_does_not_hang_on_the_time(n_rows):
    short, long = (dealt(n_rows, seconds=seconds)[0].whole for seconds in (1.0, None))
    assert short.seed == long.seed


def test_half_of_the_rows_that_come_twice_are_scored_with_their_equal_taught_and_no_test_row_is():
    arena, judge = dealt(400, seconds=None, n_again=200)
    rows = judge.dealer.table.frame.select("a", "b").rows()
    taught = {rows[at] for at in arena.training}
    again = {rows[at] for at in arena.rows[arena.are_again]}
    assert 60 < len(again) < 130
    assert not again & {rows[at] for at in arena.rows[arena.are_new]}
    assert 100 < arena.are_again.sum() < 300
    assert not taught & {rows[at] for at in arena.test}
    assert not dealt(400, seconds=None)[0].are_again.any()


def test_what_a_group_binds_is_not_dealt_apart():
    arena, judge = dealt(400, seconds=None, group="of", n_again=200)
    groups = judge.dealer.table.frame["of"].to_list()
    for fold in arena.folds:
        assert not {groups[at] for at in fold.teaching} & {groups[at] for at in fold.held}
    assert not arena.are_again.any()
