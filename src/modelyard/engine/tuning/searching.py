"""The search: asks for hyperparameters, scores them, and keeps what became of each trial."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from modelyard.catalog import pick
from modelyard.domain.configs import SearchConfig, TrainingConfig
from modelyard.domain.errors import InvalidValue
from modelyard.domain.trials import (
    Dimension,
    Ending,
    Search,
    Trial,
    TrialStatus,
    Values,
    best_first,
)
from modelyard.engine.evaluation.judging import Judge
from modelyard.engine.tuning.spaces import space_of
from modelyard.engine.tuning.ties import tied_with
from modelyard.engine.tuning.trying import INTERRUPTED, TIME_IS_UP, Bench, deal_folds
from modelyard.protocols.searchers import Proposals

# So many random trials hold one of the best tenth of a space with a probability of 0.96:
# 1 - 0.9 ** 30 (the argument of Bergstra, Bengio: Random Search (2012), section 4).
DEFAULT_TRIALS = 30
# Two values of each of eight parameters, or three of each of five: what is larger is asked for by
# name, since it is often larger than its user expects.
_MAX_GRID = 2**8 + 1
# Proposals in a row that were all tried before: what is left of a space is hardly found by chance.
_MAX_REPEATS = 100


@dataclass(frozen=True)
class Budget:
    """What may be spent.

    Attributes:
        n_trials: most trials, the first one included; None for no limit.
        until: moment of the clock after which no fold begins; None for no limit.
        begun: moment of the clock at which the search began.
    """

    n_trials: int | None
    until: float | None
    begun: float


@dataclass
class _State:
    trials: list[Trial] = field(default_factory=list)
    goodness: dict[int, tuple[float, ...]] = field(default_factory=dict)
    told: dict[tuple[tuple[str, Any], ...], float | None] = field(default_factory=dict)


def tune(judge: Judge, config: TrainingConfig, *, rng: np.random.Generator) -> Judge:
    """Return the judge with the parameters of the best trial, where a search is asked for.

    Raises:
        ModelyardError: as `search_parameters`.
    """
    if config.search is None:
        return judge
    search = search_parameters(judge, config.search, fixed=config.parameters, rng=rng)
    chosen = {**judge.plan.parameters, **search.best.parameters}
    return replace(judge, plan=replace(judge.plan, parameters=chosen), search=search)


def search_parameters(
    judge: Judge, config: SearchConfig, *, fixed: Mapping[str, Any], rng: np.random.Generator
) -> Search:
    """Search for the hyperparameters by which the plan of a training does best on folds.

    The rows of the test part are not among them. Ctrl-C ends the search and keeps the best so far.

    Args:
        judge: of the training; its plan holds the parameters that it would have without a search.
        config: what is asked for.
        fixed: hyperparameters that the user has set.
        rng: all randomness.

    Raises:
        InvalidValue: if there is nothing to search, a grid is too large, or every trial failed.
        UnknownKey: if there is no such searcher or hyperparameter.
        TooFewRows: if the rows cannot be dealt into so many folds.
    """
    searcher = pick(judge.workshop.catalog.searchers(), config.search_type, shelf="searchers")
    card = judge.plan.algorithm.card
    space = space_of(card, wanted=config.space, fixed=fixed)
    fold_rng, ask_rng = rng.spawn(2)
    proposals = searcher.start(space, rng=ask_rng, n_points=config.n_points)
    begun = judge.workshop.clock()
    until = None if config.time_limit_s is None else begun + config.time_limit_s
    budget = Budget(_most_trials(config, proposals, space), until, begun)
    n_asked = f"up to {budget.n_trials} trials" if budget.n_trials else "as many trials as fit"
    ended_by = judge.workshop.ended_by
    judge.workshop.progress.stage(f"{searcher.card.title}: {n_asked}{ended_by}")
    folds = deal_folds(judge, config.n_folds, n_repeats=config.n_repeats, rng=fold_rng)
    loop = _Loop(judge, space, budget=budget, proposals=proposals)
    bench = Bench(judge, folds, why_end=loop.why_end, tell=loop.tell)
    ending = loop.run(bench)
    trials, goodness = tuple(loop.state.trials), loop.state.goodness
    best = best_first(trials)[0].number
    return Search(
        search_type=searcher.card.key,
        title=searcher.card.title,
        metric=judge.metric.card.key,
        metric_title=judge.metric.card.title,
        n_folds=config.n_folds,
        n_repeats=config.n_repeats,
        space=space,
        trials=trials,
        tied=tied_with(best, goodness, held_ratio=bench.held_ratio),
        ending=ending,
        duration_s=judge.workshop.clock() - begun,
    )


def _most_trials(
    config: SearchConfig, proposals: Proposals, space: tuple[Dimension, ...]
) -> int | None:
    """Return how many trials there are at most, the one of the default parameters included."""
    if proposals.n_points is not None:
        n_needed = proposals.n_points + 1
        n_allowed = config.n_trials or _MAX_GRID
        if n_needed > n_allowed:
            names = ", ".join(each.name for each in space)
            raise InvalidValue(
                f"The grid of {names} has {proposals.n_points:,} points, which with the default "
                f"parameters are {n_needed:,} trials; at most {n_allowed:,} are allowed.",
                fix=f"Search fewer parameters (--space {space[0].name}=auto), take "
                f"fewer values of each range (--grid-points 2), or allow --trials {n_needed}.",
                sample=str(proposals.n_points),
            )
        return n_needed
    if config.n_trials is None and config.time_limit_s is None:
        return DEFAULT_TRIALS
    return config.n_trials


class _Loop:
    """Runs trials until something ends them."""

    def __init__(
        self,
        judge: Judge,
        space: tuple[Dimension, ...],
        *,
        budget: Budget,
        proposals: Proposals,
    ) -> None:
        self.state = _State()
        self._judge = judge
        self._space = space
        self._budget = budget
        self._proposals = proposals
        self._n_folds = 1

    def run(self, bench: Bench) -> Ending:
        """Try the default parameters first, then what is proposed.

        Raises:
            KeyboardInterrupt: if it was interrupted before anything had succeeded.
            InvalidValue: if every trial failed.
        """
        self._n_folds = len(bench.folds)
        default = {each.name: self._judge.plan.parameters[each.name] for each in self._space}
        self._try(default, bench)
        ending = self._ending()
        while ending is None:
            values = self._next()
            if values is None:
                ending = Ending.EXHAUSTED
                break
            self._try(values, bench)
            ending = self._ending()
        self._require_one(ending)
        return ending

    def why_end(self) -> str:
        """Return why the search is to end now, nothing where it goes on."""
        until, workshop = self._budget.until, self._judge.workshop
        if workshop.wants_end():
            return INTERRUPTED
        return TIME_IS_UP if until is not None and workshop.clock() >= until else ""

    def tell(self, done: int) -> None:
        """Tell how far the trial at hand is."""
        progress, budget = self._judge.workshop.progress, self._budget
        n_done = len(self.state.trials) * self._n_folds + done
        n_most = None if budget.n_trials is None else budget.n_trials * self._n_folds
        elapsed = self._judge.workshop.clock() - budget.begun
        limit = None if budget.until is None else budget.until - budget.begun
        # What ends the search first says how far it is.
        if limit is not None and (n_most is None or elapsed * n_most > n_done * limit):
            progress.advance(round(1000 * min(elapsed, limit)), round(1000 * limit))
        elif n_most is not None:
            progress.advance(n_done, n_most)

    def _ending(self) -> Ending | None:
        last = self.state.trials[-1]
        if last.status is TrialStatus.CANCELLED and last.reason == INTERRUPTED:
            return Ending.INTERRUPTED
        why = self.why_end()
        if why == TIME_IS_UP:
            return Ending.TIME
        # Without one whole trial there is nothing to end with.
        if why == INTERRUPTED and self.state.goodness:
            return Ending.INTERRUPTED
        if len(self.state.trials) == self._budget.n_trials:
            return Ending.TRIALS
        return None

    def _next(self) -> Values | None:
        """Return what is to be tried next: what was tried before is told again instead."""
        for _ in range(_MAX_REPEATS):
            values = self._proposals.ask()
            if values is None or _key(values) not in self.state.told:
                return values
            self._proposals.tell(values, self.state.told[_key(values)])
        return None

    def _try(self, values: Values, bench: Bench) -> None:
        state = self.state
        number = len(state.trials) + 1
        self._say(number)
        earlier = list(state.goodness.values())
        # Without one whole trial there is nothing to go on with.
        trial, goodness = bench.attempt(number, values, earlier=earlier, may_end=bool(earlier))
        if trial.status is TrialStatus.SUCCEEDED:
            state.goodness[number] = goodness
        at_s = self._judge.workshop.clock() - self._budget.begun
        state.trials.append(replace(trial, at_s=at_s))
        # What a failed fold left of a trial would flatter it.
        learned = None if trial.status is TrialStatus.FAILED else trial.goodness
        state.told[_key(values)] = learned
        if all(each.has_place_for(values[each.name]) for each in self._space):
            near = {each.name: each.nearest(values[each.name]) for each in self._space}
            self._proposals.tell(near, learned)
        if self._judge.workshop.on_trial is not None:
            self._judge.workshop.on_trial(state.trials[-1])

    def _say(self, number: int) -> None:
        budget, workshop = self._budget, self._judge.workshop
        of = f" of {budget.n_trials}" if budget.n_trials else ""
        words = [f"trial {number}{of}"]
        if self.state.goodness:
            best = best_first(tuple(self.state.trials))[0]
            words.append(f"best {self._judge.metric.card.title} {best.score:.4g}")
        left = self._left_s()
        if left is not None:
            words.append(f"about {left:.0f} s left")
        workshop.progress.say(", ".join(words))

    def _left_s(self) -> float | None:
        """Return the seconds that are left, by the limit or by what trials took so far."""
        budget, n_done = self._budget, len(self.state.trials)
        spent = self._judge.workshop.clock() - budget.begun
        left = [] if budget.until is None else [budget.until - budget.begun - spent]
        # The first trial also loads what later ones find loaded: it tells nothing of these.
        if budget.n_trials is not None and n_done > 1:
            a_trial = (spent - self.state.trials[0].duration_s) / (n_done - 1)
            left.append(a_trial * (budget.n_trials - n_done))
        return max(min(left), 0.0) if left else None

    def _require_one(self, ending: Ending) -> None:
        if self.state.goodness:
            return
        if ending is Ending.INTERRUPTED:
            raise KeyboardInterrupt
        first = next(each for each in self.state.trials if each.reason)
        raise InvalidValue(
            f"None of {len(self.state.trials)} trials succeeded. The first one: {first.reason}",
            fix="Train without a search to see whether the algorithm can learn from these rows, "
            "or search where it can.",
        )


def _key(values: Values) -> tuple[tuple[str, Any], ...]:
    # 1, 1.0 and True are equal, and so are what they lead to.
    return tuple(sorted(values.items()))
