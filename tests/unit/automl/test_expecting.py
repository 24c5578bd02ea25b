"""What a candidate takes is expected from what others took, settling included."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from competitions import CATALOG, answering, arena, candidate, entry

from modelyard.engine.automl.expecting import Expectation
from modelyard.engine.automl.standings import Standing

N_FOLDS = 3


@pytest.fixture
def place():
    """Return an arena that spares no rows to stop a fit."""
    found = arena(n_folds=N_FOLDS)
    nobody = np.arange(0)
    return replace(found, folds=tuple(replace(each, stopping=nobody) for each in found.folds))


def seconds(place, one, *standings):
    judge = SimpleNamespace(plan=place.plan)
    return Expectation(judge, place, CATALOG.algorithms(), standings).seconds(one)


def stopped(name, patience, **facts):
    one = candidate("lightgbm", name=name, early_stopping_rounds=patience)
    return replace(one, **facts)


def test_what_held_out_rows_stop_is_fitted_twice(place):
    assert seconds(place, stopped("lightgbm-1", 50)) == pytest.approx(
        2 * seconds(place, stopped("lightgbm-1", 0))
    )


def test_the_time_of_all_folds_is_what_others_of_the_algorithm_took(place):
    one = stopped("lightgbm-1", 50)
    fits = [replace(each, fit_s=1.0) for each in answering(1, place, np.zeros((120, 1)))]
    done = Standing(one, replace(entry(1, goodness=0.5, one=one), fit_s=7.0), fits)
    assert seconds(place, stopped("lightgbm-3", 50, cost=2.0), done) == pytest.approx(14.0)
    assert seconds(place, stopped("lightgbm-2", 0), done) == pytest.approx(3.5)


def test_of_one_that_still_runs_it_is_told_by_the_folds_that_it_has_finished(place):
    one = stopped("lightgbm-1", 50)
    fits = [replace(each, fit_s=1.0) for each in answering(1, place, np.zeros((120, 1)))]
    running = Standing(one, None, fits[:1])
    assert seconds(place, stopped("lightgbm-3", 50), running) == pytest.approx(2.0 * N_FOLDS)
