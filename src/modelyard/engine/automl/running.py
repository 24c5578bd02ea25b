"""One AutoML run: from a split to the model that its time has bought."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from modelyard.catalog import pick
from modelyard.domain.automl import AutoMLConfig
from modelyard.domain.errors import InvalidValue
from modelyard.domain.leaderboards import Entry, Leaderboard
from modelyard.domain.trials import Ending, TrialStatus
from modelyard.engine.automl.arenas import Arena, build_arena
from modelyard.engine.automl.blends import (
    BOUNDS,
    Blend,
    Library,
    answers_of,
    assemble,
    choose_blend,
)
from modelyard.engine.automl.fits import FoldFit
from modelyard.engine.automl.journals import Journal
from modelyard.engine.automl.portfolio import Explorer, competing, portfolio
from modelyard.engine.automl.races import Race, Rules, Standing
from modelyard.engine.evaluation.estimates import score_once
from modelyard.engine.evaluation.judging import Judge
from modelyard.engine.fitting import Fitted, IntArray
from modelyard.engine.tuning.ties import tied_with
from modelyard.engine.workshop import Workshop
from modelyard.kit.memory import memory_limit

FloatArray = npt.NDArray[np.float64]

# Kept for what comes after the last fit: merging, measuring, proving, the report and the package.
_RESERVE_S, _RESERVE_SHARE = 2.5, 0.05


@dataclass(frozen=True)
class Raced:
    """What a run has bought.

    Attributes:
        fitted: the blend.
        rows: positions of the rows on which it was chosen.
        scores: (n, m) of these rows, by models that were not taught them.
    """

    fitted: Fitted
    rows: IntArray
    scores: FloatArray
    leaderboard: Leaderboard


def run_automl(judge: Judge, config: AutoMLConfig, *, rng: np.random.Generator) -> Raced:
    """Let candidates compete, blend the best and return the blend.

    Args:
        judge: of the training; its test rows are not touched. Its plan names the algorithm that
            combines the candidates.
        config: what is asked for.
        rng: all randomness.

    Raises:
        InvalidValue: if no candidate succeeded, or none can take part.
        TooFewRows: if the rows cannot be dealt into folds.
        KeyboardInterrupt: if it was interrupted before anything had been finished.
    """
    workshop = judge.workshop
    deal_rng, explore_rng, blend_rng = rng.spawn(3)
    begun, limit = workshop.clock(), config.time_limit_s
    seconds = None if limit is None else limit * workshop.n_threads
    arena = build_arena(judge, seconds=seconds, rng=deal_rng)
    journal = None
    if workshop.scratch is not None:
        journal = Journal(workshop.scratch, arena, metric=judge.metric.card.key)
    race, ending = _race(judge, arena, config, journal=journal, rng=explore_rng)
    workshop.progress.stage("Blending the best")
    library = _library(arena, race.standings)
    blend = choose_blend(
        library,
        arena,
        ensemble=judge.plan.algorithm,
        bounds=BOUNDS[config.serve],
        rng=blend_rng,
    )
    board = replace(
        _leaderboard(judge, race, blend, ending=ending),
        duration_s=workshop.clock() - begun,
        time_limit_s=limit,
        journal="" if journal is None else journal.folder.name,
    )
    return Raced(
        fitted=assemble(judge.plan, library, weights=blend.weights),
        rows=arena.rows,
        scores=blend.scores,
        leaderboard=board,
    )


def _until(config: AutoMLConfig, workshop: Workshop) -> float | None:
    """Return the moment at which the last fit ends, None for no limit."""
    limit = config.time_limit_s
    if limit is None:
        return None
    began = workshop.clock() if workshop.begun is None else workshop.begun
    return began + limit - min(_RESERVE_S + _RESERVE_SHARE * limit, limit / 2)


def _race(
    judge: Judge,
    arena: Arena,
    config: AutoMLConfig,
    *,
    journal: Journal | None,
    rng: np.random.Generator,
) -> tuple[Race, Ending]:
    """Let the candidates compete; what an earlier run had finished is not done again."""
    workshop = judge.workshop
    workshop.progress.stage("Letting candidates compete; Ctrl-C ends it with the best so far")
    algorithms = competing(workshop.catalog.algorithms(), judge.plan, only=config.algorithms)
    executor = pick(workshop.catalog.executors(), config.executor, shelf="executors")
    searcher = pick(workshop.catalog.searchers(), config.searcher, shelf="searchers")
    known = [] if journal is None else journal.recall()
    if known:
        workshop.progress.say(f"going on from {len(known)} candidates of a run that did not end")
    limit = config.memory_limit_mb
    memory_bytes = memory_limit() if limit is None else limit * 1_000_000

    def take_down(entry: Entry, fits: Sequence[FoldFit]) -> None:
        if journal is not None:
            journal.remember(entry, fits)
        if workshop.on_entry is not None:
            workshop.on_entry(entry)

    pool = executor.open(arena, n_places=workshop.n_threads, memory_bytes=memory_bytes)
    try:
        race = Race(
            judge=judge,
            arena=arena,
            algorithms=algorithms,
            waiting=portfolio(algorithms, judge.plan),
            explorer=Explorer(algorithms, searcher, rng),
            rules=Rules(
                _until(config, workshop), config.n_trials, 1, in_order=config.is_deterministic
            ),
            pool=pool,
            on_entry=take_down,
        )
        race.go_on_from(known)
        return race, race.run()
    finally:
        pool.close()


def _library(arena: Arena, standings: Mapping[int, Standing]) -> Library:
    """Return what has been finished: whole candidates, or the one that came furthest.

    Raises:
        InvalidValue: if nothing has been finished.
    """
    entries = [e.entry for e in standings.values() if e.entry is not None and e.entry.is_complete]
    fits = {number: sorted(e.fits, key=lambda f: f.fold) for number, e in standings.items()}
    if not entries:
        furthest = max(standings.values(), key=lambda each: len(each.fits), default=None)
        if furthest is None or furthest.entry is None or not furthest.fits:
            raise _nothing_finished(standings)
        entries = [furthest.entry]
    entries.sort(key=lambda each: (-(each.goodness or 0.0), each.number))
    answers = {each.number: answers_of(arena, fits[each.number]) for each in entries}
    return Library(tuple(entries), fits, answers)


def _nothing_finished(standings: Mapping[int, Standing]) -> InvalidValue:
    ended = [each.entry for each in standings.values() if each.entry is not None]
    failed = [each for each in ended if each.status is TrialStatus.FAILED]
    if failed:
        names = f"{len(failed)} candidates" if len(failed) > 1 else "The only candidate"
        return InvalidValue(
            f"{names} failed. The first one, {failed[0].candidate.name}: {failed[0].reason}",
            fix="Train one algorithm by its name to see what stands in the way.",
        )
    return InvalidValue(
        "No model was finished within the time limit.",
        fix="Allow more time with --time-limit, or leave columns or rows out.",
    )


def _leaderboard(judge: Judge, race: Race, blend: Blend, *, ending: Ending) -> Leaderboard:
    weights = blend.weights
    entries = tuple(replace(e, weight=weights.get(e.number, 0.0)) for e in race.entries)
    plan, card, rows = judge.plan, judge.metric.card, race.arena.rows
    weight = None if plan.weight is None else plan.weight[rows]
    # Of a candidate that did not finish every fold, some rows have no answer.
    kept = np.isfinite(blend.scores).all(axis=1)
    return Leaderboard(
        metric=card.key,
        metric_title=card.title,
        n_folds=len(race.arena.folds),
        n_rows=len(rows),
        entries=entries,
        tied=_tied(judge, race.arena, entries),
        blend_score=score_once(
            judge.metric,
            plan.y[rows][kept],
            scores=blend.scores[kept],
            task=plan.task,
            weight=None if weight is None else weight[kept],
        ),
        ending=ending,
        duration_s=0.0,
        time_limit_s=None,
    )


def _tied(judge: Judge, arena: Arena, entries: Sequence[Entry]) -> tuple[int, ...]:
    """Return the numbers of the entries that folds cannot tell from the best one."""
    card = judge.metric.card
    complete = [each for each in entries if each.is_complete]
    goodness = {
        each.number: [card.goodness(score) for score in each.fold_scores if score is not None]
        for each in complete
    }
    if not complete:
        return ()
    best = max(complete, key=lambda each: each.goodness or 0.0)
    held_ratio = [len(f.held) / (len(f.teaching) + len(f.stopping)) for f in arena.folds]
    return tied_with(best.number, goodness, held_ratio=float(np.mean(held_ratio)))
