"""A race counts what was finished, and says truly what was not."""

from dataclasses import replace
from itertools import count
from types import SimpleNamespace

import numpy as np
import pytest
from competitions import CATALOG, answering, arena, candidate, dealt, entry, fits_of

from modelyard.domain.trials import Ending, TrialStatus
from modelyard.engine.automl.fewer_rows import LearningFits
from modelyard.engine.automl.fits import ALL_ROWS, FULL
from modelyard.engine.automl.journals import Journal
from modelyard.engine.automl.lineups import Lineup
from modelyard.engine.automl.portfolio import Explorer
from modelyard.engine.automl.races import Race
from modelyard.engine.automl.refits import Refit, refit
from modelyard.engine.automl.standings import Rules, Standing
from modelyard.engine.workshop import never
from modelyard.protocols.executors import Notice, Outcome
from modelyard.protocols.progress import Silence

N_FOLDS = 3
RULES = Rules(deadline=12.0, reserve_s=0.0, n_candidates=None, n_threads=1)


class Told:
    """A pool in which each piece of work yields given results, and ends when it is stopped."""

    n_places = 1
    room_bytes = None

    def __init__(self, results):
        self.results, self.notices, self.n_free = results, [], 1

    def submit(self, number, *_, **__):
        self.n_free = 0
        self.notices += [Notice(number, Outcome.RESULT, each) for each in self.results]

    def wait(self, _):
        told, self.notices = self.notices, []
        return told

    def stop(self, number):
        self.notices.append(Notice(number, Outcome.STOPPED))


def raced(place, pool, *, waiting=1, on_entry=lambda *_: None, wants_end=never, rules=RULES):
    """Run a race whose time is up after the first news, where nothing else is said."""
    clock = iter(np.arange(1000.0))
    workshop = SimpleNamespace(clock=lambda: next(clock), progress=Silence(), wants_end=wants_end)
    judge = SimpleNamespace(metric=CATALOG.metrics()["roc-auc"], plan=place.plan, workshop=workshop)
    algorithms = CATALOG.algorithms()
    race = Race(
        judge=judge,
        arena=place,
        algorithms=algorithms,
        learning=LearningFits(judge, place, algorithms, waiting=[]),
        lineup=Lineup(
            [candidate(name=f"ridge-{at}", alpha=at) for at in range(1, waiting + 1)],
            Explorer(algorithms, CATALOG.searchers()["random"], np.random.default_rng(0)),
        ),
        rules=rules,
        pool=pool,
        on_entry=on_entry,
        likely=lambda _: (),
        chosen=lambda _: (),
    )
    return race, race.run()


def lineup(waiting):
    """Return candidates after which nothing is searched."""
    return Lineup(waiting, SimpleNamespace(next=lambda _: None))


@pytest.fixture
def place():
    return arena(n_folds=N_FOLDS)


def test_a_candidate_with_every_fold_counts_although_the_end_came_before_its_own(place):
    results = answering(1, place, np.linspace(0, 1, 120)[:, None])
    race, ending = raced(place, Told(results))
    (entry,) = race.entries
    assert ending is Ending.TIME
    assert (entry.status, entry.reason) == (TrialStatus.SUCCEEDED, "")


def test_a_candidate_that_lacks_a_fold_was_broken_off(place):
    results = answering(1, place, np.linspace(0, 1, 120)[:, None])[:2]
    race, _ = raced(place, Told(results))
    (entry,) = race.entries
    assert entry.status is TrialStatus.CANCELLED
    assert entry.reason == "ended with the run after 2 of 3 folds"


