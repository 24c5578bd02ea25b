"""Chooses which candidates answer together and how much each counts, as serving allows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from modelyard.domain.automl import BALANCED, BEST, FAST
from modelyard.domain.leaderboards import Entry
from modelyard.engine.automl.arenas import Arena
from modelyard.engine.automl.fits import FoldFit, revive
from modelyard.engine.ensembles.combining import merged
from modelyard.engine.fitting import FitPlan, Fitted
from modelyard.engine.parameters import resolve_parameters
from modelyard.engine.weighting import teaching_weights
from modelyard.packaging.graphs.mixtures import MeanOfMembers
from modelyard.protocols.algorithms import Algorithm, FitInput

FloatArray = npt.NDArray[np.float64]

# Candidates that a blend chooses from, the best first: more fit the rows by chance (Caruana et al.
# (2004), section 2.3 keeps the best tenth of a library of thousands).
_CHOSEN_FROM = 25
# A member that counts less is left out: it costs as much to answer as any other.
_LEAST_WEIGHT = 0.02
# Beside the best candidate, where it alone takes all that is allowed.
_ROOM = 1.5
# Rows that weights are found on: those of a few thousand rows differ little from those of all.
_MOST_ROWS = 20_000


@dataclass(frozen=True)
class Bounds:
    """What a blend may cost.

    Attributes:
        row_us: microseconds of one row.
        batch_us: microseconds of each of many rows.
        size_bytes: of all graphs.
        n_members: candidates.
    """

    row_us: float
    batch_us: float
    size_bytes: float
    n_members: int


# One row in a millisecond, 50,000 of a batch of ten columns in a second on two cores, a package of
# 25 MB; five milliseconds where accuracy is all. What reading, merging and the caches of the
# processor add is left room for.
_BOUNDS = {
    FAST: Bounds(row_us=500, batch_us=22, size_bytes=20e6, n_members=1),
    BALANCED: Bounds(row_us=500, batch_us=22, size_bytes=20e6, n_members=25),
    BEST: Bounds(row_us=2_500, batch_us=1_000, size_bytes=500e6, n_members=25),
}
_COLUMNS = 10


def bounds_of(serve: str, n_columns: int) -> Bounds:
    """Return what a blend may cost: rows of many columns take longer to read and prepare as well.

    Args:
        serve: how much answers may cost, in a word.
        n_columns: of the features.
    """
    bounds = _BOUNDS[serve]
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
        refits: number of an entry to its one model of all rows, where it has been fitted.
    """

    entries: tuple[Entry, ...]
    fits: Mapping[int, Sequence[FoldFit]]
    answers: Mapping[int, FloatArray]
    n_models: Mapping[int, int]
    refits: Mapping[int, FoldFit] = field(default_factory=dict)

    def row_us(self, entry: Entry) -> float:
        """Return the microseconds that an entry takes to answer one row."""
        return entry.row_us * self._share(entry)

    def batch_us(self, entry: Entry) -> float:
        """Return the microseconds that an entry takes for each of many rows."""
        return entry.batch_us * self._share(entry)

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


def choose_blend(
    library: Library,
    arena: Arena,
    *,
    ensemble: Algorithm,
    bounds: Bounds,
    seed: int,
    most_rows: int = _MOST_ROWS,
) -> Blend:
    """Return the blend that loses least among those that serving allows.

    Members that cost most for what they count are left out until the bounds hold.

    Args:
        library: at least one entry.
        arena: of the entries.
        ensemble: finds the weights.
        bounds: of the blend; the cheapest entry alone may pass them.
        seed: of the search for weights, the same for each attempt.
        most_rows: that weights are found on.
    """
    candidates = list(library.entries[:_CHOSEN_FROM])
    bounds = _with_room(bounds, library)
    free: Mapping[int, float] = {}
    while True:
        weights = _weights(
            library, candidates, arena=arena, ensemble=ensemble, seed=seed, most_rows=most_rows
        )
        free = free or weights
        members = [entry for entry in candidates if entry.number in weights]
        if len(members) == 1:
            weights = {_lone(library, members[0], bounds=bounds).number: 1.0}
            break
        if _is_within(library, members, bounds=bounds):
            break
        candidates = _without_dearest(library, members, weights=weights, bounds=bounds)
    return Blend(weights, library.mixed(weights), free)


