"""A search tries the defaults first, compares on the same folds, and keeps the best it has."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from modelyard.catalog import Catalog
from modelyard.domain.configs import SearchConfig
from modelyard.domain.errors import InvalidValue, TooFewRows, UnknownKey, UsageError
from modelyard.domain.splits import Bonds
from modelyard.domain.tasks import Task
from modelyard.domain.trials import Ending, TrialStatus
from modelyard.engine.parameters import resolve_parameters
from modelyard.engine.tuning.pruning import is_hopeless
from modelyard.engine.tuning.searching import DEFAULT_TRIALS, search_parameters
from modelyard.engine.tuning.ties import paired_interval, tied_with
from modelyard.engine.workshop import Workshop, never
from modelyard.kit.signals import Terminated
from modelyard.protocols.progress import Silence

CATALOG = Catalog()
CARD = CATALOG.algorithms()["lightgbm"].card
METRICS = CATALOG.metrics()
N_ROWS = 100


@dataclass(frozen=True)
class Algorithm:
    card: Any = CARD


@dataclass(frozen=True)
class Plan:
    """As much of a plan as a search looks at."""

    parameters: Any = field(default_factory=lambda: resolve_parameters(CARD, {}))
    algorithm: Algorithm = field(default_factory=Algorithm)
    task: Task = Task.REGRESSION
    labels: tuple = ()
    y: Any = field(default_factory=lambda: np.arange(float(N_ROWS)))
    weight: Any = None


@dataclass(frozen=True)
class Dealer:
    bonds: Bonds = field(default_factory=lambda: Bonds(()))


@dataclass(frozen=True)
class FakeJudge:
    """Scores parameters by a formula, on folds of rows that it deals one after another."""

    score: Any
    workshop: Workshop
    metric: Any = METRICS["rmse"]
    plan: Plan = field(default_factory=Plan)
    dealer: Dealer = field(default_factory=Dealer)

    def folds(self, n_folds, rng):
        rows = rng.permutation(N_ROWS)
        held = np.array_split(rows, n_folds)
        return [(np.setdiff1d(rows, each), np.sort(each)) for each in held]

    def score_taught_by(self, train, held, *, rng):
        assert not np.intersect1d(train, held).size
        return self.score(self.plan.parameters, held, rng)


class Clock:
    """Goes on by a second whenever it is read."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        self.now += 1.0
        return self.now


class Listener(Silence):
    def __init__(self):
        self.heard = []
        self.advanced = []

    def advance(self, done, total):
        self.advanced.append((done, total))

    def stage(self, title):
        self.heard.append(title)

    def say(self, words):
        self.heard.append(words)


def rate_is_best_at_a_tenth(parameters, held, rng):
    del rng
    return abs(np.log10(parameters["learning_rate"]) + 1) + held.mean() / 1000


def search(
    score=rate_is_best_at_a_tenth,
    *,
    seed=0,
    on_trial=None,
    listener=None,
    wants_end=never,
    **wishes,
):
    plan = wishes.pop("plan", Plan())
    judge_changes = {name: wishes.pop(name) for name in ("metric", "dealer") if name in wishes}
    workshop = Workshop(
        CATALOG, Clock(), listener or Silence(), 1, on_trial=on_trial, wants_end=wants_end
    )
    judge = FakeJudge(score, workshop, plan=plan, **judge_changes)
    config = SearchConfig(**{"search_type": "random", "n_trials": 8} | wishes)
    return search_parameters(judge, config, fixed={}, rng=np.random.default_rng(seed))


def without_time(found):
    return [(each.parameters, each.status, each.fold_scores, each.reason) for each in found.trials]


def test_the_default_parameters_are_the_first_trial():
    found = search(space={"learning_rate": "0.02..0.3", "lambda_l2": "auto"})

    assert dict(found.default.parameters) == {"learning_rate": 0.05, "lambda_l2": 0.0}
    assert found.trials[0].status is TrialStatus.SUCCEEDED


@pytest.mark.parametrize("search_type", sorted(CATALOG.searchers()))
def test_the_same_seed_tries_the_same(search_type):
    wishes = {"search_type": search_type, "space": {"learning_rate": "auto"}, "n_trials": 12}

    assert without_time(search(**wishes)) == without_time(search(**wishes))


def test_a_metric_of_which_less_is_better_takes_the_least():
    found = search(n_trials=20)

    done = [each for each in found.trials if each.status is TrialStatus.SUCCEEDED]
    assert found.best.score == min(each.score for each in done)
    assert found.best.score < found.default.score


def test_a_metric_of_which_more_is_better_takes_the_most():
    def score(parameters, held, rng):
        return -rate_is_best_at_a_tenth(parameters, held, rng)

    found = search(score, metric=METRICS["r2"], n_trials=20)

    done = [each for each in found.trials if each.status is TrialStatus.SUCCEEDED]
    assert found.best.score == max(each.score for each in done)