def test_a_fold_without_a_class_has_no_score_and_is_kept_for_a_later_run(tmp_path, place):
    y = place.plan.y.copy()
    y[place.folds[0].held] = 0
    rare = replace(place, plan=replace(place.plan, y=y))
    journal = Journal(tmp_path, rare, metric="roc-auc")
    results = answering(1, rare, np.linspace(0, 1, 120)[:, None])
    race, _ = raced(rare, Told(results), on_entry=journal.remember)
    (entry,) = race.entries
    assert entry.fold_scores[0] is None
    assert entry.score == pytest.approx(np.mean(entry.fold_scores[1:]))
    ((again, _),) = journal.recall()
    assert again == entry


def test_what_was_not_begun_is_never_said_to_take_no_time(place):
    results = answering(1, place, np.linspace(0, 1, 120)[:, None])
    race, _ = raced(place, Told(results), waiting=2)
    (passed,) = [each for each in race.entries if each.status is TrialStatus.PRUNED]
    assert passed.reason == "would take about 1 s, more than was left for fits"


def test_what_was_not_begun_for_another_reason_than_time_is_not_said_to_lack_it(place):
    results = answering(1, place, np.linspace(0, 1, 120)[:, None])
    rules = replace(RULES, deadline=900.0, n_candidates=1)
    race, ending = raced(place, Endless(results), waiting=3, rules=rules)
    assert ending is Ending.TRIALS
    assert [each.status for each in race.entries] == [TrialStatus.SUCCEEDED]


def test_what_time_did_not_allow_is_told_also_where_the_number_of_candidates_was_reached(place):
    results = answering(1, place, np.linspace(0, 1, 120)[:, None])
    race, _ = raced(place, Told(results))
    slow = replace(candidate("lightgbm"), cost=1e9)
    race = replace(
        race,
        lineup=lineup([candidate(), slow, candidate(name="ridge-2", alpha=2.0)]),
        rules=replace(RULES, deadline=900.0, n_candidates=2),
        pool=Ended(results),
        standings={},
    )
    assert race.run() is Ending.TRIALS
    (passed,) = [each for each in race.entries if each.status is TrialStatus.PRUNED]
    assert passed.candidate.name == "lightgbm-1"


def test_a_search_for_which_no_time_is_left_ends_by_time(place):
    results = answering(1, place, np.linspace(0, 1, 120)[:, None])
    race, _ = raced(place, Told(results))
    slow = candidate(name="ridge-s1", alpha=7.0)
    race = replace(
        race,
        lineup=Lineup([], SimpleNamespace(next=lambda _: replace(slow, cost=1e9))),
        rules=replace(RULES, deadline=10_000.0),
        pool=Ended(results),
    )
    assert race.run() is Ending.TIME


def test_what_was_tried_in_the_form_that_its_kin_suggest_is_not_tried_again(place):
    results = answering(1, place, np.linspace(0, 1, 120)[:, None])
    race, _ = raced(place, Told(results), rules=replace(RULES, n_candidates=1))
    pool = Slow(results)
    twin = replace(candidate(name="ridge-2", alpha=2.0), is_log=True)
    standings = {
        1: Standing(candidate(), replace(entry(1, goodness=0.5, one=candidate()))),
        2: Standing(twin, entry(2, goodness=0.9, one=twin)),
        3: Standing(
            replace(candidate(), is_log=True),
            entry(3, goodness=0.9, one=replace(candidate(), is_log=True)),
        ),
    }
    race = replace(
        race,
        lineup=lineup([candidate(name="ridge-2", alpha=2.0)]),
        rules=replace(RULES, deadline=900.0),
        pool=pool,
        standings=standings,
    )
    race.run()
    assert pool.begun == []


class Late(Told):
    """A pool that has news once it was asked often enough."""

    def __init__(self, results, *, n_silent):
        super().__init__(results)
        self.n_silent = n_silent

    def wait(self, _):
        self.n_silent -= 1
        return super().wait(_) if self.n_silent < 0 else []


def test_the_first_model_may_take_what_is_kept_for_packaging_it(place):
    results = answering(1, place, np.linspace(0, 1, 120)[:, None])[:1]
    rules = replace(RULES, deadline=30.0, reserve_s=25.0)
    race, ending = raced(place, Late(results, n_silent=3), rules=rules)
    assert ending is Ending.TIME
    assert [len(each.fits) for each in race.standings.values() if each.fits] == [1]


