"""Blends: what is chosen from, what answering may cost, and the one model that members become."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import inf
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from modelyard.domain.automl import BALANCED, BEST, FAST
from modelyard.domain.columns import Column, ColumnKind
from modelyard.domain.leaderboards import Entry
from modelyard.engine.automl.arenas import Arena
from modelyard.engine.automl.fits import FoldFit, revive
from modelyard.engine.ensembles.combining import merged
from modelyard.engine.fitting import FitPlan, Fitted
from modelyard.packaging.graphs.mixtures import MeanOfMembers

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Bounds:
    """What a blend may cost.

    Attributes:
        row_us: microseconds of one row.
        batch_us: microseconds of each of many rows.
        size_bytes: of all graphs.
        n_members: candidates.
        whole_us: microseconds of one row by what they become together, where the others are sums.
    """

    row_us: float
    batch_us: float
    size_bytes: float
    n_members: int
    whole_us: float = inf


# One row in a millisecond, 50,000 of a batch of ten columns in a second on two cores, a package of
# 25 MB; five milliseconds where accuracy is all. What reading, merging and the caches of the
# processor add is left room for: dozens of models of small tables took up to four times what they
# took one by one, which is why the whole is timed as well.
_BOUNDS = {
    FAST: Bounds(row_us=500, batch_us=24, size_bytes=20e6, n_members=1, whole_us=800),
    BALANCED: Bounds(row_us=500, batch_us=24, size_bytes=20e6, n_members=25, whole_us=800),
    BEST: Bounds(row_us=1_500, batch_us=1_000, size_bytes=500e6, n_members=25, whole_us=4_000),
}
_COLUMNS = 10
# A text takes as long as so many numbers, for every member that was taught other rows: fifteen
# words 17 microseconds, a number 0.3.
_AS_COLUMNS = MappingProxyType({ColumnKind.TEXT: 50})


def bounds_of(serve: str, columns: Sequence[Column]) -> Bounds:
    """Return what a blend may cost: many columns, and texts, take longer to read and prepare.

    Args:
        serve: how much answers may cost, in a word.
        columns: the features.
    """
    bounds = _BOUNDS[serve]
    n_columns = sum(_AS_COLUMNS.get(column.kind, 1) for column in columns)
    return replace(bounds, batch_us=bounds.batch_us * max(1.0, n_columns / _COLUMNS))


@dataclass(frozen=True)
class Blend:
    """Candidates that answer together.

    Attributes:
        weights: number of an entry to its weight; they sum to 1.
        scores: (n, m) of the blend for the rows of the arena, by models that were not taught them.
        free: weights that would lose least if serving had no bounds.
    """

    weights: Mapping[int, float]
    scores: FloatArray
    free: Mapping[int, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Library:
    """What there is to choose from.

    Attributes:
        entries: complete ones, the best first.
        fits: number of an entry to its fits, one for each fold.
        answers: number of an entry to its (n, m) scores of the rows of the arena.
        n_models: number of an entry to how many models will answer for it: one of all rows, or one
            of each fold.
        refits: number of an entry to its one model of all rows outside the test part, where it has
            been fitted.
        full: the same of every row, those of the test part included; of all members or of none.
    """

    entries: tuple[Entry, ...]
    fits: Mapping[int, Sequence[FoldFit]]
    answers: Mapping[int, FloatArray]
    n_models: Mapping[int, int]
    refits: Mapping[int, FoldFit] = field(default_factory=dict)
    full: Mapping[int, FoldFit] = field(default_factory=dict)

    @property
    def shipped(self) -> "Library":
        """The same with models of every row where there are any."""
        return replace(self, refits={**self.refits, **self.full})

    def row_us(self, entry: Entry) -> float:
        """Return the microseconds that an entry takes to answer one row."""
        return entry.row_us * self._share(entry)

    def batch_us(self, entry: Entry) -> float:
        """Return the microseconds that an entry takes for each of many rows."""
        return entry.batch_us * self._share(entry)

    def batch_us_of(self, entries: Sequence[Entry]) -> float:
        """Return the microseconds that a blend takes for each of many rows.

        Members whose recipes are equal share one: those of all rows, or those of the folds.
        """
        alone = sum(map(self.batch_us, entries))
        shared: dict[tuple[str, int, bool], list[float]] = {}
        for entry in entries:
            number, n_models = entry.number, self.n_models[entry.number]
            first = self.fits[number][0]
            key = (first.recipe_mark or str(number), n_models, number in self.refits)
            shared.setdefault(key, []).append(first.recipe_us * n_models)
        return alone - sum(sum(each) - max(each) for each in shared.values())

    def size_bytes(self, entry: Entry) -> float:
        """Return the bytes of the graphs that an entry adds."""
        return entry.size_bytes * self._share(entry)

    def models(self, number: int) -> Sequence[FoldFit]:
        """Return the models that answer for an entry, alike in weight."""
        return (self.refits[number],) if number in self.refits else self.fits[number]

    def mixed(self, weights: Mapping[int, float]) -> FloatArray:
        """Return (n, m) the weighted sum of the answers of some entries."""
        return np.asarray(sum(self.answers[at] * weight for at, weight in weights.items()))

    def _share(self, entry: Entry) -> float:
        return self.n_models[entry.number] / len(self.fits[entry.number])


def is_too_dear(entry: Entry, bounds: Bounds) -> bool:
    """Return whether one model of a candidate alone passes the bounds."""
    n_models = len(entry.fold_scores)
    return (
        entry.row_us > n_models * bounds.row_us
        or entry.batch_us > n_models * bounds.batch_us
        or entry.size_bytes > n_models * bounds.size_bytes
    )


def answers_of(arena: Arena, fits: Sequence[FoldFit]) -> FloatArray:
    """Return (n, m) scores of the rows of the arena, each by models that were not taught it."""
    scores = np.zeros((len(arena.rows), fits[0].scores.shape[1]))
    counts = np.zeros((len(arena.rows), 1))
    for each in fits:
        at = arena.places(each.fold)
        scores[at] += each.scores
        counts[at] += 1
    with np.errstate(invalid="ignore"):
        return scores / counts


def assemble(plan: FitPlan, library: Library, *, weights: Mapping[int, float]) -> Fitted:
    """Return one recipe and one model: the mean of every fold's model of each member."""
    named, shares = [], []
    for number, weight in weights.items():
        models = library.models(number)
        for at, each in enumerate(models, start=1):
            name = _name_of(library, number)
            named.append((name if len(models) == 1 else f"{name}/{at}", revive(each)))
            shares.append(weight / len(models))
    n_outputs = len(plan.labels) or 1
    entries = tuple(
        {"name": name, "parameters": dict(fit.model.parameters), "weight": share}
        for (name, fit), share in zip(named, shares, strict=True)
    )
    combiner = MeanOfMembers(np.array(shares), n_outputs, {"members": entries})
    recipe, model = merged(plan, named, combiner=combiner)
    taught = np.unique(np.concatenate([each.taught for _, each in named]))
    return Fitted(recipe, model, taught=taught, n_stopping=0, n_left_out=0)


def _name_of(library: Library, number: int) -> str:
    return next(each.candidate.name for each in library.entries if each.number == number)
