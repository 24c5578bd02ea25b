"""Fits a candidate fold by fold where it can be stopped, and leaves graphs and recipes."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf
from statistics import median
from typing import Any

import numpy as np
import numpy.typing as npt

from modelyard.domain.errors import ParityExceeded
from modelyard.domain.leaderboards import Candidate
from modelyard.domain.tasks import Task
from modelyard.engine.automl.arenas import Arena, Fold
from modelyard.engine.fitting import FitPlan, Fitted, IntArray, fit
from modelyard.engine.preparing import rows_of
from modelyard.kit.hashing import canonical_json, sha256_of
from modelyard.packaging.parity import TOLERANCE
from modelyard.protocols.algorithms import Algorithm
from modelyard.protocols.progress import Silence
from modelyard.runtime.blocks import Blocks
from modelyard.runtime.recipes import Recipe
from modelyard.runtime.sessions import Session

FloatArray = npt.NDArray[np.float64]

# In place of the number of a fold: all rows outside the test part, and those of it as well.
ALL_ROWS, FULL = -1, -2
# Rows on which the graph is held against the library with cells emptied and replaced.
_ODD_ROWS, _ODD_SHARE = 300, 0.2
_UNSEEN = "\N{SNOWMAN} never seen in training"
# Fewer folds have no others to settle a fit.
_MIN_FOLDS = 2
# The hyperparameter of those that held-out rows stop; 0 for never.
_PATIENCE = "early_stopping_rounds"
# Rows that are timed one by one; the least tells what one takes, whatever else the machine does.
_TIMED_ROWS = 15
# Rows that are timed together, and how often. Where a fold holds out fewer they are taken more than
# once: each of 30 rows would seem to take ten times what each of many does.
_MANY_ROWS, _TIMES = 1_000, 2
# How often rows are answered one by one by what is made of several models.
_PASSES = 3


@dataclass(frozen=True)
class Request:
    """A candidate to fit.

    Attributes:
        algorithm: that the candidate names.
        folds: numbers of those that are to be fitted, in this order; `ALL_ROWS` or `FULL` for one
            model of all rows, which has none to stop by.
        n_threads: of one fit.
    """

    candidate: Candidate
    algorithm: Algorithm
    folds: tuple[int, ...]
    n_threads: int


@dataclass(frozen=True)
class FoldFit:
    """One fitted model in the form of a package, and what it answers for rows that it never saw.

    Attributes:
        fold: number of the fold, `ALL_ROWS` or `FULL`.
        scores: (n, m) of the rows that the fold holds out, by the library that trained it; no rows
            where all have taught.
        recipe: as `Recipe.to_dict` writes it.
        graph: an ONNX model.
        parameters: every hyperparameter with its final value.
        taught: positions of the rows that it learned from.
        fit_s: wall seconds, answers and proof included.
        row_us: microseconds that one row takes, the recipe included.
        batch_us: microseconds that each of many rows takes.
        difference: the largest between library and graph.
        recipe_us: of `batch_us`, what the recipe takes.
        recipe_mark: the same for equal recipes of one fold, which members of a blend share.
    """

    fold: int
    scores: FloatArray
    recipe: Mapping[str, Any]
    graph: bytes
    parameters: Mapping[str, Any]
    taught: IntArray
    fit_s: float
    row_us: float
    batch_us: float
    difference: float
    recipe_us: float = 0.0
    recipe_mark: str = ""


def fit_candidate(arena: Arena, request: Request) -> Iterator[FoldFit]:
    """Fit a candidate on one fold after the other.

    Raises:
        ValueError: if its scores are not finite.
        ParityExceeded: if its graph does not answer as its library does.
    """
    plan = plan_of(arena.plan, request.candidate, algorithm=request.algorithm)
    plan = replace(plan, n_threads=request.n_threads)
    rounds = _rounds(arena, plan, request.folds)
    timed: _Timed | None = None
    for number in request.folds:
        started = time.monotonic()
        if rounds:
            others = by_others(arena, rounds, number=number)
            settled = settled_by(request.candidate.parameters, others)
            plan = replace(plan, parameters=settled)
        fold = _fold(arena, number)
        rng = np.random.default_rng(fold.seed)
        fitted = fit(plan, fold.teaching, validation=fold.stopping, rng=rng, progress=Silence())
        held = rows_of(plan.blocks, fold.held)
        scores = fitted.scores(held)
        if not np.isfinite(scores).all():
            raise ValueError("its scores are not finite")
        difference = _proved(fitted, plan, held=held, scores=scores, rng=rng)
        # Models of other folds are as large.
        timed = timed or _timed(fitted, held)
        recipe = fitted.recipe.to_dict()
        yield FoldFit(
            fold=number,
            scores=scores if number >= 0 else scores[:0],
            recipe=recipe,
            graph=fitted.session.content,
            parameters=dict(fitted.model.parameters),
            taught=fitted.taught,
            fit_s=time.monotonic() - started,
            row_us=timed.row_us,
            batch_us=timed.batch_us,
            difference=difference,
            recipe_us=timed.recipe_us,
            recipe_mark=sha256_of(canonical_json(recipe)),
        )


def _fold(arena: Arena, number: int) -> Fold:
    whole = {ALL_ROWS: arena.whole, FULL: arena.full}
    return whole[number] if number in whole else arena.folds[number]


def plan_of(plan: FitPlan, candidate: Candidate, *, algorithm: Algorithm) -> FitPlan:
    """Return what is fitted for a candidate, in place of what the training would fit."""
    words: dict[str, Any] = dict(candidate.preparation)
    return replace(
        plan,
        algorithm=algorithm,
        parameters=candidate.parameters,
        preparation=replace(plan.preparation, **words),
        members=(),
        holds_validation=False,
        is_log=candidate.is_log,
    )


def _rounds(arena: Arena, plan: FitPlan, folds: Sequence[int]) -> dict[int, Mapping[str, Any]]:
    """Return for each fold the hyperparameters that its held-out rows settle by stopping the fit.

    A fold is then fitted by what others have settled, so that its own rows have no part in it.
    Empty where nothing is to be settled, or where rows were spared for it.
    """
    spares = any(len(arena.folds[at].stopping) for at in folds if at >= 0)
    if spares or len(folds) < _MIN_FOLDS or not is_stopped(plan.algorithm, plan.parameters):
        return {}
    found = {}
    for at in folds:
        fold = arena.folds[at]
        rng = np.random.default_rng(fold.seed)
        fitted = fit(plan, fold.teaching, validation=fold.held, rng=rng, progress=Silence())
        found[at] = fitted.model.parameters
    return found


def is_stopped(algorithm: Algorithm, parameters: Mapping[str, Any]) -> bool:
    """Return whether rows that are held out stop a fit with these hyperparameters."""
    return algorithm.card.needs.wants_validation and parameters.get(_PATIENCE) != 0


def by_others(
    arena: Arena, rounds: Mapping[int, Mapping[str, Any]], *, number: int
) -> list[Mapping[str, Any]]:
    """Return what was settled by folds that hold out none of the rows of one fold.

    Where rows are dealt twice, most folds of the other deal hold out some of them.
    """
    held = arena.folds[number].held if number >= 0 else ()
    apart = [at for at in rounds if not np.isin(arena.folds[at].held, held).any()]
    return [rounds[at] for at in apart or [at for at in rounds if at != number]]


def settled_by(
    parameters: Mapping[str, Any], finals: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """Return hyperparameters with the mean of what stopping left of them, where it left others."""
    settled = dict(parameters)
    for name, given in parameters.items():
        values = [each.get(name, given) for each in finals]
        is_counted = all(isinstance(each, int) and not isinstance(each, bool) for each in values)
        if is_counted and any(each != given for each in values):
            settled[name] = max(round(sum(values) / len(values)), 1)
    return settled


def _proved(
    fitted: Fitted, plan: FitPlan, *, held: Blocks, scores: FloatArray, rng: np.random.Generator
) -> float:
    """Return the largest difference between graph and library, on rows as they are and odd ones."""
    odd = _odd(rows_of(held, np.arange(min(_ODD_ROWS, held.n_rows))), rng)
    scale = float(np.std(plan.y)) if plan.task is Task.REGRESSION else 1.0
    largest = 0.0
    for blocks, expected in ((held, scores), (odd, fitted.scores(odd))):
        apart = np.abs(fitted.packaged_scores(blocks) - expected)
        bound = np.maximum(np.abs(expected), scale) if plan.task is Task.REGRESSION else 1.0
        largest = max(largest, float(np.max(apart / bound, initial=0.0)))
    if not largest <= TOLERANCE:
        raise ParityExceeded(
            f"Its graph differs by {largest:.2g} from {plan.algorithm.card.title} itself."
        )
    return largest


def _odd(blocks: Blocks, rng: np.random.Generator) -> Blocks:
    """Return rows with a share of their cells emptied, or never seen before."""
    numbers, strings = blocks.numbers.copy(), blocks.strings.copy()
    numbers[rng.random(numbers.shape) < _ODD_SHARE] = np.nan
    drawn = rng.random(strings.shape)
    strings[drawn < _ODD_SHARE] = None
    strings[drawn > 1 - _ODD_SHARE] = _UNSEEN
    return replace(blocks, numbers=numbers, strings=strings)


@dataclass(frozen=True)
class _Timed:
    """Microseconds: of one row alone, of each of many, and of the recipe for each of many."""

    row_us: float
    batch_us: float
    recipe_us: float


def _timed(fitted: Fitted, held: Blocks) -> _Timed:
    rows = [rows_of(held, np.array([at])) for at in range(min(_TIMED_ROWS, held.n_rows))]
    many = rows_of(held, np.resize(np.arange(held.n_rows), _MANY_ROWS))
    alone = min(_seconds(fitted.packaged_scores, each) for each in rows)
    together = min(_seconds(fitted.packaged_scores, many) for _ in range(_TIMES))
    prepared = min(_seconds(fitted.recipe.apply, many) for _ in range(_TIMES))
    each_us = 1e6 / many.n_rows
    return _Timed(alone * 1e6, together * each_us, min(prepared, together) * each_us)


def row_us(fitted: Fitted, blocks: Blocks, *, enough_us: float = 0.0) -> float:
    """Return the median of the microseconds that rows take one by one, of the fastest pass.

    What else the machine does can only add.

    Args:
        fitted: that answers as its package will.
        blocks: the rows.
        enough_us: so fast that it need not be known more exactly.
    """
    rows = [rows_of(blocks, np.array([at])) for at in range(blocks.n_rows)]
    fastest = inf
    for _ in range(_PASSES):
        fastest = min(fastest, median(_seconds(fitted.packaged_scores, e) for e in rows) * 1e6)
        if fastest <= enough_us:
            break
    return fastest


def _seconds(answer: Callable[[Blocks], object], blocks: Blocks) -> float:
    started = time.perf_counter()
    answer(blocks)
    return time.perf_counter() - started


@dataclass(frozen=True)
class GraphModel:
    """A fitted model of which the graph is left. Fulfils `FittedModel`."""

    content: bytes
    parameters: Mapping[str, Any]
    session: Session

    def scores(self, X: FloatArray) -> FloatArray:
        """Return what the graph answers."""
        return self.session.scores(X)

    def to_onnx(self) -> bytes:
        """Return the graph."""
        return self.content


def revive(found: FoldFit) -> Fitted:
    """Return what was fitted elsewhere, as a recipe and a model that answers by its graph."""
    model = GraphModel(found.graph, found.parameters, Session(found.graph))
    recipe = Recipe.from_dict(found.recipe)
    return Fitted(recipe, model, taught=found.taught, n_stopping=0, n_left_out=0)