def test_a_race_in_which_nothing_is_finished_ends_at_its_deadline(place):
    race, ending = raced(place, Late([], n_silent=1_000), rules=replace(RULES, reserve_s=5.0))
    assert ending is Ending.TIME
    assert not any(each.fits for each in race.standings.values())


class Endless(Told):
    """A pool whose first piece of work ends, and no other does unless it is stopped."""

    def submit(self, number, *_, **__):
        if number == 1:
            self.notices += [Notice(number, Outcome.RESULT, each) for each in self.results]
            self.notices.append(Notice(number, Outcome.ENDED))
        self.n_free = 1 if number == 1 else 0


def test_whoever_wants_its_end_gets_what_a_race_has_finished(place):
    pool = Endless(answering(1, place, np.linspace(0, 1, 120)[:, None]))
    race, ending = raced(
        place, pool, waiting=2, wants_end=lambda: True, rules=replace(RULES, deadline=None)
    )
    assert ending is Ending.INTERRUPTED
    first, second = race.entries
    assert (first.status, second.status) == (TrialStatus.SUCCEEDED, TrialStatus.CANCELLED)


class Ended(Told):
    """A pool in which each piece of work yields given results and ends by itself."""

    def submit(self, number, *_, **__):
        super().submit(number)
        self.notices.append(Notice(number, Outcome.ENDED))

    def wait(self, _):
        self.n_free = 1
        return super().wait(_)


def test_time_that_is_kept_for_what_would_not_be_chosen_is_used(place):
    """Kept by the quick choice: 2 s x 1.7 of 8 s, which leaves too little for 3 folds of 2 s."""
    results = [
        replace(each, fit_s=2.0) for each in answering(1, place, np.linspace(0, 1, 120)[:, None])
    ]
    race, _ = raced(place, Told(results), waiting=2)
    race = replace(
        race,
        lineup=lineup([candidate(name="ridge-1"), candidate(name="ridge-2", alpha=2.0)]),
        rules=Rules(deadline=8.0, reserve_s=0.0, n_candidates=2, n_threads=1),
        pool=Ended(results),
        likely=lambda race: race.entries,
        standings={},
    )
    race.judge.workshop.clock = lambda: 0.0
    assert race.run() is Ending.TRIALS
    assert [each.status for each in race.entries] == [TrialStatus.SUCCEEDED] * 2


def test_what_a_crowded_machine_takes_longer_is_kept_for_what_comes_after(place):
    """A fit of 3 s took one of the processor: 2 s for what comes after will take 6 s."""
    results = answering(1, place, np.linspace(0, 1, 120)[:, None])
    pool = Told(results)
    pool.stop = lambda number: pool.notices.append(
        Notice(number, Outcome.STOPPED, cpu_s=1.0, wall_s=3.0)
    )
    race, _ = raced(place, pool)
    (entry,) = race.entries
    assert (entry.fit_s, entry.cpu_s) == (3.0, 1.0)
    race = replace(race, rules=Rules(deadline=100.0, reserve_s=2.0, n_candidates=1, n_threads=1))
    assert race.until == 94.0


def race_of_one_fold(place, *, fit_s, now, rules):
    """Return a race of two candidates, both of which would be blended, on one fold."""
    place = replace(place, folds=place.folds[:1])
    answers = answering(1, place, np.linspace(0, 1, 120)[:, None])
    results = [replace(each, fit_s=fit_s) for each in answers]
    race, _ = raced(place, Told(results), waiting=2)
    race = replace(
        race,
        lineup=lineup([candidate(name="ridge-1"), candidate(name="ridge-2", alpha=2.0)]),
        rules=rules,
        pool=Ended(results),
        likely=lambda race: race.entries,
        chosen=lambda race: race.entries,
        standings={},
    )
    race.judge.workshop.clock = lambda: now
    return race


