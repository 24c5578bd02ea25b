"""Chooses which candidates answer together and how much each counts, as serving allows."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from modelyard.domain.leaderboards import Entry
from modelyard.domain.losses import Loss
from modelyard.domain.tasks import Task
from modelyard.engine.automl.arenas import Arena
from modelyard.engine.automl.blends import Blend, Bounds, Library
from modelyard.engine.fitting import IntArray
from modelyard.engine.parameters import resolve_parameters
from modelyard.engine.weighting import teaching_weights
from modelyard.protocols.algorithms import Algorithm, FitInput

FloatArray = npt.NDArray[np.float64]

# Candidates that a blend chooses from, the best first: more fit the rows by chance (Caruana et al.
# (2004), section 2.3 keeps the best tenth of a library of thousands). And how many of one algorithm
# within the bounds: a search leaves dozens that differ little, which would crowd out all that errs
# otherwise. After 110 s of work the log loss of a blend of the 25 best was 1.1 % more of
# wine_quality and 0.7 % more of german_credit on rows held back, as 11 and 16 of them were of one
# algorithm; of loans and mpg it made no difference.
_CHOSEN_FROM, _OF_EACH = 25, 5
# A member that counts less is left out: it costs as much to answer as any other.
_LEAST_WEIGHT = 0.02
# Beside the best candidate, where it alone takes all that is allowed, and none within that loses at
# most so many times what it does.
_ROOM, _NEARLY = 1.5, 1.2
# Rows that weights are found on: those of a few thousand rows differ little from those of all.
_MOST_ROWS = 20_000
# Rows, and bags, by which sets of candidates are held against each other; the weights of the one
# that is chosen are found on all.
_QUICK_ROWS, _QUICK_BAGS = 3_000, 1
# Of the best candidates within the bounds, how many a set is grown from beside what is left of all.
_GROWN_FROM = 4
# Share by which a set must lose less to grow: every member costs.
_LEAST_GAIN = 1e-3


def choose_blend(
    library: Library,
    arena: Arena,
    *,
    ensemble: Algorithm,
    bounds: Bounds,
    seed: int,
) -> Blend:
    """Return the blend that loses least among those that serving allows.

    Members that cost most for what they count are left out until the bounds hold. What is left, and
    each of the best alone, is then grown by whatever helps most within the bounds. Where one is to
    answer alone, it is the cheapest of those that come as near to the best as chance does.

    Args:
        library: at least one entry.
        arena: of the entries.
        ensemble: finds the weights.
        bounds: of the blend; the best entry alone may pass them.
        seed: of the search for weights, the same for each attempt.
    """
    candidates = varied(library, _CHOSEN_FROM, bounds=bounds)
    scale = _Scale(library, arena, ensemble, seed, _MOST_ROWS)
    bounds = _with_room(scale, candidates, bounds=bounds)
    free = scale.weights(candidates)
    members = _members(candidates, free)
    if len(members) > 1 and _is_within(library, members, bounds=bounds):
        return Blend(free, library.mixed(free), free)
    quick = _Scale(library, arena, ensemble, seed, _QUICK_ROWS, {"bags": _QUICK_BAGS})
    alone = [[each] for each in candidates if _is_within(library, [each], bounds=bounds)]
    if bounds.n_members == 1 and alone:
        within = [each for each in library.entries if _is_within(library, [each], bounds=bounds)]
        cheap = _cheapest(scale, within, bounds=bounds)
        return Blend({cheap.number: 1.0}, library.mixed({cheap.number: 1.0}), free)
    sets = alone[:_GROWN_FROM]
    reduced = _reduced(quick, candidates, bounds=bounds)
    if not sets or _is_within(library, reduced, bounds=bounds):
        sets.append(reduced)
    grown = [_grown(quick, each, candidates, bounds=bounds) for each in sets]
    chosen, _ = min(grown, key=lambda each: each[1])
    chosen = chosen if len(chosen) > 1 else [_lone(library, chosen[0], bounds=bounds)]
    weights = scale.weights(chosen)
    return Blend(weights, library.mixed(weights), free)


def varied(library: Library, most: int, *, bounds: Bounds) -> list[Entry]:
    """Return the best entries, at most so many, and few of one algorithm.

    What alone passes the bounds does not stand in the way of others of its algorithm.
    """
    counted: Counter[str] = Counter()
    found = []
    for each in library.entries:
        algorithm = each.candidate.algorithm
        if counted[algorithm] < _OF_EACH:
            found.append(each)
            counted[algorithm] += _is_within(library, [each], bounds=bounds)
    return found[:most]


def likely_members(
    library: Library,
    arena: Arena,
    *,
    ensemble: Algorithm,
    bounds: Bounds,
    seed: int,
    most_rows: int,
) -> list[Entry]:
    """Return about those entries that `choose_blend` would choose, in a fraction of a second.

    Args:
        library: at least one entry, and not many.
        arena: of the entries.
        ensemble: finds the weights.
        bounds: of the blend.
        seed: of the search for weights.
        most_rows: that entries are held against each other on.
    """
    quick = _Scale(library, arena, ensemble, seed, most_rows, {"bags": _QUICK_BAGS})
    entries = list(library.entries)
    return _reduced(quick, entries, bounds=_with_room(quick, entries, bounds=bounds))


@dataclass(frozen=True)
class _Scale:
    """Holds sets of entries against each other on the same rows.

    Attributes:
        seed: of the rows and of the search for weights, the same for each set.
        most_rows: that weights are found on.
        given: hyperparameters of the ensemble, over its defaults.
    """

    library: Library
    arena: Arena
    ensemble: Algorithm
    seed: int
    most_rows: int
    given: Mapping[str, Any] = field(default_factory=dict)

    def weights(self, entries: Sequence[Entry]) -> dict[int, float]:
        """Return the weights that lose least, without those that count for little."""
        if len(entries) == 1:
            return {entries[0].number: 1.0}
        plan, rows = self.arena.plan, self.arena.rows[self._at]
        members = tuple({"name": str(each.number)} for each in entries)
        known = resolve_parameters(self.ensemble.card, dict(self.given))
        model = self.ensemble.fit(
            FitInput(
                X=np.hstack([self.library.answers[each.number][self._at] for each in entries]),
                y=plan.y[rows],
                feature_names=(),
                task=plan.task,
                n_classes=len(plan.labels),
                parameters={**known, "members": members},
                rng=np.random.default_rng(self.seed),
                weight=self._row_weights,
                loss=self.ensemble.card.loss_for(plan.wanted_loss),
            )
        )
        found = [float(each["weight"]) for each in model.parameters["members"]]
        kept = [each if each >= _LEAST_WEIGHT else 0.0 for each in found]
        kept = kept if any(kept) else found
        total = sum(kept)
        return {e.number: w / total for e, w in zip(entries, kept, strict=True) if w > 0}

    def loss(self, weights: Mapping[int, float]) -> float:
        """Return the log loss of a blend, or its error as a square, whichever kind it is."""
        loss = float(np.average(self._losses(weights), weights=self._row_weights))
        return loss**2 if self._is_absolute else loss

    def is_near(self, one: Entry, best: Entry) -> bool:
        """Return whether an entry loses at most one standard error more than another.

        The error is that of the difference, row by row. Source of the rule: Breiman et al.:
        Classification and regression trees (1984), section 3.4.3.
        """
        apart = self._losses({one.number: 1.0}) - self._losses({best.number: 1.0})
        weight = np.ones(len(apart)) if self._row_weights is None else self._row_weights
        mean = float(np.average(apart, weights=weight))
        error = float(np.sqrt(np.sum(weight**2 * (apart - mean) ** 2))) / float(weight.sum())
        return mean <= error

    @property
    def _is_absolute(self) -> bool:
        plan = self.arena.plan
        return plan.task is Task.REGRESSION and plan.wanted_loss is Loss.ABSOLUTE_ERROR

    def _losses(self, weights: Mapping[int, float]) -> FloatArray:
        """Return (n,) what a blend loses in each row."""
        answers = self.library.answers
        mixed: FloatArray = np.asarray(
            sum(answers[n][self._at] * w for n, w in weights.items()), dtype=np.float64
        )
        plan = self.arena.plan
        y = plan.y[self.arena.rows[self._at]]
        if plan.task is Task.REGRESSION:
            apart: FloatArray = np.abs(mixed[:, 0] - y)
            return apart if self._is_absolute else apart**2
        right = mixed[np.arange(len(y)), y]
        return np.asarray(-np.log(np.maximum(right, np.finfo(np.float64).tiny)))

    @cached_property
    def _at(self) -> IntArray:
        at = np.arange(len(self.arena.rows))
        if len(at) > self.most_rows:
            rng = np.random.default_rng(self.seed)
            at = np.sort(rng.choice(at, self.most_rows, replace=False))
        return at

    @cached_property
    def _row_weights(self) -> FloatArray | None:
        plan, rows = self.arena.plan, self.arena.rows[self._at]
        weights = teaching_weights(
            plan.weight, plan.class_weight, y=plan.y, taught=rows, labels=plan.labels
        )
        return None if weights is None else weights[rows]


def _reduced(scale: _Scale, entries: Sequence[Entry], *, bounds: Bounds) -> list[Entry]:
    """Return the members of a blend without those that cost most for what they count."""
    entries = list(entries)
    while True:
        weights = scale.weights(entries)
        members = _members(entries, weights)
        if len(members) == 1 or _is_within(scale.library, members, bounds=bounds):
            return members
        entries = _without_dearest(scale.library, members, weights=weights, bounds=bounds)


def _grown(
    scale: _Scale, members: list[Entry], candidates: Sequence[Entry], *, bounds: Bounds
) -> tuple[list[Entry], float]:
    """Return a set with what helps it within the bounds, the most helpful first, and its loss."""
    loss = scale.loss(scale.weights(members))
    while True:
        larger = [
            [*members, each]
            for each in candidates
            if each not in members and _is_within(scale.library, [*members, each], bounds=bounds)
        ]
        losses = [scale.loss(scale.weights(each)) for each in larger]
        if not losses or min(losses) >= loss - _LEAST_GAIN * abs(loss):
            return members, loss
        loss = min(losses)
        members = larger[losses.index(loss)]


def _members(entries: Sequence[Entry], weights: Mapping[int, float]) -> list[Entry]:
    return [each for each in entries if each.number in weights]


def _lone(library: Library, left: Entry, *, bounds: Bounds) -> Entry:
    """Return what answers alone: the best candidate where it costs no more than what is left.

    What is left over is what its weight beside the others paid for; alone it may score less than
    one that is as cheap.
    """
    best = library.entries[0]
    is_as_cheap = _cost(library, best, bounds=bounds) <= _cost(library, left, bounds=bounds)
    return best if is_as_cheap else left


def _cheapest(scale: _Scale, entries: Sequence[Entry], *, bounds: Bounds) -> Entry:
    """Return the cheapest of the entries that come near to the one that loses least."""
    best = min(entries, key=lambda each: scale.loss({each.number: 1.0}))
    # Of one that lacks folds it is not known what it loses, not even beside itself.
    near = [each for each in entries if each is best or scale.is_near(each, best)]
    return min(near, key=lambda each: _cost(scale.library, each, bounds=bounds))


def _cost(library: Library, entry: Entry, *, bounds: Bounds) -> float:
    """Return the largest share of a bound that an entry takes."""
    return max(
        library.row_us(entry) / bounds.row_us,
        library.batch_us(entry) / bounds.batch_us,
        library.size_bytes(entry) / bounds.size_bytes,
    )


def _with_room(scale: _Scale, entries: Sequence[Entry], *, bounds: Bounds) -> Bounds:
    """Return bounds that the best candidate fits into, with a little beside it.

    Many classes, or a forest that nothing comes near: what is cheaper would answer much worse.
    Where something does come near, the bounds stay as they are.
    """
    library, best = scale.library, entries[0]
    losses = [scale.loss({each.number: 1.0}) for each in entries]
    if any(
        _is_within(library, [each], bounds=bounds) and loss <= _NEARLY * losses[0]
        for each, loss in zip(entries, losses, strict=True)
    ):
        return bounds
    return replace(
        bounds,
        row_us=max(bounds.row_us, _ROOM * library.row_us(best)),
        batch_us=max(bounds.batch_us, _ROOM * library.batch_us(best)),
        size_bytes=max(bounds.size_bytes, _ROOM * library.size_bytes(best)),
    )


def _is_within(library: Library, members: Sequence[Entry], *, bounds: Bounds) -> bool:
    return (
        sum(library.row_us(each) for each in members) <= bounds.row_us
        and library.batch_us_of(members) <= bounds.batch_us
        and sum(library.size_bytes(each) for each in members) <= bounds.size_bytes
        and len(members) <= bounds.n_members
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
