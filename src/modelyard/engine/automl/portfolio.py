"""Which candidates there are, and which one is tried next.

First the starts that the cards of the algorithms name, then a search around what did well.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from modelyard.catalog import install_hint
from modelyard.domain.columns import ColumnKind
from modelyard.domain.configs import AUTO, NONE
from modelyard.domain.errors import InvalidValue
from modelyard.domain.leaderboards import Candidate, Entry
from modelyard.domain.trials import Dimension, Values
from modelyard.engine.fitting import FitPlan, IntArray
from modelyard.engine.log_targets import gains_by_logarithm
from modelyard.engine.parameters import resolve_parameters
from modelyard.engine.tuning.spaces import space_of
from modelyard.engine.weighting import require_weighable
from modelyard.kit.matching import known_names
from modelyard.kit.numerals import brief
from modelyard.protocols.algorithms import Algorithm, Start
from modelyard.protocols.searchers import Proposals, Searcher

# Algorithms among which the search goes on, the best by their best candidate.
_SEARCHED = 3
# Ranks between a candidate and its twin.
_TWINS_LATER = 6
# Proposals in a row that were tried before, after which an algorithm is left alone.
_MAX_REPEATS = 20


def competing(
    algorithms: Mapping[str, Algorithm], plan: FitPlan, *, only: Sequence[str]
) -> dict[str, Algorithm]:
    """Return the algorithms that take part.

    Args:
        algorithms: the shelf.
        plan: of the training: its task and weights.
        only: keys that the user named; empty for all.

    Raises:
        InvalidValue: if none is left, or one that was named cannot take part.
    """
    able = {key: each for key, each in algorithms.items() if _is_able(each, plan)}
    for key in only:
        if key not in able:
            raise InvalidValue(
                f"'{key}' cannot take part in this run{_hindrance(algorithms.get(key), plan)}.",
                fix=known_names(key, sorted(able)),
                sample=key,
            )
    chosen = {key: each for key, each in able.items() if not only or key in only}
    if not chosen:
        raise InvalidValue(
            f"No algorithm can take part in a {plan.task} task here.", fix="Name one with --only."
        )
    return chosen


def _hindrance(algorithm: Algorithm | None, plan: FitPlan) -> str:
    """Say why an algorithm cannot take part, empty where there is none of its name."""
    if algorithm is None:
        return ""
    card = algorithm.card
    if plan.task not in card.tasks:
        return f": it cannot do {plan.task}"
    if card.starts and not card.suits({column.kind for column in plan.columns}):
        return ": it does not go with the kinds of the columns"
    if not card.starts:
        return ": no settings of it are known to AutoML; train it alone with --algorithm"
    return ": it is not installed, or cannot weigh rows as is asked"


def _is_able(algorithm: Algorithm, plan: FitPlan) -> bool:
    card = algorithm.card
    kinds = {column.kind for column in plan.columns}
    if not card.starts or plan.task not in card.tasks or not card.suits(kinds):
        return False
    if install_hint(card) is not None:
        return False
    try:
        is_weighed, by_class = plan.weight is not None, plan.class_weight != NONE
        require_weighable(card, plan.task, is_weighed=is_weighed, by_class=by_class)
    except InvalidValue:
        return False
    return True


def portfolio(
    algorithms: Mapping[str, Algorithm],
    plan: FitPlan,
    *,
    rows: IntArray,
    only: Sequence[str] = (),
) -> list[Candidate]:
    """Return the starts of all algorithms as candidates, those of the lowest rank first.

    Where the target has a long tail, the first start of each has a twin that is taught its
    logarithm; that of the very first is tried at once, and says whether the others are worth it.
    A start that is meant for fewer rows is left out, but for an algorithm that was named; so is one
    that sets how columns are prepared where the user has set it.

    Args:
        algorithms: that compete.
        plan: of the training.
        rows: (n,) positions of the rows that may be looked at: all but those of the test part.
        only: keys that the user named.
    """
    n_categories = _most_categories(plan, rows)
    starts = [
        (start.rank, key, start)
        for key, algorithm in algorithms.items()
        for start in algorithm.card.starts
        if _is_meant_for(start, plan, n_categories=n_categories)
        and (key in only or start.most_rows is None or len(plan.y) <= start.most_rows)
    ]
    counts: dict[str, int] = {}
    ranked: list[tuple[int, Candidate]] = []
    # Rows that test say nothing of the tail; that they have a logarithm matters all the same, as
    # what is packaged is taught them too.
    has_twins = gains_by_logarithm(plan.y[rows], plan.task) and plan.y.min() >= 0
    for rank, key, start in sorted(starts, key=lambda each: each[:2]):
        counts[key] = counts.get(key, 0) + 1
        candidate = Candidate(
            name=f"{key}-{counts[key]}",
            algorithm=key,
            parameters=resolve_parameters(algorithms[key].card, start.parameters),
            preparation=start.preparation,
            reason=start.reason,
            cost=start.cost,
        )
        ranked.append((rank, candidate))
        if has_twins and counts[key] == 1:
            later = _TWINS_LATER if len(ranked) > 1 else 0
            ranked.append((rank + later, _taught_logarithms(candidate)))
    return [candidate for _, candidate in sorted(ranked, key=lambda each: each[0])]


def _is_meant_for(start: Start, plan: FitPlan, *, n_categories: int) -> bool:
    is_for_task = not start.tasks or plan.task in start.tasks
    is_free = all(getattr(plan.preparation, name) == AUTO for name in start.preparation)
    return is_for_task and is_free and n_categories >= start.least_categories


def _most_categories(plan: FitPlan, rows: IntArray) -> int:
    """Return how many categories the column of the most has."""
    places = {name: at for at, name in enumerate(plan.blocks.string_names)}
    names = [each.name for each in plan.columns if each.kind is ColumnKind.CATEGORY]
    strings = plan.blocks.strings
    counts = [len(set(strings[rows, places[name]])) for name in names if name in places]
    return max(counts, default=0)


def _taught_logarithms(candidate: Candidate) -> Candidate:
    return replace(
        candidate,
        name=f"{candidate.name}-log",
        reason="learns the logarithm of the target, whose values have a long tail",
        is_log=True,
    )


@dataclass
class Explorer:
    """Goes on from what did well: each of the best algorithms is searched in its turn."""

    algorithms: Mapping[str, Algorithm]
    searcher: Searcher
    rng: np.random.Generator
    _searches: dict[str, "_Search"] = field(default_factory=dict)
    _turn: int = 0

    def next(self, entries: Sequence[Entry]) -> Candidate | None:
        """Return a candidate near the best so far, None where nothing new is found.

        Args:
            entries: of all candidates that have ended.
        """
        best = self._best(entries)
        for _ in range(len(best)):
            entry = best[self._turn % len(best)]
            self._turn += 1
            candidate = self._search_of(entry).next(entry, entries)
            if candidate is not None:
                return candidate
        return None

    def _best(self, entries: Sequence[Entry]) -> list[Entry]:
        """Return the best entry of each of the best algorithms that have something to search."""
        best: dict[str, Entry] = {}
        complete = [each for each in entries if each.is_complete]
        for entry in sorted(complete, key=lambda each: -(each.goodness or 0.0)):
            if space_of_card(self.algorithms[entry.candidate.algorithm]):
                best.setdefault(entry.candidate.algorithm, entry)
        return list(best.values())[:_SEARCHED]

    def _search_of(self, entry: Entry) -> "_Search":
        key = entry.candidate.algorithm
        if key not in self._searches:
            space = space_of_card(self.algorithms[key])
            (rng,) = self.rng.spawn(1)
            proposals = self.searcher.start(space, rng=rng, n_points=0)
            self._searches[key] = _Search(self.algorithms[key], space, proposals)
        return self._searches[key]


def space_of_card(algorithm: Algorithm) -> tuple[Dimension, ...]:
    """Return where the hyperparameters of an algorithm are searched, empty for nowhere."""
    try:
        return space_of(algorithm.card, wanted={}, fixed={})
    except InvalidValue:
        return ()


@dataclass
class _Search:
    """The search of one algorithm."""

    algorithm: Algorithm
    space: tuple[Dimension, ...]
    proposals: Proposals
    _told: set[int] = field(default_factory=set)
    _tried: set[tuple[Any, ...]] = field(default_factory=set)
    _number: int = 0

    def next(self, around: Entry, entries: Sequence[Entry]) -> Candidate | None:
        """Return what is proposed after all that is known; the rest is as in the best entry."""
        own = [e for e in entries if e.candidate.algorithm == self.algorithm.card.key]
        for entry in own:
            self._learn(entry)
        for _ in range(_MAX_REPEATS):
            values = self.proposals.ask()
            if values is None:
                return None
            if _key(values) not in self._tried:
                self._tried.add(_key(values))
                return self._candidate(around, values, names={e.candidate.name for e in own})
            self.proposals.tell(values, None)
        return None

    def _learn(self, entry: Entry) -> None:
        if entry.number in self._told:
            return
        self._told.add(entry.number)
        parameters = entry.candidate.parameters
        if all(each.has_place_for(parameters[each.name]) for each in self.space):
            near = {each.name: each.nearest(parameters[each.name]) for each in self.space}
            self._tried.add(_key(near))
            self.proposals.tell(near, entry.goodness if entry.is_complete else None)

    def _candidate(self, around: Entry, values: Values, *, names: Collection[str]) -> Candidate:
        """Return a candidate by a name that none has, not even in a run that is gone on from."""
        card = self.algorithm.card
        self._number = max(self._number, len(names)) + 1
        while f"{card.key}-s{self._number}" in names:
            self._number += 1
        found = {name: values[name] for name in sorted(values)}
        told = ", ".join(f"{name} {_shown(value)}" for name, value in found.items())
        return replace(
            around.candidate,
            name=f"{card.key}-s{self._number}",
            parameters=resolve_parameters(card, {**around.candidate.parameters, **found}),
            reason=f"found by the search around {around.candidate.name}: {told}",
        )


def _shown(value: Any) -> str:
    return brief(value) if isinstance(value, float) else str(value)


def _key(values: Values) -> tuple[Any, ...]:
    return tuple(sorted(values.items()))