def test_of_one_fold_fits_on_all_rows_take_a_share_of_the_time(place):
    """All of 6 s x 1.7 would leave too little of 12 s for a second candidate of 6 s."""
    rules = Rules(deadline=12.0, reserve_s=0.0, n_candidates=2, n_threads=1)
    race = race_of_one_fold(place, fit_s=6.0, now=0.0, rules=rules)
    assert race.run() is Ending.TRIALS
    assert [each.status for each in race.entries] == [TrialStatus.SUCCEEDED] * 2


@pytest.mark.parametrize(("refits_full", "n_begun"), [(False, 2), (True, 1)])
def test_time_is_kept_for_both_fits_on_all_rows(place, refits_full, n_begun):
    """Of 10 s there are 3.2 left: one fit again of 1.5 s lets another of 0.9 s in, two do not."""
    rules = Rules(
        deadline=10.0, reserve_s=0.0, n_candidates=2, n_threads=1, refits_full=refits_full
    )
    race = race_of_one_fold(place, fit_s=0.9, now=6.8, rules=rules)
    race.run()
    begun = [each for each in race.entries if each.status is TrialStatus.SUCCEEDED]
    assert len(begun) == n_begun


def test_a_fit_on_all_rows_that_would_surely_be_late_is_not_begun(place):
    fits = [replace(each, fit_s=100.0) for each in fits_of(candidate(), place)]
    pool = Told([])
    found = refit(
        pool,
        wanted=[Refit(1, candidate(), fits, ALL_ROWS, 50.0)],
        algorithms=CATALOG.algorithms(),
        workshop=SimpleNamespace(clock=lambda: 0.0, wants_end=never),
        n_rows=120,
    )
    assert found == {}
    assert pool.n_free == 1


def test_what_is_packaged_is_not_begun_where_it_would_be_late_or_the_end_is_wanted(place):
    """Of 100 s on 80 of 120 rows: 150 s on all. What is measured is begun all the same."""
    fits = [replace(each, fit_s=100.0) for each in fits_of(candidate(), place)]
    for until, wants_end, folds in (
        (149.0, never, {ALL_ROWS}),
        (200.0, never, {ALL_ROWS, FULL}),
        (200.0, lambda: True, {ALL_ROWS}),
    ):
        found = refit(
            Ended([fits[0]]),
            wanted=[Refit(1, candidate(), fits, fold, until) for fold in (ALL_ROWS, FULL)],
            algorithms=CATALOG.algorithms(),
            workshop=SimpleNamespace(clock=lambda: 0.0, wants_end=wants_end),
            n_rows=120,
        )
        assert {fold for _, fold in found} == folds


@pytest.mark.parametrize(
    ("n_folds", "kept"), [(1, {(2, ALL_ROWS)}), (N_FOLDS, {(2, ALL_ROWS), (2, FULL)})]
)
def test_what_is_packaged_is_not_begun_where_it_would_be_thrown_away(place, n_folds, kept):
    """Of several folds a blend that is chosen anew may leave out what could not be measured."""
    fits = fits_of(candidate(), place)[:n_folds]
    slow = [replace(each, fit_s=1_000.0) for each in fits]
    pool = Ended([fits[0]])
    found = refit(
        pool,
        wanted=[
            Refit(1, candidate(), slow, ALL_ROWS, 200.0),
            Refit(2, candidate(), fits, ALL_ROWS, 200.0),
            Refit(1, candidate(), slow, FULL, 200.0),
            Refit(2, candidate(), fits, FULL, 200.0),
        ],
        algorithms=CATALOG.algorithms(),
        workshop=SimpleNamespace(clock=lambda: 0.0, wants_end=never),
        n_rows=120,
    )
    assert found.keys() == kept


