"""Scores one trial fold by fold: on the same folds, with the same random numbers, as every other.

What differs between two trials is then their hyperparameters alone, so that their scores can be
compared fold by fold (common random numbers; Law: Simulation Modeling and Analysis (2015), section
11.2).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from modelyard.domain.errors import TooFewRows, UsageError
from modelyard.domain.trials import Trial, TrialStatus, Values
from modelyard.engine.ensembles.attempts import Attempts
from modelyard.engine.evaluation.estimates import score_once
from modelyard.engine.evaluation.judging import Judge
from modelyard.engine.fitting import IntArray
from modelyard.engine.tuning.pruning import is_hopeless
from modelyard.kit.signals import Terminated
from modelyard.protocols.progress import Silence

TIME_IS_UP = "the time was up"
INTERRUPTED = "interrupted by the user"


@dataclass(frozen=True)
class Fold:
    """Rows that teach, rows that are held out, and the seed of what is random in between."""

    train: IntArray
    held: IntArray
    seed: int


@dataclass
class Scores:
    """What a trial has so far: scores by fold, and how they compare."""

    values: list[float] = field(default_factory=list)
    goodness: list[float] = field(default_factory=list)

    def add(self, value: float, goodness: float) -> None:
        """Take in one more fold."""
        self.values.append(value)
        self.goodness.append(goodness)


@dataclass(frozen=True)
class Bench:
    """Where trials are scored.

    Attributes:
        judge: of the training; its test rows are not touched.
        folds: those on which the metric is defined at all.
        why_end: says why the search is to end, nothing where it goes on; asked before each fold.
        tell: is told how many folds of a trial are done.
    """

    judge: Judge
    folds: tuple[Fold, ...]
    why_end: Callable[[], str]
    tell: Callable[[int], None]

    @property
    def held_ratio(self) -> float:
        """Rows that a fold holds out, per row that teaches, on average."""
        return float(np.mean([len(each.held) / len(each.train) for each in self.folds]))

    def attempt(
        self,
        number: int,
        values: Values,
        *,
        earlier: Sequence[Sequence[float]],
        may_end: bool,
    ) -> tuple[Trial, tuple[float, ...]]:
        """Return what became of a trial, and its goodness by fold.

        Args:
            number: of the trial.
            values: of the hyperparameters that are searched.
            earlier: goodness by fold of the trials that succeeded.
            may_end: whether time and pruning can end it before its last fold.
        """
        clock = self.judge.workshop.clock
        started, scores = clock(), Scores()
        attempt = Attempts(Silence(), 1)
        status, reason = TrialStatus.FAILED, ""
        try:
            with attempt.of("trial"):
                status, reason = self._score(values, scores, earlier=earlier, may_end=may_end)
        except Terminated:
            raise
        except KeyboardInterrupt:
            status, reason = TrialStatus.CANCELLED, INTERRUPTED
        n_left = len(self.folds) - len(scores.values)
        trial = Trial(
            number=number,
            parameters=dict(values),
            status=status,
            score=float(np.mean(scores.values)) if scores.values else None,
            goodness=float(np.mean(scores.goodness)) if scores.values else None,
            fold_scores=(*scores.values, *(None,) * n_left),
            duration_s=clock() - started,
            reason=reason or attempt.reason("trial"),
        )
        return trial, tuple(scores.goodness)

    def _score(
        self, values: Values, scores: Scores, *, earlier: Sequence[Sequence[float]], may_end: bool
    ) -> tuple[TrialStatus, str]:
        plan, n_folds = self.judge.plan, len(self.folds)
        judge = replace(self.judge, plan=replace(plan, parameters={**plan.parameters, **values}))
        for done, fold in enumerate(self.folds, start=1):
            if may_end and (why := self.why_end()):
                return TrialStatus.CANCELLED, f"{why} after {done - 1} of {n_folds} folds"
            rng = np.random.default_rng(fold.seed)
            value = judge.score_taught_by(fold.train, fold.held, rng=rng)
            goodness = judge.metric.card.goodness(value)
            if not np.isfinite(goodness):
                raise ArithmeticError(f"its score on fold {done} is {value}")
            scores.add(float(value), float(goodness))
            self.tell(done)
            if may_end and done < n_folds and is_hopeless(scores.goodness, earlier):
                reason = f"below the median of the trials before it after {done} of {n_folds} folds"
                return TrialStatus.PRUNED, reason
        return TrialStatus.SUCCEEDED, ""


def deal_folds(
    judge: Judge, n_folds: int, *, n_repeats: int, rng: np.random.Generator
) -> tuple[Fold, ...]:
    """Deal the folds of a search.

    Args:
        judge: of the training.
        n_folds: two at least.
        n_repeats: how often all rows are dealt anew.
        rng: of dealing and of the fits.

    Raises:
        TooFewRows: if there are fewer rows than folds, or no fold on which the metric is defined.
        UsageError: if folds are to be repeated that are the same every time.
    """
    if n_repeats > 1 and judge.dealer.bonds.time is not None:
        raise UsageError(
            "Folds in the order of time are the same however often they are dealt.",
            fix="Leave the repeats out, or search on more folds.",
        )
    dealt = []
    for _ in range(n_repeats):
        folds = judge.folds(n_folds, rng)
        dealt += [Fold(*rows, int(rng.integers(2**63))) for rows in folds]
    usable = tuple(fold for fold in dealt if _is_defined(judge, fold.held))
    if not usable:
        raise TooFewRows(
            f"{judge.metric.card.title} is not defined on any of {len(dealt)} folds: "
            f"{judge.metric.card.undefined or 'their rows are too few or too alike'}.",
            fix="Search on fewer folds, or let another metric decide.",
        )
    return usable


def _is_defined(judge: Judge, rows: IntArray) -> bool:
    """Return whether at least the truth itself has a score on these rows."""
    plan = judge.plan
    y_true = plan.y[rows]
    if plan.task.is_classification:
        perfect = np.eye(len(plan.labels))[y_true]
    else:
        perfect = y_true.astype(np.float64)[:, None]
    weight = None if plan.weight is None else plan.weight[rows]
    score = score_once(judge.metric, y_true, scores=perfect, task=plan.task, weight=weight)
    return bool(np.isfinite(score))
