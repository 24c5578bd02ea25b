"""Small arenas, entries and fits for the tests of AutoML."""

import datetime as dt
from dataclasses import replace

import numpy as np
import polars as pl

from modelyard.catalog import Catalog
from modelyard.domain.columns import Column, ColumnKind
from modelyard.domain.configs import PreparationConfig, TrainingConfig
from modelyard.domain.leaderboards import Candidate, Entry
from modelyard.domain.splits import Shares
from modelyard.domain.tables import RawTable, SourceFacts
from modelyard.domain.tasks import Task
from modelyard.domain.trials import TrialStatus
from modelyard.engine.automl.arenas import Arena, Fold, build_arena
from modelyard.engine.automl.fits import FoldFit, Request, fit_candidate
from modelyard.engine.fitting import FitPlan
from modelyard.engine.parameters import resolve_parameters
from modelyard.engine.planning import judge_of, plan_training, streams_of
from modelyard.engine.workshop import Workshop
from modelyard.protocols.progress import Silence
from modelyard.runtime.blocks import Blocks

CATALOG = Catalog()


def plan(n=120, *, task=Task.BINARY, seed=0):
    """Return a plan over two numbers and a word, which say something of the target."""
    rng = np.random.default_rng(seed)
    numbers = rng.normal(size=(n, 2))
    words = np.array([["red"], ["green"], ["blue"]], dtype=object)[rng.integers(0, 3, n)]
    signal = numbers[:, 0] + (words[:, 0] == "red") + rng.normal(scale=0.5, size=n)
    y = signal if task is Task.REGRESSION else (signal > 0.3).astype(np.int64)
    return FitPlan(
        blocks=Blocks(("a", "b"), ("c",), numbers, words),
        y=y,
        columns=(
            Column("a", ColumnKind.NUMERIC),
            Column("b", ColumnKind.NUMERIC),
            Column("c", ColumnKind.CATEGORY),
        ),
        target="y",
        task=task,
        labels=() if task is Task.REGRESSION else ("no", "yes"),
        algorithm=CATALOG.algorithms()["blending"],
        parameters={},
        preparation=PreparationConfig(),
        transforms=CATALOG.transforms(),
        n_threads=1,
    )


def arena(n=120, *, n_folds=3, task=Task.BINARY):
    """Return an arena of all rows of a plan."""
    rows = np.random.default_rng(1).permutation(n)
    held = [np.sort(part) for part in np.array_split(rows, n_folds)]
    folds = []
    for number, part in enumerate(held):
        rest = np.setdiff1d(np.arange(n), part)
        folds.append(Fold(rest[10:], rest[:10], part, number))
    rows, none = np.arange(n), np.arange(0)
    return Arena(plan(n, task=task), tuple(folds), rows, np.zeros(n, dtype=bool), rows, none, 7)


def candidate(key="ridge", *, name=None, **parameters):
    """Return a candidate of an algorithm."""
    card = CATALOG.algorithms()[key].card
    return Candidate(name or f"{key}-1", key, resolve_parameters(card, parameters), "a test")


def fits_of(one, place):
    """Fit a candidate on all folds of an arena, in this process."""
    folds = tuple(range(len(place.folds)))
    request = Request(one, CATALOG.algorithms()[one.algorithm], folds, 1)
    return list(fit_candidate(place, request))


def entry(number, *, goodness, one=None, row_us=50.0, size_bytes=1_000, folds=3):
    """Return the entry of a candidate that was scored on every fold."""
    return Entry(
        number=number,
        candidate=one or candidate(name=f"ridge-{number}"),
        status=TrialStatus.SUCCEEDED,
        score=goodness,
        goodness=goodness,
        fold_scores=(goodness,) * folds,
        row_us=row_us,
        size_bytes=size_bytes,
    )


def answering(entry_number, place, scores):
    """Return fits that answer with given scores."""
    return [
        FoldFit(at, scores[place.places(at)], {}, b"", {}, fold.teaching, 0.1, 10.0, 1.0, 0.0)
        for at, fold in enumerate(place.folds)
    ]


def of_status(made, status, reason=""):
    """Return an entry that ended otherwise."""
    return replace(made, status=status, score=None, goodness=None, reason=reason)


def dealt(n_rows, *, seconds, time=None, group=None, y=None, n_again=0):
    """Return the arena of a table of numbers, `n_again` of them twice, and its training's judge."""
    rng = np.random.default_rng(0)
    days = [dt.date(1990, 1, 1) + dt.timedelta(days=at) for at in range(n_rows)]
    columns = {"a": rng.normal(size=n_rows), "b": rng.normal(size=n_rows), "day": days}
    columns["of"] = [f"g{at % 30}" for at in range(n_rows)]
    frame = pl.DataFrame({**columns, "y": rng.normal(size=n_rows) if y is None else y})
    frame = pl.concat([frame, frame.head(n_again)])
    config = TrainingConfig(
        target="y",
        algorithm="blending",
        time=time,
        group=group,
        shares=Shares(0.9, 0.0, 0.1),
        accepted=frozenset(CATALOG.checks()),
    )
    workshop = Workshop(CATALOG, lambda: 0.0, Silence(), 1)
    planned = plan_training(
        RawTable(frame, SourceFacts("memory", sha256="0" * 64)), config, workshop=workshop
    )
    rngs = streams_of(0)
    judge = judge_of(
        planned.plan, planned.table, config=config, workshop=workshop, rng=rngs["split"]
    )
    return build_arena(judge, seconds=seconds, rng=rngs["fit"]), judge