class Slow(Told):
    """A pool of two places in which ridge ends at once, and everything else never by itself."""

    n_places = 2

    def __init__(self, results):
        super().__init__(results)
        self.n_free, self.begun = 2, []

    def submit(self, number, _, *, argument):
        self.begun.append(argument.candidate.name)
        self.n_free -= 1
        if argument.candidate.algorithm == "ridge":
            self.notices += [Notice(number, Outcome.RESULT, each) for each in self.results]
            self.notices.append(Notice(number, Outcome.ENDED))

    def wait(self, _):
        told = super().wait(_)
        self.n_free += sum(each.is_last for each in told)
        return told


def test_others_of_an_algorithm_wait_until_its_first_has_told_what_it_takes(place):
    results = answering(1, place, np.linspace(0, 1, 120)[:, None])
    race, _ = raced(place, Told(results))
    pool = Slow(results)
    race = replace(
        race,
        lineup=lineup(
            [
                candidate("ridge"),
                candidate("lightgbm"),
                candidate("lightgbm", name="lightgbm-2"),
                candidate("extra-trees"),
            ]
        ),
        rules=Rules(deadline=300.0, reserve_s=0.0, n_candidates=None, n_threads=1),
        pool=pool,
        standings={},
    )
    race.run()
    assert pool.begun == ["ridge-1", "lightgbm-1", "extra-trees-1"]


def test_no_fit_on_every_row_shortens_the_first_of_an_algorithm(place):
    """Of 10 s two fits again take 1.5 s, and twice as long with those on every row."""
    race = race_of_one_fold(
        place,
        fit_s=0.9,
        now=0.0,
        rules=Rules(deadline=10.0, reserve_s=0.0, n_candidates=3, n_threads=1, refits_full=True),
    )
    race = replace(
        race,
        lineup=lineup([*race.lineup.waiting, candidate("lightgbm")]),
        pool=Slow(race.pool.results),
    )
    clock = count(step=0.01)
    race.judge.workshop.clock = lambda: next(clock)
    race.run()
    (broken_off,) = [each for each in race.entries if each.status is TrialStatus.CANCELLED]
    assert broken_off.candidate.algorithm == "lightgbm"
    assert broken_off.at_s > 8.0


class Alternating(Told):
    """A pool of two places that ends what it runs in one order or the other."""

    n_places = 2

    def __init__(self, results, *, is_reversed):
        super().__init__(results)
        self.is_reversed, self.running, self.n_free = is_reversed, [], 2

    def submit(self, number, *_, **__):
        self.running.append(number)
        self.n_free -= 1

    def wait(self, _):
        numbers, self.running, self.n_free = self.running, [], 2
        return [
            notice
            for number in (reversed(numbers) if self.is_reversed else numbers)
            for notice in (
                *(Notice(number, Outcome.RESULT, each) for each in self.results),
                Notice(number, Outcome.ENDED),
            )
        ]


def test_boosting_goes_on_in_one_order_whatever_ends_first(place):
    """Both have used up their rounds; they go on when both have ended."""
    results = [
        replace(each, parameters={"n_estimators": 10_000})
        for each in answering(1, place, np.linspace(0, 1, 120)[:, None])
    ]
    found = []
    for is_reversed in (False, True):
        race, _ = raced(place, Told(results))
        race = replace(
            race,
            lineup=lineup([candidate(key, n_estimators=20) for key in ("lightgbm", "xgboost")]),
            rules=Rules(deadline=None, reserve_s=0.0, n_candidates=4, n_threads=1, in_order=True),
            pool=Alternating(results, is_reversed=is_reversed),
            standings={},
        )
        race.run()
        found.append([each.candidate.name for each in sorted(race.entries, key=_number)])
    assert found[0] == found[1]
    assert set(found[0][2:]) == {"lightgbm-1-longer", "xgboost-1-longer"}


def _number(entry):
    return entry.number


