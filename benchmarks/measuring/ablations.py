"""Runs AutoML with one of its techniques left out, composed of the engine's own parts.

A technique that decides what competes is left out of a race of its own. One that decides what is
made of the candidates is left out of what is made of the race that has them all: both answer by the
same candidates, so that chance does not part them.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from measuring.processor_clock import WorkCounted
from modelyard.domain.automl import BALANCED, BEST, FAST
from modelyard.domain.configs import AUTO, NONE
from modelyard.domain.leaderboards import Candidate, Entry
from modelyard.domain.rules import Rule
from modelyard.engine.automl.arenas import Arena, build_arena
from modelyard.engine.automl.blends import Library, assemble
from modelyard.engine.automl.choosing import Choice, Chooser, library_of
from modelyard.engine.automl.fewer_rows import LearningFits
from modelyard.engine.automl.fits import FoldFit
from modelyard.engine.automl.lineups import Lineup
from modelyard.engine.automl.portfolio import Explorer, competing, portfolio
from modelyard.engine.automl.races import Race
from modelyard.engine.automl.standings import Rules
from modelyard.engine.deciding import Held, Wishes, decide
from modelyard.engine.evaluation.judging import Judge
from modelyard.engine.evaluation.thresholds import RuleWish
from modelyard.engine.fitting import Fitted
from modelyard.engine.parameters import resolve_parameters
from modelyard.engine.preparing import rows_of
from modelyard.protocols.algorithms import FitInput
from modelyard.runtime.blocks import Blocks

FloatArray = npt.NDArray[np.float64]

WHOLE = "the whole"


@dataclass(frozen=True)
class Contest:
    """Which race is run.

    Attributes:
        leaves_out: keys of algorithms that do not compete.
        has_twins: whether candidates are taught the logarithm of a target with a long tail.
        spares_folds: whether many rows are fitted on fewer folds.
        takes_turns: whether what does well says what is tried next.
    """

    leaves_out: tuple[str, ...] = ()
    has_twins: bool = True
    spares_folds: bool = True
    takes_turns: bool = True


# What is left out, to the race that is run without it.
CONTESTS = {
    WHOLE: Contest(),
    "the network": Contest(leaves_out=("real-mlp",)),
    "XGBoost and CatBoost": Contest(leaves_out=("xgboost", "catboost")),
    "logarithm twins": Contest(has_twins=False),
    "fewer folds for many rows": Contest(spares_folds=False),
    "order by turns": Contest(takes_turns=False),
}
SEARCH, BLENDING, CALIBRATION = "the search", "blending", "calibration"
CHEAP_SERVING, WEIGHTS = "cheap serving", "weights, by stacking"
GOING_ON, BY_THE_TARGET = "going on", "categories by the target"
# What is left out of what is made of the race that has all. In place of weights a small linear
# model is fitted on the answers of the same members, for the rows that they were not taught. The
# time that candidates took which are left out is not given back to others.
MADE = (SEARCH, GOING_ON, BY_THE_TARGET, BLENDING, CALIBRATION, CHEAP_SERVING, WEIGHTS)
_SERVE = {BLENDING: FAST, CHEAP_SERVING: BEST}
# Of the budget, as of 30 seconds in a training: for what is late, and what comes after.
_RESERVE_SHARE = 0.1


@dataclass(frozen=True)
class Spending:
    """What every race may spend, and what is random in it.

    Attributes:
        budget_s: seconds by the clock of the judge's workshop.
        memory_bytes: of everything together while fits run.
    """

    budget_s: float
    memory_bytes: int
    seed: int


@dataclass
class _Noting:
    """Goes on as the explorer does, and notes what it has proposed."""

    explorer: Explorer
    names: set[str] = field(default_factory=set)

    def next(self, entries: Sequence[Entry]) -> Candidate | None:
        found = self.explorer.next(entries)
        if found is not None:
            self.names.add(found.name)
        return found


def is_at_work(contest: Contest, judge: Judge, *, spending: Spending) -> bool:
    """Return whether what a contest leaves out would have a part in the race on this table."""
    algorithms = competing(judge.workshop.catalog.algorithms(), judge.plan, only=())
    rows = _arena(judge, Contest(), spending=spending).training
    waiting = portfolio(algorithms, judge.plan, rows=rows)
    if contest.leaves_out:
        return any(each.algorithm in contest.leaves_out for each in waiting)
    if not contest.has_twins:
        return any(each.is_log for each in waiting)
    if not contest.spares_folds:
        arenas = [_arena(judge, each, spending=spending) for each in (Contest(), contest)]
        return len(arenas[0].folds) < len(arenas[1].folds)
    return True


def raced(judge: Judge, contest: Contest, *, spending: Spending) -> list[dict[str, Any]]:
    """Run one race and return what is made of it, the usual first, then what is made otherwise.

    Each is what was left out of the making (none for the usual), the (n, m) answers for the test
    rows, how many candidates were scored, on how many folds, and the members that answer.
    """
    with _racing(judge, contest, spending=spending) as (race, noting):
        race.run()
        latest = race.latest
        wanted = ("", *MADE) if contest == Contest() else ("",)
        # What is made besides has no share in the budget.
        return [
            _made(
                race, without, noting=noting, seed=spending.seed, until=None if without else latest
            )
            for without in wanted
        ]


def _made(
    race: Race, without: str, *, noting: _Noting, seed: int, until: float | None
) -> dict[str, Any]:
    judge, serve = race.judge, _SERVE.get(without, BALANCED)
    library = _left(library_of(race, serve=serve), without, proposed=noting.names)
    choice = Chooser(serve, seed).choose(library, race, until=until)
    library, blend = choice.library, choice.blend
    test = rows_of(judge.plan.blocks, judge.split.test)
    if without == WEIGHTS:
        answers = _stacked(race, library, blend.weights, test, seed=seed)
    else:
        answers = _decided(race, choice, without, seed=seed).packaged_scores(test)
    names = {each.number: each.candidate.name for each in library.entries}
    return {
        "made_without": without,
        "answers": answers,
        "n_candidates": len(library.entries),
        "n_folds": len(race.arena.folds),
        "members": {names[at]: round(share, 3) for at, share in blend.weights.items()},
    }


def _decided(race: Race, choice: Choice, without: str, *, seed: int) -> Fitted:
    judge, rows = race.judge, race.arena.rows
    fitted, _ = decide(
        choice.fitted,
        judge.plan,
        held=Held(rows, choice.blend.scores, taught_nothing=True),
        wishes=Wishes(NONE if without == CALIBRATION else AUTO, RuleWish(Rule())),
        of_unit=judge.resampling(rows).of_row,
        rng=np.random.default_rng([seed, 2]),
    )
    return fitted


def _stacked(
    race: Race, library: Library, numbers: Iterable[int], rows: Blocks, *, seed: int
) -> FloatArray:
    """Return the (n, m) answers of members of a blend for some rows, put together by stacking."""
    plan = race.judge.plan
    stacking = race.judge.workshop.catalog.algorithms()["stacking"]
    numbers = list(numbers)
    taught = np.hstack([library.answers[each] for each in numbers])
    known = np.isfinite(taught).all(axis=1)
    members = tuple({"name": str(each)} for each in numbers)
    model = stacking.fit(
        FitInput(
            X=taught[known],
            y=plan.y[race.arena.rows][known],
            feature_names=(),
            task=plan.task,
            n_classes=len(plan.labels),
            parameters={**resolve_parameters(stacking.card, {}), "members": members},
            rng=np.random.default_rng(seed),
        )
    )
    alone = [assemble(plan, library, weights={each: 1.0}).packaged_scores(rows) for each in numbers]
    return model.scores(np.hstack(alone))


def _forget(entry: Entry, fits: Sequence[FoldFit]) -> None:
    """Keep nothing: a race that is broken off is run again."""


def _left(library: Library, without: str, *, proposed: set[str]) -> Library:
    """Return the library without the candidates that a technique has brought."""

    def is_brought(candidate: Candidate) -> bool:
        return {
            SEARCH: candidate.name in proposed,
            GOING_ON: candidate.is_longer,
            BY_THE_TARGET: candidate.preparation.get("categorical_encoding") == "target",
        }.get(without, False)

    kept = tuple(each for each in library.entries if not is_brought(each.candidate))
    return replace(library, entries=kept)


def _arena(judge: Judge, contest: Contest, *, spending: Spending) -> Arena:
    seconds = spending.budget_s * judge.workshop.n_threads
    rng = np.random.default_rng([spending.seed, 0])
    return build_arena(judge, seconds=seconds if contest.spares_folds else None, rng=rng)


@contextmanager
def _racing(
    judge: Judge, contest: Contest, *, spending: Spending
) -> Iterator[tuple[Race, _Noting]]:
    workshop, plan = judge.workshop, judge.plan
    began = workshop.clock()
    every = competing(workshop.catalog.algorithms(), plan, only=())
    algorithms = {key: each for key, each in every.items() if key not in contest.leaves_out}
    arena = _arena(judge, contest, spending=spending)
    waiting = portfolio(algorithms, plan, rows=arena.training)
    explorer = Explorer(
        algorithms,
        workshop.catalog.searchers()["bayesian"],
        np.random.default_rng([spending.seed, 1]),
    )
    noting, chooser = _Noting(explorer), Chooser(BALANCED, spending.seed)
    executor = workshop.catalog.executors()["local-processes"]
    n_places, memory_bytes = workshop.n_threads, spending.memory_bytes
    pool = WorkCounted(executor.open(n_places=n_places, memory_bytes=memory_bytes))
    pool.share(arena)
    try:
        race = Race(
            judge=judge,
            arena=arena,
            algorithms=algorithms,
            lineup=Lineup(
                [each for each in waiting if contest.has_twins or not each.is_log],
                noting,
            ),
            rules=Rules(
                deadline=began + spending.budget_s,
                reserve_s=_RESERVE_SHARE * spending.budget_s,
                n_candidates=None,
                n_threads=1,
                in_order=not contest.takes_turns,
            ),
            pool=pool,
            on_entry=_forget,
            likely=chooser.likely,
            chosen=chooser.chosen,
            learning=LearningFits(judge, arena, algorithms, waiting=[]),
            began=began,
        )
        yield race, noting
    finally:
        pool.close()
