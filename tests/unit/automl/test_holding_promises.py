"""What a row may take is held by the whole model, not only by what its members take alone."""

from dataclasses import replace
from math import inf

import pytest
from competitions import CATALOG, arena, candidate, entry, fits_of

from modelyard.engine.automl.blends import Bounds, Library, answers_of
from modelyard.engine.automl.holding_promises import held_to_promise
from modelyard.engine.automl.selecting import choose_blend

WIDE = Bounds(row_us=1e6, batch_us=1e9, size_bytes=1e12, n_members=25)
# Nothing answers a row in a thousandth of a microsecond, on any machine.
NEVER_US = 1e-3
PLACE = arena()


@pytest.fixture(scope="module")
def library():
    """Return three candidates of about the same worth, fitted."""
    tried = (
        ("logistic-regression", {"C": 0.1}),
        ("decision-tree", {}),
        ("k-nearest-neighbours", {}),
    )
    entries, fits = [], {}
    for number, (key, parameters) in enumerate(tried, start=1):
        one = candidate(key, **parameters)
        fits[number] = fits_of(one, PLACE)
        entries.append(entry(number, goodness=0.9 - number / 100, one=one))
    answers = {number: answers_of(PLACE, found) for number, found in fits.items()}
    return Library(tuple(entries), fits, answers, dict.fromkeys(fits, len(PLACE.folds)))


def choosing(library, bounds):
    ensemble = CATALOG.algorithms()["blending"]
    return choose_blend(library, PLACE, ensemble=ensemble, bounds=bounds, seed=0)


def held(library, bounds, *, fresh=choosing):
    blend = choosing(library, WIDE)
    assert len(blend.weights) > 1
    return blend, *held_to_promise(library, blend, arena=PLACE, bounds=bounds, fresh=fresh)


def members(fitted):
    return {each["name"].partition("/")[0] for each in fitted.model.parameters["members"]}


def test_what_is_fast_enough_as_a_whole_stays_as_it_was_chosen(library):
    before, after, fitted = held(library, replace(WIDE, whole_us=inf))
    assert after is before
    names = {each.candidate.name for each in library.entries if each.number in before.weights}
    assert members(fitted) == names


def test_what_takes_too_long_as_a_whole_loses_members_until_one_is_left(library):
    before, after, fitted = held(library, replace(WIDE, whole_us=NEVER_US))
    assert len(after.weights) == 1
    assert after.weights.keys() < before.weights.keys()
    assert sum(after.weights.values()) == pytest.approx(1.0)
    # What bounds cost is told against what was chosen without them.
    assert after.free == before.free
    assert len(members(fitted)) == 1


def test_it_is_chosen_anew_among_its_members_by_as_much_less_as_it_took_too_long(library):
    asked = []

    def fresh(among, bounds):
        asked.append((len(among.entries), bounds.row_us))
        return choosing(among, replace(WIDE, n_members=1))

    before, _, _ = held(library, replace(WIDE, whole_us=NEVER_US), fresh=fresh)
    ((n_entries, least_us),) = asked
    assert n_entries == len(before.weights)
    assert 0 < least_us < 50.0 * n_entries


def test_what_cannot_be_made_smaller_stays(library):
    def same(_among, _bounds):
        return choosing(library, WIDE)

    before, after, _ = held(library, replace(WIDE, whole_us=NEVER_US), fresh=same)
    assert after.weights == before.weights


def test_where_no_clock_may_choose_nothing_is_left_out(library):
    without = replace(library, entries=tuple(replace(e, row_us=0.0) for e in library.entries))
    before, after, _ = held(without, replace(WIDE, whole_us=NEVER_US))
    assert after is before


def test_a_blend_that_was_given_more_room_has_as_much_more_as_a_whole(library):
    narrow = replace(WIDE, row_us=1e-9, whole_us=NEVER_US)
    before, after, _ = held(library, narrow)
    assert after is before