def test_each_form_of_the_target_goes_on_and_none_twice(place):
    """The second is the same algorithm with the logarithm of the target, and better."""
    results = [
        replace(each, parameters={"n_estimators": 10_000})
        for each in answering(1, place, np.linspace(0, 1, 120)[:, None])
    ]
    one = candidate("lightgbm", n_estimators=20)
    other = replace(one, name="lightgbm-1-log", is_log=True)
    race, _ = raced(place, Told(results))
    race = replace(race, lineup=lineup([]), standings={})
    known = [
        (replace(made, number=number, candidate=each), results)
        for number, each, made in (
            (1, one, _entry(0.8)),
            (2, other, _entry(0.9)),
            (3, replace(other, name="another name of the same"), _entry(0.7)),
        )
    ]
    race.go_on_from(known)
    (longer,) = race.lineup.waiting
    assert (longer.name, longer.is_log, longer.is_longer) == ("lightgbm-1-log-longer", True, True)
    again = replace(known[2][0], number=4, candidate=replace(longer, name="tried"))
    race = replace(race, lineup=lineup([]), standings={})
    race.go_on_from([*known, (again, results)])
    assert race.lineup.waiting == []


def _entry(goodness):
    return entry(1, goodness=goodness)


def learning_race(place, pool, *, n_candidates=None):
    """Return a race with many candidates, and fits on half of the rows beside them."""
    race, _ = raced(place, Told([]))
    _, judge = dealt(160, seconds=None)
    fitted = replace(place, folds=tuple(replace(e, stopping=e.stopping[:0]) for e in place.folds))
    clock = count(step=1.0)
    race.judge.workshop.clock = lambda: next(clock)
    return replace(
        race,
        lineup=lineup([candidate(name=f"ridge-{at}", alpha=at) for at in range(1, 90)]),
        rules=replace(RULES, deadline=300.0, n_candidates=n_candidates),
        learning=LearningFits(judge, fitted, CATALOG.algorithms()),
        pool=pool,
        standings={},
    )


def test_a_race_ends_once_what_fewer_rows_teach_is_known_as_well(place):
    race = learning_race(place, Ended(answering(1, place, np.linspace(0, 1, 120)[:, None])))
    race.run()
    # A quarter of them would be too few.
    assert race.learning.fits.keys() == {0.5}
    assert not race.learning.is_running
    assert {each.number for each in race.entries} == race.standings.keys()
    assert all(each.candidate.name.startswith("ridge-") for each in race.entries)


class Learning(Ended):
    """A pool of one place in which candidates end by themselves, fits on fewer rows never."""

    def submit(self, number, *_, **__):
        if number > 0:
            super().submit(number)
        else:
            self.n_free = 0

    def wait(self, _):
        told, self.notices = self.notices, []
        self.n_free = 1 if told else self.n_free
        return told


@pytest.mark.parametrize(
    ("n_candidates", "ending"), [(1, Ending.TRIALS), (None, Ending.INTERRUPTED)]
)
def test_whoever_ends_fits_on_fewer_rows_does_not_change_how_candidates_ended(
    place, n_candidates, ending
):
    pool = Learning(answering(1, place, np.linspace(0, 1, 120)[:, None]))
    race = learning_race(place, pool, n_candidates=n_candidates)
    race.judge.workshop.wants_end = lambda: race.learning.is_running
    assert race.run() is ending
    assert not [each for each in race.entries if each.status is TrialStatus.PRUNED]


class Crowded(Slow):
    """A pool in which forests are too large beside anything else, and all others end."""

    is_crowded = True

    def submit(self, number, _, *, argument):
        self.begun.append(argument.candidate.name)
        self.n_free -= 1
        if argument.candidate.algorithm == "extra-trees" and self.n_free == 0:
            ended = Notice(number, Outcome.TOO_LARGE, reason="held", is_crowded=self.is_crowded)
            self.notices.insert(0, ended)
            return
        self.notices += [Notice(number, Outcome.RESULT, each) for each in self.results]
        self.notices.append(Notice(number, Outcome.ENDED))

    def wait(self, _):
        # One that ends at a time: the others go on.
        at = next(at for at, each in enumerate(self.notices) if each.is_last)
        told, self.notices = self.notices[: at + 1], self.notices[at + 1 :]
        self.n_free += 1
        return told