def _weights(
    library: Library,
    entries: Sequence[Entry],
    *,
    arena: Arena,
    ensemble: Algorithm,
    seed: int,
    most_rows: int,
) -> dict[int, float]:
    """Return the weights that lose least, without those that count for little."""
    if len(entries) == 1:
        return {entries[0].number: 1.0}
    plan, rng = arena.plan, np.random.default_rng(seed)
    at = np.arange(len(arena.rows))
    if len(at) > most_rows:
        at = np.sort(rng.choice(at, most_rows, replace=False))
    rows = arena.rows[at]
    weights = teaching_weights(
        plan.weight, plan.class_weight, y=plan.y, taught=rows, labels=plan.labels
    )
    members = tuple({"name": str(each.number)} for each in entries)
    model = ensemble.fit(
        FitInput(
            X=np.hstack([library.answers[each.number][at] for each in entries]),
            y=plan.y[rows],
            feature_names=(),
            task=plan.task,
            n_classes=len(plan.labels),
            parameters={**resolve_parameters(ensemble.card, {}), "members": members},
            rng=rng,
            weight=None if weights is None else weights[rows],
        )
    )
    found = [float(each["weight"]) for each in model.parameters["members"]]
    kept = [each if each >= _LEAST_WEIGHT else 0.0 for each in found]
    kept = kept if any(kept) else found
    total = sum(kept)
    return {e.number: w / total for e, w in zip(entries, kept, strict=True) if w > 0}


def _with_room(bounds: Bounds, library: Library) -> Bounds:
    """Return bounds that the best candidate fits into, with a little beside it.

    Many classes, or a forest that nothing comes near: what is cheaper would answer much worse.
    """
    best = library.entries[0]
    return replace(
        bounds,
        row_us=max(bounds.row_us, _ROOM * library.row_us(best)),
        batch_us=max(bounds.batch_us, _ROOM * library.batch_us(best)),
        size_bytes=max(bounds.size_bytes, _ROOM * library.size_bytes(best)),
    )


def _is_within(library: Library, members: Sequence[Entry], *, bounds: Bounds) -> bool:
    return (
        sum(library.row_us(each) for each in members) <= bounds.row_us
        and sum(library.batch_us(each) for each in members) <= bounds.batch_us
        and sum(library.size_bytes(each) for each in members) <= bounds.size_bytes
        and len(members) <= bounds.n_members
    )


def _lone(library: Library, left: Entry, *, bounds: Bounds) -> Entry:
    """Return what answers alone: the best candidate where it costs no more than what is left.

    What is left over is what its weight beside the others paid for; alone it may score less than
    one that is as cheap.
    """
    best = library.entries[0]
    is_as_cheap = _cost(library, best, bounds=bounds) <= _cost(library, left, bounds=bounds)
    return best if is_as_cheap else left


def _cost(library: Library, entry: Entry, *, bounds: Bounds) -> float:
    """Return the largest share of a bound that an entry takes."""
    return max(
        library.row_us(entry) / bounds.row_us,
        library.batch_us(entry) / bounds.batch_us,
        library.size_bytes(entry) / bounds.size_bytes,
    )


def _without_dearest(
    library: Library,
    members: Sequence[Entry],
    *,
    weights: Mapping[int, float],
    bounds: Bounds,
) -> list[Entry]:
    """Leave out the member that takes most of the bounds for what it counts."""

    def dearness(entry: Entry) -> float:
        share = max(_cost(library, entry, bounds=bounds), 1 / bounds.n_members)
        return share / weights[entry.number]

    dearest = max(members, key=dearness)
    return [each for each in members if each is not dearest]


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
