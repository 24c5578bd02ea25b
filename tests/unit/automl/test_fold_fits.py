"""A candidate is fitted fold by fold, and what it leaves answers as its library does."""

from dataclasses import replace

import numpy as np
import pytest
from competitions import CATALOG, arena, candidate, entry, fits_of

from modelyard.domain.tasks import Task
from modelyard.engine.automl.blends import Library, answers_of, assemble
from modelyard.engine.automl.fits import by_others, is_stopped, revive
from modelyard.engine.preparing import rows_of


@pytest.mark.parametrize("key", ["lightgbm", "ridge", "extra-trees"])
def test_what_a_fold_leaves_answers_its_held_out_rows_as_the_library_did(key):
    place = arena(task=Task.REGRESSION)
    for fit in fits_of(candidate(key), place):
        held = rows_of(place.plan.blocks, place.folds[fit.fold].held)
        assert np.allclose(revive(fit).scores(held), fit.scores, atol=1e-9)
        assert fit.difference < 1e-9


def test_a_fold_teaches_no_row_that_it_holds_out():
    place = arena()
    for fit in fits_of(candidate("logistic-regression"), place):
        assert not np.intersect1d(fit.taught, place.folds[fit.fold].held).size


def test_no_row_that_a_fold_holds_out_settles_for_how_long_it_is_fitted_where_all_are_dealt_twice():
    one, other = arena(n_folds=3), arena(n_folds=4)
    twice = replace(one, folds=(*one.folds, *(replace(f, held=f.held[::-1]) for f in other.folds)))
    for number, fold in enumerate(twice.folds):
        rounds = {at: {"held": at} for at in range(len(twice.folds))}
        for each in by_others(twice, rounds, number=number):
            assert not np.intersect1d(twice.folds[each["held"]].held, fold.held).size


def test_what_nothing_stops_is_not_fitted_to_settle_it():
    algorithm = CATALOG.algorithms()["lightgbm"]
    assert is_stopped(algorithm, {"early_stopping_rounds": 50})
    assert not is_stopped(algorithm, {"early_stopping_rounds": 0})
    assert not is_stopped(CATALOG.algorithms()["ridge"], {})


def test_every_row_is_answered_by_the_model_that_was_not_taught_it():
    place = arena()
    fits = fits_of(candidate("logistic-regression"), place)
    answers = answers_of(place, fits)
    for fit in fits:
        assert np.array_equal(answers[place.places(fit.fold)], fit.scores)
    assert np.isfinite(answers).all()


def test_the_blend_is_the_weighted_mean_of_the_means_of_folds():
    place = arena()
    fits = {
        1: fits_of(candidate("logistic-regression"), place),
        2: fits_of(candidate("lightgbm", n_estimators=5), place),
    }
    entries = (
        entry(1, goodness=1.0, one=candidate("logistic-regression")),
        entry(2, goodness=0.5, one=candidate("lightgbm")),
    )
    blended = assemble(place.plan, Library(entries, fits, {}, {}), weights={1: 0.25, 2: 0.75})
    rows = rows_of(place.plan.blocks, np.arange(20))
    means = {
        number: np.mean([revive(fit).scores(rows) for fit in each], axis=0)
        for number, each in fits.items()
    }
    assert np.allclose(blended.scores(rows), 0.25 * means[1] + 0.75 * means[2], atol=1e-12)
    assert np.allclose(blended.packaged_scores(rows), blended.scores(rows), atol=1e-9)


def test_one_fold_tells_what_answers_take():
    place = arena(n=60, n_folds=6)
    first, *others = fits_of(candidate(), place)
    assert all(each.batch_us == first.batch_us for each in others)
    assert 0 < first.recipe_us <= first.batch_us


def test_equal_preparations_of_a_fold_have_one_mark():
    place = arena()
    straight, steeper = (fits_of(candidate("ridge", alpha=each), place) for each in (1.0, 2.0))
    trees = fits_of(candidate("extra-trees", n_estimators=2), place)
    assert straight[0].recipe_mark == steeper[0].recipe_mark
    assert straight[0].recipe_mark not in {straight[1].recipe_mark, trees[0].recipe_mark}
