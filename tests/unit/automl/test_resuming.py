"""A run goes on from what another one had finished, as far as that belongs to it."""

from dataclasses import replace

from competitions import candidate, entry

from modelyard.engine.automl.resuming import resumed
from modelyard.engine.automl.standings import Rules

RULES = Rules(deadline=None, reserve_s=0.0, n_candidates=None, n_threads=1)
WAITING = [candidate(name="ridge-1"), candidate("lightgbm"), candidate(name="ridge-2", alpha=2.0)]


def kept(number, one):
    return entry(number, goodness=0.5, one=one), []


def names(found):
    return [(each.number, each.candidate.name) for each, _ in found]


def taken(*finished, waiting=WAITING, **rules):
    return names(resumed(finished, waiting=waiting, rules=replace(RULES, **rules)))


def test_algorithms_that_do_not_compete_any_more_are_left_out():
    finished = kept(1, WAITING[0]), kept(2, WAITING[1])
    assert taken(*finished, waiting=WAITING[1:2]) == [(1, "lightgbm-1")]


def test_candidates_of_two_runs_that_had_one_number_are_both_kept():
    assert taken(kept(3, WAITING[0]), kept(3, WAITING[1])) == [(1, "ridge-1"), (2, "lightgbm-1")]


def test_no_more_are_taken_than_may_be_tried():
    assert taken(*(kept(at, each) for at, each in enumerate(WAITING)), n_candidates=2) == [
        (1, "ridge-1"),
        (2, "lightgbm-1"),
    ]


def test_a_run_that_is_to_end_alike_goes_on_from_what_it_begins_with():
    searched = candidate(name="ridge-s1", alpha=9.0)
    finished = kept(1, WAITING[1]), kept(2, WAITING[0]), kept(3, searched)
    assert taken(*finished, in_order=True) == [(1, "ridge-1"), (2, "lightgbm-1")]
    assert taken(kept(1, WAITING[1]), in_order=True) == []
