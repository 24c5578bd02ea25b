"""Intervals and sets hold the truth as often as is asked, and say so where they cannot."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelyard.domain.errors import InvalidValue, TooFewRows, UnsupportedPackage
from modelyard.engine.evaluation.conformal import (
    Ranked,
    cross_fitted_coverage,
    find_difficulty,
    held_out_strangeness,
    measured_coverage,
)
from modelyard.runtime.conformal import Conformal, Difficulty, strangeness


def numbers(n, seed=0, *, growing=False):
    rng = np.random.default_rng(seed)
    predicted = rng.uniform(1, 10, n)
    return predicted[:, None], predicted + rng.normal(size=n) * (predicted if growing else 1.0)


def classes(n, seed=0):
    rng = np.random.default_rng(seed)
    scores = rng.dirichlet(np.ones(4), n)
    return scores, (scores.cumsum(axis=1) > rng.random((n, 1))).argmax(axis=1)


def calibrate(scores, y, difficulty=None):
    return Conformal.of(strangeness(scores, y, difficulty=difficulty), difficulty)


def reported(scores, y, of_unit=None, validation=None, seed=0):
    test = Ranked(strangeness(scores, y))
    return cross_fitted_coverage(
        test.beside(validation).conformal(),
        scores,
        test=test,
        validation=validation,
        of_unit=np.arange(len(y)) if of_unit is None else of_unit,
        rng=np.random.default_rng(seed),
    )


@pytest.mark.parametrize("make", [numbers, classes])
@pytest.mark.parametrize("level", [0.5, 0.8, 0.9, 0.95])
def test_the_truth_of_other_rows_is_held_as_often_as_is_asked(make, level):
    conformal = calibrate(*make(4000))
    scores, y = make(4000, seed=1)

    found = {each.level: each.share for each in measured_coverage(conformal, scores, y_true=y)}

    assert found[level] == pytest.approx(level, abs=0.025)


@given(st.integers(1, 300), st.floats(0.01, 0.99))
def test_of_the_ranked_rows_the_bound_holds_the_finite_sample_share(n, level):
    strange = np.random.default_rng(n).random(n)
    conformal = Conformal.of(strange)

    if conformal.allows(level):
        n_held = int((strange <= conformal.bound(level)).sum())
        assert n_held >= (n + 1) * level - 1e-6
        assert n_held < (n + 1) * level + 1
    else:
        assert (n + 1) * level > n


def test_a_level_that_needs_more_rows_is_refused_with_the_surest():
    with pytest.raises(TooFewRows, match="needs at least 99 held-out rows") as caught:
        Conformal.of(np.arange(20.0)).bound(0.99)

    assert "this model has 20, of the test part" in str(caught.value)
    assert "95.2 %" in str(caught.value.fix)


@pytest.mark.parametrize("level", [0.0, 1.0, 90.0])
def test_a_level_outside_of_0_to_1_is_refused(level):
    with pytest.raises(InvalidValue, match="between 0 and 1"):
        Conformal.of(np.arange(20.0)).bound(level)


def test_many_ranks_are_thinned_and_stay_at_least_as_sure():
    strange = np.random.default_rng(0).random(123_457)
    conformal = Conformal.of(strange)

    assert len(conformal.scores) == 10_000
    share = float((strange <= conformal.bound(0.9)).mean())
    assert 0.9 <= share <= 0.9002


def test_what_was_written_is_read_back_and_answers_the_same():
    scores, y = numbers(500, growing=True)
    conformal = calibrate(scores, y, difficulty=find_difficulty(scores[:, 0], y))

    read = Conformal.from_bytes(conformal.to_bytes())

    assert conformal.difficulty is not None
    np.testing.assert_array_equal(
        read.intervals(scores[:, 0], 0.9), conformal.intervals(scores[:, 0], 0.9)
    )


def test_an_incomplete_file_is_refused():
    with pytest.raises(UnsupportedPackage):
        Conformal.from_bytes(b'{"n_rows": 3}')


def test_errors_that_grow_with_the_prediction_widen_its_interval_alone():
    scores, y = numbers(2000, growing=True)
    difficulty = find_difficulty(scores[:, 0], y)
    ends = calibrate(scores, y, difficulty=difficulty).intervals(np.array([1.0, 10.0]), 0.9)

    widths = ends[:, 1] - ends[:, 0]
    assert widths[1] > 3 * widths[0]


def test_errors_of_one_size_get_intervals_of_one_width():
    scores, y = numbers(2000)

    assert find_difficulty(scores[:, 0], y) is None


def test_few_rows_do_not_tell_how_errors_grow():
    scores, y = numbers(100, growing=True)

    assert find_difficulty(scores[:, 0], y) is None


def test_a_set_holds_the_likeliest_labels_and_may_be_empty():
    conformal = Conformal.of(np.linspace(0, 1, 99))

    held = conformal.sets(np.array([[0.7, 0.2, 0.1], [0.4, 0.3, 0.3]]), 0.5)

    assert held.tolist() == [[True, False, False], [False, False, False]]


def test_the_reported_coverage_is_that_of_rows_that_did_not_calibrate():
    scores, y = classes(2000)

    found = reported(scores, y)

    assert [each.level for each in found] == [0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99]
    assert all(each.share == pytest.approx(each.level, abs=0.01) for each in found)


def test_groups_are_not_parted_where_coverage_is_measured():
    # Every group has its own error: rows of a parted group would know it and cover too well.
    groups = np.repeat(np.arange(10), 50)
    y = np.random.default_rng(0).exponential(size=10)[groups]
    scores = np.zeros((500, 1))

    def at_half(of_unit):
        found = reported(scores, y, of_unit, seed=1)
        return next(each.share for each in found if each.level == 0.9)

    assert at_half(groups) < at_half(np.arange(500))


def test_a_level_that_half_the_rows_are_too_few_for_is_not_reported():
    scores, y = numbers(30)

    found = reported(scores, y)

    assert max(each.level for each in found) == 0.9


def test_a_difficulty_lies_on_straight_lines_between_its_knots():
    difficulty = Difficulty((0.0, 10.0), (1.0, 3.0))

    assert difficulty.of(np.array([-5.0, 5.0, 20.0])).tolist() == [1.0, 2.0, 3.0]


def test_validation_rows_that_are_too_easy_are_found_out_by_the_reported_coverage():
    scores, y = numbers(500)
    too_easy = Ranked(np.full(500, 0.1))

    found = reported(scores, y, validation=too_easy)

    assert next(each.share for each in found if each.level == 0.9) < 0.8


def test_validation_rows_rank_beside_test_rows():
    scores, y = numbers(30)
    others = Ranked(np.abs(np.random.default_rng(3).normal(size=200)))

    assert max(each.level for each in reported(scores, y, validation=others)) == 0.99


def test_a_rows_own_error_does_not_tell_how_hard_it_is():
    values, y = numbers(800, growing=True)
    y[10] = 1000.0
    usual = np.delete(np.arange(800), 10)

    found = held_out_strangeness(values[:, 0], y)
    own = strangeness(values, y, difficulty=find_difficulty(values[usual, 0], y[usual]))

    # Its own half does not hear of it, so that it stays as strange as it is.
    assert found[10] > 0.5 * own[10]


def test_weighed_rows_hold_the_share_of_the_population_that_they_stand_for():
    rng = np.random.default_rng(0)
    of_hard, new_hard = (rng.random(n) < share for n, share in ((8000, 0.5), (20_000, 0.1)))
    strange, new = (rng.exponential(np.where(hard, 5.0, 1.0)) for hard in (of_hard, new_hard))
    weight = np.where(of_hard, 0.1 / 0.5, 0.9 / 0.5)

    def held(conformal):
        return float((new <= conformal.bound(0.9)).mean())

    assert held(Conformal.of(strange)) > 0.95
    assert held(Conformal.of(strange, weight=weight)) == pytest.approx(0.9, abs=0.015)


@given(st.integers(1, 300), st.floats(0.01, 100))
def test_equal_weights_rank_as_none_do(n, weight):
    strange = np.random.default_rng(n).random(n)
    plain, weighed = Conformal.of(strange), Conformal.of(strange, weight=np.full(n, weight))

    assert weighed.n_counted == pytest.approx(n)
    np.testing.assert_allclose(weighed.ranks, plain.ranks)
    assert weighed.allows(0.9) == plain.allows(0.9)
    assert not plain.allows(0.9) or weighed.bound(0.9) == plain.bound(0.9)


def test_few_heavy_rows_count_as_few_and_are_refused_a_high_level():
    weight = np.append(np.full(5, 100.0), np.full(95, 0.01))
    conformal = Conformal.of(np.arange(100.0), weight=weight)

    assert conformal.n_counted < 6
    with pytest.raises(TooFewRows, match="by their weights count as 5"):
        conformal.bound(0.95)


def test_weighed_ranks_that_were_written_are_read_back():
    weight = np.random.default_rng(0).uniform(0.1, 3, 500)
    conformal = Conformal.of(np.random.default_rng(1).random(500), weight=weight)

    read = Conformal.from_bytes(conformal.to_bytes())

    assert [read.bound(level) for level in (0.1, 0.5, 0.9)] == [
        conformal.bound(level) for level in (0.1, 0.5, 0.9)
    ]
