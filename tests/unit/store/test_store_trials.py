"""Trials are kept with their run, come back as they were, and go with it."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from modelyard.domain.errors import InvalidValue, NotFound
from modelyard.domain.runs import Run
from modelyard.domain.trials import Trial, TrialStatus
from modelyard.store.databases import TenantDatabase
from modelyard.store.runs import Runs
from modelyard.store.trials import Trials

MIDDLING = Trial(
    number=1,
    parameters={"depth": 3, "rate": 0.1, "kernel": "rbf", "is_fast": True, "cap": None},
    status=TrialStatus.SUCCEEDED,
    score=0.5,
    goodness=-0.5,
    fold_scores=(0.4, 0.6),
    duration_s=1.5,
)
FAILED = Trial(2, {"depth": 9}, TrialStatus.FAILED, None, None, (None, None), 0.1, "it broke")
PRUNED = Trial(3, {"depth": 1}, TrialStatus.PRUNED, 0.1, -0.1, (0.1, None), 0.1, "below")
BEST = Trial(4, {"depth": 4}, TrialStatus.SUCCEEDED, 0.3, -0.3, (0.2, 0.4), 2.0, at_s=7.5)
REASONED = replace(BEST, number=5, goodness=-0.4, why="strong on many tables", peak_bytes=2**33)


@pytest.fixture
def trials(records: TenantDatabase, make_run: Callable[..., Run]) -> Trials:
    Runs(records).add(make_run("a"))
    Runs(records).add(make_run("b"))
    return Trials(records)


def test_trials_come_back_as_they_were_the_best_first(trials: Trials) -> None:
    for trial in (MIDDLING, FAILED, PRUNED, BEST, REASONED):
        trials.add("a", trial)

    assert trials.find("a") == (BEST, REASONED, MIDDLING, FAILED, PRUNED)
    assert trials.find("b") == ()


def test_a_number_is_given_once(trials: Trials) -> None:
    trials.add("a", MIDDLING)
    trials.add("b", MIDDLING)
    with pytest.raises(InvalidValue):
        trials.add("a", MIDDLING)


def test_a_trial_needs_its_run(trials: Trials) -> None:
    with pytest.raises(NotFound):
        trials.add("nobody", MIDDLING)


def test_trials_go_with_their_run(trials: Trials, records: TenantDatabase) -> None:
    trials.add("a", MIDDLING)
    Runs(records).delete("a")

    assert trials.find("a") == ()