def test_every_trial_sees_the_same_folds_and_the_same_random_numbers():
    seen = {}

    def score(parameters, held, rng):
        seen.setdefault(parameters["learning_rate"], []).append((held.tolist(), rng.random()))
        return 1.0

    search(score, n_folds=4, n_repeats=2)

    first, *others = seen.values()
    assert len(first) == 8
    assert all(other == first for other in others)


def test_thirty_trials_are_the_default_without_a_limit():
    assert len(search(n_trials=None).trials) == DEFAULT_TRIALS


def test_a_failing_trial_is_recorded_and_does_not_end_the_search():
    def score(parameters, held, rng):
        if parameters["learning_rate"] > 0.1:
            raise ValueError("it diverged")
        return rate_is_best_at_a_tenth(parameters, held, rng)

    found = search(score, n_trials=15, space={"learning_rate": "auto"})

    failed = [each for each in found.trials if each.status is TrialStatus.FAILED]
    assert failed
    assert {each.reason for each in failed} == {"ValueError: it diverged"}
    assert found.best.parameters["learning_rate"] <= 0.1
    assert len(found.trials) == 15


def test_a_score_that_is_no_number_fails_its_trial():
    def score(parameters, held, rng):
        return np.nan if parameters["learning_rate"] != 0.05 else 1.0

    found = search(score)

    assert found.best.number == 1
    assert all("its score on fold 1 is nan" in each.reason for each in found.trials[1:])


def test_where_every_trial_fails_the_first_reason_is_told():
    def score(parameters, held, rng):
        raise TooFewRows("one row is not enough")

    with pytest.raises(InvalidValue, match=r"None of 8 trials succeeded.*one row is not enough"):
        search(score)


def test_a_hopeless_trial_is_given_up_before_its_last_fold():
    found = search(n_trials=30, space={"learning_rate": "auto"})

    pruned = [each for each in found.trials if each.status is TrialStatus.PRUNED]
    assert pruned
    for each in pruned:
        assert None in each.fold_scores
        assert each.reason.startswith("below the median")
        assert each.score > found.best.score


def test_time_ends_a_search_between_folds_and_keeps_the_best():
    found = search(n_trials=None, time_limit_s=60)

    assert found.ending is Ending.TIME
    last = found.trials[-1]
    assert last.status in {TrialStatus.CANCELLED, TrialStatus.SUCCEEDED, TrialStatus.PRUNED}
    assert found.best.status is TrialStatus.SUCCEEDED


def test_the_default_parameters_are_scored_however_little_time_there_is():
    found = search(n_trials=None, time_limit_s=0.001)

    assert [each.status for each in found.trials] == [TrialStatus.SUCCEEDED]
    assert found.ending is Ending.TIME


def test_an_interruption_ends_the_search_and_keeps_the_best():
    n_fits = []

    def score(parameters, held, rng):
        n_fits.append(1)
        if len(n_fits) == 18:
            raise KeyboardInterrupt
        return rate_is_best_at_a_tenth(parameters, held, rng)

    found = search(score, n_trials=30)

    assert found.ending is Ending.INTERRUPTED
    assert found.trials[-1].status is TrialStatus.CANCELLED
    assert found.best.status is TrialStatus.SUCCEEDED


def test_whoever_wants_its_end_gets_the_best_so_far():
    trials = []

    found = search(n_trials=30, on_trial=trials.append, wants_end=lambda: len(trials) == 4)

    assert found.ending is Ending.INTERRUPTED
    assert len(found.trials) == 4
    assert found.best.status is TrialStatus.SUCCEEDED


def test_a_search_that_is_to_end_from_the_first_has_one_whole_trial():
    found = search(n_trials=30, wants_end=lambda: True)

    assert [each.status for each in found.trials] == [TrialStatus.SUCCEEDED]
    assert found.ending is Ending.INTERRUPTED


def test_whoever_is_at_the_keyboard_is_told_how_to_end_a_search_and_nobody_else():
    here, elsewhere = Listener(), Listener()
    search(n_trials=2, listener=here)
    search(n_trials=2, listener=elsewhere, wants_end=lambda: False)

    assert here.heard[0].endswith("; Ctrl-C ends it with the best so far")
    assert elsewhere.heard[0] == here.heard[0].partition(";")[0]


def test_trials_say_when_they_ended():
    ends = [each.at_s for each in search().trials]

    assert ends == sorted(ends)
    assert ends[0] > 0


def test_an_interruption_before_anything_is_known_ends_the_training():
    def score(parameters, held, rng):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        search(score)


def test_being_told_to_end_is_not_survived():
    n_fits = []

    def score(parameters, held, rng):
        n_fits.append(1)
        if len(n_fits) == 18:
            raise Terminated
        return 1.0

    with pytest.raises(Terminated):
        search(score)


