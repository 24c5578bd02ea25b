"""What fewer rows teach is measured beside what all teach, where it takes little."""

from dataclasses import replace

import numpy as np
import pytest
from competitions import CATALOG, answering, candidate, dealt, entry, fits_of

from modelyard.engine.automl.fewer_rows import LearningFits, TimeBudget
from modelyard.engine.automl.standings import Standing
from modelyard.protocols.executors import Notice, Outcome

# Most of the time has passed.
DUE = TimeBudget(70.0, 30.0)


class Doing:
    """A pool that does at once what it is given, in this process."""

    n_places = n_free = 2

    def __init__(self, place):
        self.place, self.notices, self.taught, self.stopped = place, [], {}, []

    def submit(self, number, work, *, argument):
        found = list(work(self.place, argument))
        self.taught[number] = [each.taught for each in found]
        self.notices += [Notice(number, Outcome.RESULT, each) for each in found]
        self.notices.append(Notice(number, Outcome.ENDED))

    def stop(self, number):
        self.stopped.append(number)


def begun(n_rows=240, *, key="ridge", seconds=None, **options):
    """Return fits on fewer rows before the first, the pool, and the best candidate's standing."""
    place, judge = dealt(n_rows, seconds=seconds, **options)
    one = candidate(key)
    place = replace(place, plan=replace(place.plan, algorithm=CATALOG.algorithms()[key]))
    best = replace(entry(1, goodness=0.5, one=one), fit_s=1.0)
    standing = Standing(one, best, fits_of(one, place))
    return LearningFits(judge, place, CATALOG.algorithms()), Doing(place), standing


def learned(found, pool, standing):
    """Let the fits go on to their end; return their curve."""
    while found.begin(pool, standing, time=DUE):
        pass
    for notice in pool.notices:
        found.take_in(notice)
    return found.curve()


@pytest.mark.parametrize("seconds", [None, 1.0], ids=["folds", "one part"])
def test_half_and_a_quarter_of_the_rows_are_held_against_all_on_the_same_rows(seconds):
    found, pool, standing = begun(4_000, seconds=seconds)
    curve = learned(found, pool, standing)
    assert [each.share for each in curve.points] == [0.25, 0.5, 1.0]
    rows = [each.n_rows for each in curve.points]
    assert rows[0] == pytest.approx(rows[2] / 4, rel=0.02)
    assert rows[1] == pytest.approx(rows[2] / 2, rel=0.02)
    assert curve.n_folds == len(found.arena.folds)
    assert curve.fitted == "ridge-1"
    assert curve.gain_low <= curve.gain <= curve.gain_high
    for number, taught in enumerate(pool.taught[0]):
        fold = found.arena.folds[number]
        assert set(taught) <= {*fold.teaching, *fold.stopping}


def test_what_the_second_half_brings_is_better_also_where_less_is_better():
    found, pool, standing = begun()
    place, y = found.arena, found.judge.plan.y
    near, far = ((y + off)[place.rows][:, None] for off in (0.1, 1.0))
    while found.begin(pool, standing, time=DUE):
        pass
    found.standing = replace(standing, fits=answering(1, place, near))
    for each in answering(1, place, far)[:5]:
        found.take_in(Notice(0, Outcome.RESULT, each))
    curve = found.curve()
    assert curve.gain == pytest.approx(0.9)
    assert curve.gain_low > 0
    assert [each.mean for each in curve.points] == pytest.approx([1.0, 0.1])


def test_of_rows_in_time_the_latest_teach():
    found, pool, standing = begun(4_000, seconds=1.0, time="day")
    learned(found, pool, standing)
    (taught,) = pool.taught[0]
    fold = found.arena.folds[0]
    offered = np.sort(np.concatenate([fold.teaching, fold.stopping]))
    assert taught.min() == pytest.approx(offered[len(offered) // 2], rel=0.05)
    assert taught.max() > 0.9 * offered.max()


def test_rows_that_are_dealt_twice_are_fitted_once():
    found, pool, standing = begun(400)
    assert len(found.arena.folds) == 10
    assert learned(found, pool, standing).n_folds == 5
    assert len(pool.taught[0]) == 5


@pytest.mark.parametrize("time", [TimeBudget(30.0, 70.0), TimeBudget(3.0, 0.7)])
def test_it_is_not_begun_early_nor_where_both_would_take_much(time):
    """Half takes 0.25 s and a quarter 0.125 s of two places, of 3.7 s each."""
    found, pool, standing = begun()
    assert not found.begin(pool, standing, time=time)
    assert not found.begin(pool, standing, time=time)
    assert not pool.notices


def test_once_no_candidate_is_to_begin_it_need_not_wait():
    found, pool, standing = begun()
    assert found.begin(pool, standing, time=TimeBudget(30.0, 70.0, is_over=True))


def test_it_is_not_begun_where_more_rows_would_be_more_of_what_is_remembered():
    found, pool, standing = begun(n_again=120)
    assert not found.begin(pool, standing, time=DUE)


@pytest.mark.parametrize("options", [{}, {"group": "of"}, {"time": "day"}], ids=str)
def test_what_held_rows_stop_is_stopped_by_as_large_a_part_of_fewer(options):
    found, pool, standing = begun(4_000, key="lightgbm", seconds=1.0, **options)
    curve = learned(found, pool, standing)
    shares = [each.n_rows / curve.points[-1].n_rows for each in curve.points]
    # Of 24 groups a share is told by whole ones.
    assert shares == pytest.approx([0.25, 0.5, 1.0], abs=0.1 if "group" in options else 0.01)
    (_, stopping) = found._fewer(found.arena.folds[0], 0.5, np.random.default_rng(0))
    assert 0 < len(stopping) <= len(found.arena.folds[0].stopping)


def test_what_fails_is_told_and_nothing_more_is_tried():
    found, pool, standing = begun()
    assert found.begin(pool, standing, time=DUE)
    found.take_in(Notice(0, Outcome.FAILED, reason="no such rows"))
    assert not found.waiting
    assert found.curve() is None


def test_too_few_rows_are_not_halved():
    found, pool, standing = begun(30)
    assert learned(found, pool, standing) is None


def test_what_was_ended_before_half_was_finished_says_nothing():
    found, pool, standing = begun()
    assert found.begin(pool, standing, time=DUE)
    assert found.is_running
    found.stop(pool)
    assert pool.stopped == [0]
    found.take_in(pool.notices[0])
    found.take_in(Notice(0, Outcome.STOPPED))
    assert not found.is_running
    assert found.curve() is None
