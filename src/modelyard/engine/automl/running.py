"""One AutoML run: from a split to the model that its time has bought."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from modelyard.catalog import pick
from modelyard.domain.automl import AutoMLConfig
from modelyard.domain.leaderboards import Entry, Leaderboard, Shipped
from modelyard.domain.learning import LearningCurve
from modelyard.domain.outlooks import Outlook
from modelyard.domain.trials import Ending
from modelyard.engine.automl.arenas import Arena, build_arena
from modelyard.engine.automl.blends import Blend, Library
from modelyard.engine.automl.ceilings import ceiling_of
from modelyard.engine.automl.choosing import Choice, Chooser, library_of
from modelyard.engine.automl.entering import ranking, score_of_fold
from modelyard.engine.automl.fewer_rows import LearningFits
from modelyard.engine.automl.fits import ALL_ROWS, FULL, FoldFit
from modelyard.engine.automl.foreseeing import foresee, require_time
from modelyard.engine.automl.journals import Journal, telling_what_is_kept
from modelyard.engine.automl.lineups import Lineup
from modelyard.engine.automl.places import require_room
from modelyard.engine.automl.portfolio import Explorer, competing, portfolio
from modelyard.engine.automl.races import Race
from modelyard.engine.automl.reckoning import reckoned
from modelyard.engine.automl.resuming import resumed
from modelyard.engine.automl.standings import Rules
from modelyard.engine.evaluation.judging import Judge
from modelyard.engine.fitting import Fitted, IntArray
from modelyard.engine.workshop import Workshop
from modelyard.protocols.executors import Pool
from modelyard.reporting.outlook_views import outlook_sentences

FloatArray = npt.NDArray[np.float64]

# Kept for what comes after the last fit: merging, measuring, proving, the report and the package,
# where each column is described and read once more (20 s of 10,000).
_RESERVE_S, _RESERVE_SHARE, _RESERVE_COLUMN_S = 3.0, 0.02, 0.002


@dataclass(frozen=True)
class Raced:
    """What a run has bought.

    Attributes:
        fitted: the blend.
        full: the same with members that were taught every row, those of the test part included;
            None where there was no time for all, or it was not asked for.
        rows: positions of the rows on which it was chosen, those of which no equal was taught.
        scores: (n, m) of these rows, by models that were not taught them.
        learning: what fewer rows taught the best candidate; None where there was no time for it.
    """

    fitted: Fitted
    full: Fitted | None
    rows: IntArray
    scores: FloatArray
    leaderboard: Leaderboard
    learning: LearningCurve | None = None


def run_automl(
    judge: Judge, config: AutoMLConfig, *, pool: Pool, rng: np.random.Generator
) -> Raced:
    """Let candidates compete, blend the best and return the blend.

    Args:
        judge: of the training; its test rows are not touched. Its plan names the algorithm that
            combines the candidates.
        config: what is asked for.
        pool: in which nothing has run.
        rng: all randomness.

    Raises:
        InvalidValue: if no candidate succeeded, none can take part, or none has room in memory.
        TooFewRows: if the rows cannot be dealt into folds.
        KeyboardInterrupt: if it was interrupted before anything had been finished.
    """
    workshop = judge.workshop
    deal_rng, explore_rng, blend_rng = rng.spawn(3)
    begun, limit = workshop.clock(), config.time_limit_s
    arena = build_arena(judge, seconds=_seconds(workshop, limit), rng=deal_rng)
    judge = ranking(judge, arena)
    outlook = foresee(judge, arena, config=config, time_s=_time_s(judge, limit))
    for told in outlook_sentences(outlook):
        workshop.progress.stage(told.rstrip("."))
    # While the race goes on and when it has ended: what time was kept for is what is then chosen.
    pool.share(arena)
    chooser = Chooser(config.serve, int(blend_rng.integers(2**63)))
    race, journal = _race(judge, arena, config, pool=pool, rng=explore_rng, chooser=chooser)
    with telling_what_is_kept(journal):
        _require_a_chance(race, outlook, limit_s=limit)
        ending = race.run()
        workshop.progress.stage("Blending the best")
        is_whole = ending is not Ending.INTERRUPTED and not _has_new_labels(judge)
        fits_full = config.refits_full and is_whole
        choice = _choose(race, config, chooser=chooser, fits_full=fits_full)
    library, blend = choice.library, choice.blend
    board = _leaderboard(judge, race, library.shipped, blend=blend, ending=ending)
    board = replace(
        reckoned(board, judge, arena=arena, library=library),
        ceiling=ceiling_of(judge, arena.rows[arena.are_new], scores=blend.scores[arena.are_new]),
        duration_s=workshop.clock() - begun,
        time_limit_s=limit,
        journal="" if journal is None else journal.folder.name,
        outlook=outlook,
    )
    rows, scores = answered(arena.rows[arena.are_new], blend.scores[arena.are_new])
    full, learning = choice.full(judge.plan), race.learning.curve()
    return Raced(choice.fitted, full, rows, scores, leaderboard=board, learning=learning)


def _require_a_chance(race: Race, outlook: Outlook, *, limit_s: float | None) -> None:
    """Refuse to begin where no fit has room, or time unless an earlier run has finished one."""
    require_room(race.pool, outlook)
    if limit_s is not None and not race.standings:
        require_time(race.judge.workshop.clock() - race.began, limit_s)


def _has_new_labels(judge: Judge) -> bool:
    """Return whether test rows alone have a label: calibration and threshold know nothing of it."""
    if not judge.plan.task.is_classification:
        return False
    y, parts = judge.plan.y, judge.split
    known = np.concatenate([y[parts.train], y[parts.validation]])
    return not np.isin(y[parts.test], known).all()


def answered(rows: IntArray, scores: FloatArray) -> tuple[IntArray, FloatArray]:
    """Return the rows that have answers: a candidate that lacks a fold leaves some without.

    Args:
        rows: (n,) positions.
        scores: (n, m), NaN where nothing answered.
    """
    kept = np.isfinite(scores).all(axis=1)
    return rows[kept], scores[kept]


def look_ahead(judge: Judge, config: AutoMLConfig, *, rng: np.random.Generator) -> Outlook:
    """Return what `run_automl` is likely to come to with the same arguments, without running.

    Raises:
        InvalidValue: if no algorithm can take part.
        TooFewRows: if the rows cannot be dealt into folds.
    """
    deal_rng, *_ = rng.spawn(3)
    workshop, limit = judge.workshop, config.time_limit_s
    arena = build_arena(judge, seconds=_seconds(workshop, limit), rng=deal_rng)
    return foresee(judge, arena, config=config, time_s=_time_s(judge, limit))


def _seconds(workshop: Workshop, limit_s: float | None) -> float | None:
    """Return the seconds of all cores together."""
    return None if limit_s is None else limit_s * workshop.n_threads


def _time_s(judge: Judge, limit_s: float | None) -> float | None:
    """Return the seconds that are left for fits."""
    if limit_s is None:
        return None
    deadline = _began(judge.workshop) + limit_s - _reserve_s(judge, limit_s)
    return max(deadline - judge.workshop.clock(), 0.0)


def _reserve_s(judge: Judge, limit_s: float | None) -> float:
    """Return the seconds that are kept for what comes after the last fit."""
    if limit_s is None:
        return 0.0
    wanted = _RESERVE_S + _RESERVE_SHARE * limit_s + _RESERVE_COLUMN_S * len(judge.plan.columns)
    return min(wanted, limit_s / 2)


def _began(workshop: Workshop) -> float:
    """Return the moment at which the training began, now where it is not known."""
    return workshop.clock() if workshop.begun is None else workshop.begun


def _race(
    judge: Judge,
    arena: Arena,
    config: AutoMLConfig,
    *,
    pool: Pool,
    rng: np.random.Generator,
    chooser: Chooser,
) -> tuple[Race, Journal | None]:
    """Return a race that is ready to run, and what keeps what it finishes.

    What an earlier run had finished is not done again. By `chooser` it finds while it goes on what
    would be blended.
    """
    workshop, journal = judge.workshop, None
    if workshop.scratch is not None:
        journal = Journal(workshop.scratch, arena, metric=judge.metric.card.key)
    workshop.progress.stage(f"Letting candidates compete{workshop.ended_by}")
    algorithms = competing(workshop.catalog.algorithms(), judge.plan, only=config.algorithms)
    waiting = portfolio(algorithms, judge.plan, rows=arena.training, only=config.algorithms)
    searcher = pick(workshop.catalog.searchers(), config.searcher, shelf="searchers")

    def take_down(entry: Entry, fits: Sequence[FoldFit]) -> None:
        try:
            if journal is not None:
                journal.remember(entry, fits)
        except OSError as error:
            # A full disk does not end the run: it could only not be gone on with.
            name = entry.candidate.name
            workshop.progress.say(f"{name} cannot be kept for a run that goes on: {error}")
        if workshop.on_entry is not None:
            workshop.on_entry(entry)

    race = Race(
        judge=judge,
        arena=arena,
        algorithms=algorithms,
        lineup=Lineup(waiting, Explorer(algorithms, searcher, rng)),
        rules=_rules(judge, config),
        pool=pool,
        on_entry=take_down,
        likely=chooser.likely,
        chosen=chooser.chosen,
        learning=LearningFits(judge, arena, algorithms),
        began=_began(workshop),
    )
    if journal is not None:
        _go_on(race, journal)
    return race, journal


def _rules(judge: Judge, config: AutoMLConfig) -> Rules:
    limit_s = config.time_limit_s
    return Rules(
        deadline=None if limit_s is None else _began(judge.workshop) + limit_s,
        reserve_s=_reserve_s(judge, limit_s),
        n_candidates=config.n_trials,
        n_threads=1,
        in_order=config.is_deterministic,
        serve=config.serve,
        refits_full=config.refits_full,
    )


def _go_on(race: Race, journal: Journal) -> None:
    """Take in what a run that did not end had finished."""
    known = resumed(journal.recall(), waiting=race.lineup.waiting, rules=race.rules)
    if known:
        told = f"going on from {len(known)} candidates of a run that did not end"
        race.judge.workshop.progress.say(told)
    race.go_on_from(known)
    if race.judge.workshop.on_entry is not None:
        for entry in race.entries:
            race.judge.workshop.on_entry(entry)


def _choose(race: Race, config: AutoMLConfig, *, chooser: Chooser, fits_full: bool) -> Choice:
    library = library_of(race, serve=config.serve)
    if config.is_deterministic:
        # What a clock has measured may not choose.
        entries = tuple(replace(each, row_us=0.0, batch_us=0.0) for each in library.entries)
        library = replace(library, entries=entries)
    return chooser.choose(library, race, until=race.latest, fits_full=fits_full)


def _leaderboard(
    judge: Judge, race: Race, library: Library, *, blend: Blend, ending: Ending
) -> Leaderboard:
    weights, card, rows = blend.weights, judge.metric.card, race.arena.rows
    entries = tuple(
        replace(each, weight=weights[each.number], shipped=_shipped(library.models(each.number)))
        if each.number in weights
        else each
        for each in race.entries
    )
    return Leaderboard(
        metric=card.key,
        metric_title=card.title,
        n_folds=len(race.arena.folds),
        n_rows=len(rows),
        n_again=int(race.arena.are_again.sum()),
        entries=entries,
        tied=(),
        blend_score=_score(judge, race.arena, library, weights=blend.weights),
        ending=ending,
        duration_s=0.0,
        time_limit_s=None,
        serve=race.rules.serve,
        free_score=_score(judge, race.arena, library, weights=blend.free),
    )


def _score(judge: Judge, arena: Arena, library: Library, *, weights: Mapping[int, float]) -> float:
    """Return the mean metric of a blend over the folds, as candidates are scored.

    NaN where not one of them can be scored, as where each lacks a class.
    """
    found = []
    for fold in range(len(arena.folds)):
        fits = [
            (each, w) for n, w in weights.items() for each in library.fits[n] if each.fold == fold
        ]
        if len(fits) == len(weights):
            scores = np.asarray(sum(each.scores * weight for each, weight in fits))
            found.append(score_of_fold(scores, fold, judge=judge, arena=arena))
    known = [score for score in found if np.isfinite(score)]
    return float(np.mean(known)) if known else float("nan")


def _shipped(models: Sequence[FoldFit]) -> Shipped:
    return Shipped(
        n_models=len(models),
        is_refitted=models[0].fold in {ALL_ROWS, FULL},
        row_us=sum(each.row_us for each in models),
        batch_us=sum(each.batch_us for each in models),
        size_bytes=sum(len(each.graph) for each in models),
        is_full=models[0].fold == FULL,
    )
