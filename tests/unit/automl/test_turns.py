"""Whose turn it is: what is known of a candidate's kin, of its algorithm, and of its twin."""

from dataclasses import replace

from modelyard.components.metrics.rmse import COMPONENT as RMSE
from modelyard.components.metrics.roc_auc import COMPONENT as ROC_AUC
from modelyard.domain.leaderboards import Candidate, Entry
from modelyard.domain.trials import TrialStatus
from modelyard.engine.automl.turns import in_turn


def candidate(name, *, is_log=False, **parameters):
    return Candidate(
        name=name,
        algorithm=name.split("-", maxsplit=1)[0],
        parameters=parameters,
        reason="",
        is_log=is_log,
    )


def ended(candidate, error, *, status=TrialStatus.SUCCEEDED):
    return Entry(1, candidate, status, score=error, goodness=-error)


def names(waiting, entries, metric=RMSE, *, dear=()):
    found = in_turn(
        waiting,
        entries,
        metric=metric.card,
        is_too_dear=lambda entry: entry.candidate.name in dear,
    )
    return [each.name for each in found]


def test_candidates_keep_their_order_where_nothing_is_known():
    waiting = [candidate("a-1"), candidate("b-1"), candidate("a-2")]
    assert names(waiting, []) == ["a-1", "b-1", "a-2"]


def test_kin_of_what_erred_much_more_than_its_algorithm_come_last():
    entries = [ended(candidate("a-1", extra=False), 1.0), ended(candidate("a-2", extra=True), 1.5)]
    waiting = [candidate("a-3", extra=True), candidate("a-4", extra=False, size=3)]
    assert names(waiting, entries) == ["a-4", "a-3"]


def test_candidates_of_an_algorithm_far_behind_wait_for_those_of_the_best():
    entries = [ended(candidate("a-1"), 2.0), ended(candidate("b-1"), 1.0)]
    waiting = [candidate("a-2"), candidate("b-2"), candidate("c-1")]
    assert names(waiting, entries) == ["b-2", "c-1", "a-2"]


def test_an_algorithm_that_does_better_with_logarithms_is_taught_them_from_then_on():
    entries = [ended(candidate("a-1"), 1.2), ended(candidate("a-1-log", is_log=True), 1.0)]
    (found,) = in_turn([candidate("a-2")], entries, metric=RMSE.card, is_too_dear=lambda _: False)
    assert (found.name, found.is_log) == ("a-2-log", True)


def test_logarithms_that_do_better_by_less_than_a_split_can_tell_change_nothing():
    entries = [ended(candidate("a-1"), 1.01), ended(candidate("a-1-log", is_log=True), 1.0)]
    assert names([candidate("a-2")], entries) == ["a-2"]
    assert names([candidate("a-2-log", is_log=True)], entries) == ["a-2-log"]


def test_what_was_to_learn_logarithms_is_taught_without_where_these_do_worse():
    entries = [ended(candidate("a-1"), 1.0), ended(candidate("a-1-log", is_log=True), 1.2)]
    waiting = [candidate("a-2-log", is_log=True)]
    (found,) = in_turn(waiting, entries, metric=RMSE.card, is_too_dear=lambda _: False)
    assert (found.name, found.is_log) == ("a-2", False)


def test_a_twin_that_does_worse_changes_nothing():
    entries = [ended(candidate("a-1"), 1.0), ended(candidate("a-1-log", is_log=True), 1.01)]
    assert names([candidate("a-2")], entries) == ["a-2"]


def test_what_failed_says_nothing_of_its_kin():
    failed = ended(candidate("a-2", extra=True), 9.0, status=TrialStatus.FAILED)
    entries = [ended(candidate("a-1", extra=False), 1.0), failed]
    waiting = [candidate("a-3", extra=True), candidate("a-4", extra=False)]
    assert names(waiting, entries) == ["a-3", "a-4"]


def test_how_far_behind_is_measured_from_what_is_ideal():
    entries = [
        Entry(1, candidate("a-1"), TrialStatus.SUCCEEDED, score=0.99, goodness=0.99),
        Entry(2, candidate("b-1"), TrialStatus.SUCCEEDED, score=0.96, goodness=0.96),
    ]
    waiting = [candidate("b-2"), candidate("a-2")]
    assert names(waiting, entries, ROC_AUC) == ["a-2", "b-2"]


def test_an_algorithm_that_is_too_dear_to_serve_comes_last_where_another_is_near():
    entries = [ended(candidate("a-1"), 1.0), ended(candidate("b-1"), 1.1)]
    waiting = [candidate("a-2"), candidate("b-2"), candidate("c-1")]
    assert names(waiting, entries) == ["a-2", "c-1", "b-2"]
    assert names(waiting, entries, dear=("a-1",)) == ["c-1", "b-2", "a-2"]


def test_nothing_is_too_dear_where_all_else_errs_much_more():
    entries = [ended(candidate("a-1"), 1.0), ended(candidate("b-1"), 1.5)]
    waiting = [candidate("b-2"), candidate("a-2")]
    assert names(waiting, entries, dear=("a-1",)) == ["a-2", "b-2"]
    assert names(waiting, entries, dear=("a-1", "b-1")) == ["a-2", "b-2"]


def test_what_goes_on_is_nearer_than_what_it_goes_on_from():
    entries = [ended(candidate("a-1"), 1.1), ended(candidate("b-1"), 1.0)]
    longer = replace(candidate("a-1-longer"), is_longer=True)
    waiting = [candidate("a-2"), longer, candidate("b-2")]
    assert names(waiting, entries) == ["a-1-longer", "b-2", "a-2"]