NO_LIMIT = Rules(deadline=None, reserve_s=0.0, n_candidates=None, n_threads=1)


def short_of_memory(place, waiting, *, explored=(), rules=NO_LIMIT, **facts):
    """Run a race in which forests lack memory beside others; return it, its end and its pool."""
    results = answering(1, place, np.linspace(0, 1, 120)[:, None])
    race, _ = raced(place, Told(results))
    pool, proposals = Crowded(results), iter(explored)
    vars(pool).update(facts)
    explorer = SimpleNamespace(next=lambda _: next(proposals, None))
    line = Lineup(list(waiting), explorer)
    race = replace(race, lineup=line, rules=rules, pool=pool, standings={})
    clock = count(step=0.001)
    race.judge.workshop.clock = lambda: next(clock)
    return race, race.run(), pool


def ridge(at, name="ridge"):
    return candidate(name=f"{name}-{at}", alpha=float(at))


@pytest.mark.parametrize("deadline", [None, 300.0])
def test_what_lacked_memory_beside_others_is_tried_once_more_alone(place, deadline):
    waiting = [ridge(1), candidate("extra-trees"), ridge(2), ridge(3)]
    explored = [ridge(4, "ridge-s"), ridge(5, "ridge-s")]
    rules = replace(NO_LIMIT, deadline=deadline)
    race, ending, pool = short_of_memory(place, waiting, explored=explored, rules=rules)
    assert ending is Ending.EXHAUSTED
    # What a search proposes waits until it has ended.
    known = ["ridge-1", "extra-trees-1", "ridge-2", "ridge-3", "extra-trees-1-alone"]
    assert pool.begun == [*known, "ridge-s-4", "ridge-s-5"]
    ended = {each.candidate.name: each for each in race.entries}
    assert ended["extra-trees-1"].status is TrialStatus.FAILED
    alone = ended["extra-trees-1-alone"]
    assert alone.status is TrialStatus.SUCCEEDED
    assert "extra-trees-1 lacked memory beside others" in alone.candidate.reason


def test_nothing_is_begun_beside_what_is_tried_alone(place):
    class Counting(Crowded):
        beside = ()

        def submit(self, number, work, *, argument):
            super().submit(number, work, argument=argument)
            self.beside = (*self.beside, (argument.candidate.name, 2 - self.n_free))

    results = answering(1, place, np.linspace(0, 1, 120)[:, None])
    race, _ = raced(place, Told(results))
    pool = Counting(results)
    proposals = iter([ridge(4, "ridge-s"), ridge(5, "ridge-s"), ridge(6, "ridge-s")])
    line = Lineup(
        [ridge(1), candidate("extra-trees"), ridge(2)],
        SimpleNamespace(next=lambda _: next(proposals, None)),
    )
    race = replace(race, lineup=line, rules=NO_LIMIT, pool=pool, standings={})
    race.run()
    running = dict(pool.beside)
    assert running["extra-trees-1-alone"] == 1
    # The next one begins once it has ended.
    assert running["ridge-s-4"] == 1
    assert running["ridge-s-5"] == 2


def test_one_that_is_tried_again_counts_once_among_those_that_are_wanted(place):
    waiting = [ridge(1), candidate("extra-trees"), ridge(2), ridge(3)]
    rules = replace(NO_LIMIT, n_candidates=3)
    race, ending, pool = short_of_memory(place, waiting, rules=rules)
    assert ending is Ending.TRIALS
    assert pool.begun == ["ridge-1", "extra-trees-1", "ridge-2", "extra-trees-1-alone"]
    assert race.lineup.n_begun_again == 1


