"""A blend takes what helps, within what serving allows."""

from dataclasses import replace

import numpy as np
import pytest
from competitions import CATALOG, answering, arena, candidate, entry

from modelyard.domain.columns import Column, ColumnKind
from modelyard.engine.automl.blends import Bounds, Library, answers_of, bounds_of
from modelyard.engine.automl.selecting import choose_blend, varied

WIDE = Bounds(row_us=1e9, batch_us=1e9, size_bytes=1e12, n_members=25)


def library(place, *, sharpness, **facts):
    """Return entries whose probabilities are right to a degree, each with errors of its own."""
    rng = np.random.default_rng(3)
    truth = np.eye(2)[place.plan.y[place.rows]]
    entries, fits, answers = [], {}, {}
    for number, sharp in enumerate(sharpness, start=1):
        noise = rng.dirichlet([1, 1], size=len(truth))
        scores = sharp * truth + (1 - sharp) * noise
        fits[number] = answering(number, place, scores)
        answers[number] = answers_of(place, fits[number])
        own = {name: values[number - 1] for name, values in facts.items()}
        entries.append(entry(number, goodness=sharp, **own))
    n_models = {each.number: len(place.folds) for each in entries}
    return Library(tuple(entries), fits, answers, n_models)


def chosen(found, place, bounds=WIDE):
    return choose_blend(
        found,
        place,
        ensemble=CATALOG.algorithms()["blending"],
        bounds=bounds,
        seed=0,
    )


def test_rows_may_take_as_much_longer_as_they_have_more_columns_than_ten_and_a_text_is_fifty():
    number, text = Column("x", ColumnKind.NUMERIC), Column("note", ColumnKind.TEXT)
    few, many = bounds_of("balanced", [number] * 3), bounds_of("balanced", [number] * 20)
    assert many.batch_us == 2 * few.batch_us
    assert bounds_of("balanced", [text, *[number] * 10]).batch_us == 6 * few.batch_us
    assert many.row_us == few.row_us


def test_weights_sum_to_one_and_the_useless_gets_none():
    place = arena()
    blend = chosen(library(place, sharpness=[0.5, 0.5, 0.0]), place)
    assert sum(blend.weights.values()) == pytest.approx(1.0)
    assert set(blend.weights) == {1, 2}


def test_the_scores_are_the_weighted_mean_of_its_members():
    place = arena()
    found = library(place, sharpness=[0.5, 0.4])
    blend = chosen(found, place)
    expected = sum(found.answers[number] * weight for number, weight in blend.weights.items())
    assert np.array_equal(blend.scores, expected)


def test_what_costs_most_for_what_it_counts_is_left_out():
    place = arena()
    found = library(place, sharpness=[0.5, 0.5, 0.48], row_us=[100.0, 100.0, 5_000.0])
    blend = chosen(found, place, Bounds(row_us=800, batch_us=1e9, size_bytes=1e9, n_members=25))
    assert set(blend.weights) == {1, 2}


def test_one_that_alone_passes_the_bounds_is_still_an_answer():
    place = arena()
    found = library(place, sharpness=[0.5], row_us=[5_000.0])
    assert chosen(found, place, Bounds(800, 1e9, 1e9, 25)).weights == {1: 1.0}


def test_one_member_is_one_member():
    place = arena()
    found = library(place, sharpness=[0.5, 0.5, 0.4])
    assert len(chosen(found, place, Bounds(1e9, 1e9, 1e9, 1)).weights) == 1


def test_what_would_answer_without_bounds_is_remembered():
    place = arena()
    found = library(place, sharpness=[0.5, 0.5, 0.48], row_us=[100.0, 100.0, 5_000.0])
    bound = chosen(found, place, Bounds(row_us=800, batch_us=1e9, size_bytes=1e9, n_members=25))
    free = chosen(found, place)
    assert 3 in free.weights
    assert bound.free == free.weights
    assert free.free == free.weights


def test_alone_answers_the_cheapest_of_those_that_chance_does_not_part():
    place, alone = arena(), Bounds(1e9, 1e9, 1e12, 1)
    costs = {"row_us": [400.0, 100.0, 50.0]}
    near = library(place, sharpness=[0.6, 0.6, 0.1], **costs)
    assert set(chosen(near, place, alone).weights) == {2}
    far = library(place, sharpness=[0.9, 0.4, 0.1], **costs)
    assert set(chosen(far, place, alone).weights) == {1}


def test_many_of_one_algorithm_do_not_crowd_out_what_errs_otherwise():
    place = arena()
    found = library(place, sharpness=[0.5] * 30 + [0.49])
    other = candidate("lightgbm")
    entries = (*found.entries[:30], replace(found.entries[30], candidate=other))
    assert 31 in chosen(replace(found, entries=entries), place).weights


def test_few_of_one_algorithm_are_chosen_from_and_the_best_is_among_them():
    found = library(arena(), sharpness=[0.5] * 20)
    assert [each.number for each in varied(found, 25, bounds=WIDE)] == [1, 2, 3, 4, 5]
    assert [each.number for each in varied(found, 2, bounds=WIDE)] == [1, 2]


def test_alone_answers_also_what_lacks_a_fold():
    place = arena()
    found = library(place, sharpness=[0.6])
    answers = {1: found.answers[1].copy()}
    answers[1][:40] = np.nan
    lacking = replace(found, answers=answers)
    assert chosen(lacking, place, Bounds(1e9, 1e9, 1e12, 1)).weights == {1: 1.0}


def test_members_whose_recipes_are_equal_share_one():
    place = arena()
    found = library(place, sharpness=[0.5, 0.5, 0.5])
    # Of 3 folds 10 microseconds each, 8 of which are those of the recipe.
    entries = tuple(replace(each, batch_us=30.0) for each in found.entries)
    marks = {1: "words", 2: "words", 3: "numbers"}
    fits = {
        number: [replace(each, batch_us=10.0, recipe_us=8.0, recipe_mark=marks[number])]
        for number, (each, *_) in found.fits.items()
    }
    fits = {number: own * len(place.folds) for number, own in fits.items()}
    found = replace(found, entries=entries, fits=fits, n_models=dict.fromkeys(fits, 1))
    one, two, three = entries
    assert found.batch_us_of([one]) == pytest.approx(10.0)
    assert found.batch_us_of([one, two]) == pytest.approx(12.0)
    assert found.batch_us_of([one, two, three]) == pytest.approx(22.0)
    bounds = Bounds(row_us=1e9, batch_us=13.0, size_bytes=1e12, n_members=25)
    assert set(chosen(found, place, bounds).weights) == {1, 2}


def test_a_best_one_beyond_the_bounds_is_left_where_others_come_near():
    place = arena()
    bounds = Bounds(row_us=800, batch_us=1e9, size_bytes=1e12, n_members=25)
    near = library(place, sharpness=[0.72, 0.7, 0.7], row_us=[5_000.0, 100.0, 100.0])
    assert 1 not in chosen(near, place, bounds).weights
    dear = [*[5_000.0] * 5, 100.0]
    behind = library(place, sharpness=[0.72, 0.72, 0.72, 0.71, 0.71, 0.7], row_us=dear)
    assert set(chosen(behind, place, bounds).weights) == {6}
    far = library(place, sharpness=[0.95, 0.1, 0.1], row_us=[5_000.0, 100.0, 100.0])
    assert 1 in chosen(far, place, bounds).weights