def test_a_grid_is_the_defaults_and_all_its_points():
    found = search(
        search_type="grid",
        n_trials=None,
        space={"num_leaves": [7, 31, 63], "learning_rate": [0.05, 0.1]},
    )

    tried = [tuple(each.parameters.values()) for each in found.trials]
    # The defaults are one of the six points, and are not tried twice.
    assert len(tried) == 6
    assert tried[0] == (0.05, 31)
    assert len(set(tried)) == 6
    assert found.ending is Ending.EXHAUSTED


def test_a_grid_that_is_too_large_is_refused_with_its_size():
    with pytest.raises(InvalidValue) as raised:
        search(search_type="grid", n_trials=30)
    assert "1,458 points" in raised.value.message
    assert "--trials 1459" in raised.value.fix


def test_a_small_space_is_searched_until_nothing_is_left():
    found = search(n_trials=30, space={"num_leaves": [7, 15]})

    assert sorted(each.parameters["num_leaves"] for each in found.trials) == [7, 15, 31]
    assert found.ending is Ending.EXHAUSTED


def test_trials_are_handed_over_as_they_end():
    handed = []
    found = search(on_trial=handed.append)

    assert tuple(handed) == found.trials


def test_progress_says_the_trial_the_best_and_the_time():
    listener = Listener()
    search(listener=listener, n_trials=3)

    assert listener.heard[0] == "Random search: up to 3 trials; Ctrl-C ends it with the best so far"
    assert listener.heard[1] == "trial 1 of 3"
    assert "trial 3 of 3, best RMSE" in listener.heard[3]
    assert listener.heard[3].endswith("s left")


def test_the_first_trial_which_loads_what_others_use_foretells_no_time():
    listener = Listener()
    search(listener=listener, n_trials=3)

    assert "left" not in listener.heard[2]


def test_progress_of_a_search_that_time_will_end_is_that_of_the_time():
    listener = Listener()
    search(listener=listener, n_trials=200, time_limit_s=60)

    assert {total for _, total in listener.advanced} == {60_000}
    assert listener.advanced == sorted(listener.advanced)


def test_an_unknown_searcher_is_answered_with_the_nearest():
    with pytest.raises(UnknownKey) as raised:
        search(search_type="baysian")
    assert "bayesian" in raised.value.fix


def test_folds_in_the_order_of_time_are_not_repeated():
    with pytest.raises(UsageError, match="same however often"):
        search(n_repeats=2, dealer=Dealer(Bonds((), time="day")))


def test_folds_on_which_the_metric_is_not_defined_are_passed_over():
    # Rows 0 to 9 alone hold the second class.
    y = (np.arange(N_ROWS) < 10).astype(np.int64)
    plan = Plan(task=Task.BINARY, labels=("a", "b"), y=y)

    def score(parameters, held, rng):
        return 0.7

    found = search(score, plan=plan, metric=METRICS["roc-auc"], n_folds=20)
    n_defined = len(found.default.fold_scores)

    assert 1 <= n_defined <= 10
    assert None not in found.default.fold_scores


def test_a_metric_that_no_fold_defines_is_refused():
    plan = Plan(task=Task.BINARY, labels=("a", "b"), y=np.zeros(N_ROWS, dtype=np.int64))
    with pytest.raises(TooFewRows, match="not defined on any of 5 folds"):
        search(plan=plan, metric=METRICS["roc-auc"])


EARLIER = [[0.9, 0.9, 0.9], [0.8, 0.8, 0.8], [0.7, 0.7, 0.7], [0.6, 0.6, 0.6], [0.5, 0.5, 0.5]]


@pytest.mark.parametrize(
    ("so_far", "earlier", "expected"),
    [
        ([0.6, 0.6], EARLIER, True),
        ([0.7, 0.7], EARLIER, False),
        ([0.1], EARLIER, False),
        ([0.1, 0.1], EARLIER[:4], False),
    ],
)
def test_the_median_rule_waits_for_folds_and_trials(so_far, earlier, expected):
    assert is_hopeless(so_far, earlier) is expected


def test_the_interval_over_folds_is_that_of_nadeau_and_bengio():
    gains = [0.01, 0.03, 0.02, 0.00, 0.04]
    # By hand: mean 0.02, variance 0.00025, t with 4 degrees of freedom 2.776445.
    half = 2.776445 * np.sqrt((1 / 5 + 1 / 4) * 0.00025)
    low, high = paired_interval(gains, held_ratio=0.25)

    assert low == pytest.approx(0.02 - half, rel=1e-6)
    assert high == pytest.approx(0.02 + half, rel=1e-6)


def test_trials_are_tied_where_the_interval_holds_zero():
    goodness = {
        1: (0.90, 0.91, 0.92, 0.90, 0.91),
        2: (0.90, 0.92, 0.91, 0.90, 0.90),
        3: (0.70, 0.71, 0.72, 0.70, 0.71),
        4: (0.90, 0.91, 0.92, 0.90, 0.91),
    }
    assert tied_with(1, goodness, held_ratio=0.25) == (2, 4)