def test_where_two_lacked_memory_beside_others_one_less_runs_at_a_time(place):
    forests = [candidate("extra-trees", name=f"extra-trees-{at}") for at in (1, 2, 3)]
    one, two, three = (
        replace(each, parameters={**each.parameters, "n_estimators": 100 + at})
        for at, each in enumerate(forests)
    )
    waiting = [ridge(1), one, ridge(2), two, ridge(3), three, ridge(4)]
    race, ending, pool = short_of_memory(place, waiting)
    assert ending is Ending.EXHAUSTED
    # The third has nothing beside it.
    again = ["extra-trees-1-alone", "extra-trees-2-alone"]
    assert [name for name in pool.begun if name.endswith("-alone")] == again
    ended = {each.candidate.name: each.status for each in race.entries}
    assert ended["extra-trees-3"] is TrialStatus.SUCCEEDED


@pytest.mark.parametrize(
    ("facts", "explored"),
    [({"is_crowded": False}, []), ({}, [candidate("extra-trees", name="extra-trees-s1")])],
    ids=["too large by itself", "proposed by a search"],
)
def test_what_is_too_large_by_itself_or_was_proposed_is_not_tried_again(place, facts, explored):
    waiting = [ridge(1), *([] if explored else [candidate("extra-trees")]), ridge(2)]
    _, _, pool = short_of_memory(place, waiting, explored=explored, **facts)
    assert not [name for name in pool.begun if name.endswith("-alone")]


def test_what_has_every_fold_is_not_tried_again_though_it_was_ended_for_memory(place):
    results = answering(1, place, np.linspace(0, 1, 120)[:, None])
    race, _ = raced(place, Told(results))
    pool = Crowded(results)

    def wait(_):
        told = Crowded.wait(pool, _)
        large = [each for each in told if each.outcome is Outcome.TOO_LARGE]
        return [*(Notice(each.number, Outcome.RESULT, e) for each in large for e in results), *told]

    pool.wait = wait
    waiting = lineup([ridge(1), candidate("extra-trees"), ridge(2)])
    race = replace(race, lineup=waiting, rules=NO_LIMIT, pool=pool, standings={})
    race.run()
    assert {each.status for each in race.entries} == {TrialStatus.SUCCEEDED}
    assert pool.begun == ["ridge-1", "extra-trees-1", "ridge-2"]


def test_where_what_is_finished_leaves_no_room_the_race_ends(place):
    waiting = [ridge(1), candidate("extra-trees"), ridge(2), ridge(3)]
    race, ending, pool = short_of_memory(place, waiting, room_bytes=-1)
    assert ending is Ending.MEMORY
    assert pool.begun == ["ridge-1", "extra-trees-1"]
    assert [each.status for each in race.entries] == [TrialStatus.SUCCEEDED, TrialStatus.FAILED]


def test_what_lacks_memory_on_all_rows_beside_others_is_fitted_by_itself(place):
    results = answering(1, place, np.linspace(0, 1, 120)[:, None])
    pool, forest = Crowded(results[:1]), candidate("extra-trees")
    found = refit(
        pool,
        wanted=[
            Refit(1, ridge(1), fits_of(ridge(1), place), ALL_ROWS, None),
            Refit(2, forest, fits_of(forest, place), ALL_ROWS, None),
            Refit(3, ridge(2), fits_of(ridge(2), place), ALL_ROWS, None),
        ],
        algorithms=CATALOG.algorithms(),
        workshop=SimpleNamespace(clock=lambda: 0.0, wants_end=never),
        n_rows=120,
    )
    assert pool.begun == ["ridge-1", "extra-trees-1", "extra-trees-1", "ridge-2"]
    assert found.keys() == {(1, ALL_ROWS), (2, ALL_ROWS), (3, ALL_ROWS)}
