"""Whether more rows would help: the best candidate, taught by fewer of them, beside itself.

While candidates compete under a time limit, the one that is best when most of the time has passed
is fitted on a half of the rows, and on a quarter, where that takes little. What a race never lacks:
both are measured on the rows that every candidate is measured on.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from modelyard.domain.leaderboards import Candidate, is_of_new
from modelyard.domain.learning import LearningCurve, LearningPoint
from modelyard.engine.automl.arenas import Arena, Fold
from modelyard.engine.automl.fits import FoldFit, Request, fit_candidate
from modelyard.engine.automl.rulers import Ruler
from modelyard.engine.automl.standings import Standing
from modelyard.engine.evaluation.judging import Judge
from modelyard.engine.evaluation.learning_curves import some_of
from modelyard.engine.fitting import IntArray
from modelyard.engine.tuning.ties import paired_interval
from modelyard.protocols.algorithms import Algorithm
from modelyard.protocols.executors import Notice, Outcome, Pool

FloatArray = npt.NDArray[np.float64]

# What tells most comes first.
_HALF = 0.5
_SHARES = (_HALF, 0.25)
# A fit on fewer rows tells nothing of the algorithm.
_MIN_ROWS = 20
# Fewer folds, or parts of the rows, have no spread.
_MIN_GAINS = 2
# Share of the time that must have passed, so that a good candidate is known, and share of what all
# places have to spend that all these fits may take.
_FROM, _MOST = 0.6, 0.05
# Of the time that is left, so that it is not for nothing.
_SAFE = 0.5


@dataclass(frozen=True)
class FewerRows:
    """A candidate to fit on some of the rows that taught it.

    Attributes:
        request: what is fitted, and on which folds.
        rows: for each of these folds, positions of the rows that teach and that stop a fit early.
    """

    request: Request
    rows: tuple[tuple[IntArray, IntArray], ...]


def fit_on_fewer(arena: Arena, wish: FewerRows) -> Iterator[FoldFit]:
    """Fit a candidate on the same folds, taught by fewer rows; as `fit_candidate`."""
    folds = list(arena.folds)
    for number, (teaching, stopping) in zip(wish.request.folds, wish.rows, strict=True):
        folds[number] = replace(folds[number], teaching=teaching, stopping=stopping)
    yield from fit_candidate(replace(arena, folds=tuple(folds)), wish.request)


@dataclass(frozen=True)
class TimeBudget:
    """What candidates have to spend.

    Attributes:
        spent_s, left_s: seconds that they have had, and that there are for them.
        is_over: whether no more of them will begin.
    """

    spent_s: float
    left_s: float
    is_over: bool = False


@dataclass
class LearningFits:
    """Fits of one candidate on fewer rows, as they are begun and finished.

    Attributes:
        judge: of the training, for the metric that ranks.
        arena: of the candidates.
        algorithms: by key, those that compete.
        waiting: shares of the rows, a half or a quarter, of which a fit has not begun.
        standing: of the candidate: the best one when the first of these fits began.
        fits: those that are finished, by their share of the rows.
    """

    judge: Judge
    arena: Arena
    algorithms: Mapping[str, Algorithm]
    waiting: list[float] = field(default_factory=lambda: list(_SHARES))
    standing: Standing | None = None
    fits: dict[float, list[FoldFit]] = field(default_factory=dict)
    _running: set[int] = field(default_factory=set)

    @property
    def is_running(self) -> bool:
        """Whether one of the fits has not ended."""
        return bool(self._running)

    def owns(self, number: int) -> bool:
        """Return whether a piece of work is one of these fits; candidates are numbered from 1."""
        return number <= 0

    def begin(self, pool: Pool, best: Standing, *, time: TimeBudget) -> bool:
        """Begin the next fit where it is time for it and it takes little; return whether it has.

        Args:
            pool: of the race; without room there nothing begins.
            best: of all that have been scored on every fold.
            time: of the candidates.
        """
        if not is_of_new(int(self.arena.are_again.sum()), n_rows=len(self.arena.rows)):
            # More rows would be more of those that are remembered.
            self.waiting.clear()
        total_s = time.spent_s + time.left_s
        is_time = time.is_over or time.spent_s >= _FROM * total_s
        if not self.waiting or not is_time or not pool.n_free:
            return False
        self.standing = self.standing or best
        # Where candidates are done, whoever waits waits for this alone.
        ground_s = time.spent_s if time.is_over else total_s
        most_s = min(_MOST * ground_s * pool.n_places, _SAFE * time.left_s)
        needed_s = sum(map(self._seconds, self.waiting))
        wish = self._wish(self.standing.candidate, self.waiting[0]) if needed_s <= most_s else None
        if wish is None:
            # What is less tells nothing without this one.
            self.waiting.clear()
            return False
        number = -_SHARES.index(self.waiting.pop(0))
        self._running.add(number)
        pool.submit(number, fit_on_fewer, argument=wish)
        return True

    def take_in(self, notice: Notice) -> None:
        """Take in what one of the fits has finished, or that it has ended."""
        if not notice.is_last:
            self.fits.setdefault(_SHARES[-notice.number], []).append(notice.result)
            return
        self._running.discard(notice.number)
        if notice.outcome in {Outcome.FAILED, Outcome.TOO_LARGE}:
            self.waiting.clear()
            told = f"whether more rows would help is not known: {notice.reason}"
            self.judge.workshop.progress.say(told)

    def stop(self, pool: Pool) -> None:
        """End what still runs."""
        for number in self._running:
            pool.stop(number)

    def curve(self) -> LearningCurve | None:
        """Return what fewer rows taught and what all did; None where half was not finished."""
        folds = self._folds
        if self.standing is None:
            return None
        whole = [each for each in self.standing.fits if each.fold in folds]
        by_share = {**self.fits, 1.0: whole}
        found = {
            share: sorted(fits, key=lambda each: each.fold)
            for share, fits in by_share.items()
            if len(fits) == len(folds)
        }
        if not {_HALF, 1.0} <= found.keys():
            return None
        ruler, card = Ruler(self.judge, self.arena), self.judge.metric.card
        scores = {share: ruler.scores_of(fits) for share, fits in found.items()}
        gains = card.goodness(scores[1.0]) - card.goodness(scores[_HALF])
        gains = gains[np.isfinite(gains)]
        if len(gains) < _MIN_GAINS:
            return None
        low, high = paired_interval(gains.tolist(), held_ratio=ruler.taught_ratio)
        return LearningCurve(
            metric=card.title,
            n_folds=len(folds),
            points=tuple(
                LearningPoint(
                    share=share,
                    n_rows=int(np.mean([len(each.taught) for each in found[share]])),
                    mean=ruler.score_of(found[share]),
                    sd=float(np.nanstd(scores[share], ddof=1)),
                )
                for share in sorted(found)
                if np.isfinite(scores[share]).sum() >= _MIN_GAINS
            ),
            gain=float(gains.mean()),
            gain_low=low,
            gain_high=high,
            fitted=self.standing.candidate.name,
        )

    @cached_property
    def _folds(self) -> tuple[int, ...]:
        """The folds of one deal: a second deal of the same rows would cost as much again."""
        found: list[int] = []
        held = np.zeros(0, dtype=np.int64)
        for number, fold in enumerate(self.arena.folds):
            if np.isin(fold.held, held).any():
                break
            held = np.concatenate([held, fold.held])
            found.append(number)
        return tuple(found)

    def _seconds(self, share: float) -> float:
        """Return what the fits on a share of the rows will take, by what those on all took."""
        entry = None if self.standing is None else self.standing.entry
        if entry is None:
            return np.inf
        return entry.fit_s * share * len(self._folds) / len(self.arena.folds)

    def _wish(self, candidate: Candidate, share: float) -> FewerRows | None:
        """Return what is to be fitted; None where too few rows would teach."""
        rng = np.random.default_rng([self.arena.seed, _SHARES.index(share)])
        rows = [self._fewer(self.arena.folds[number], share, rng) for number in self._folds]
        known = [each for each in rows if each is not None]
        if len(known) < len(rows):
            return None
        algorithm = self.algorithms[candidate.algorithm]
        return FewerRows(Request(candidate, algorithm, self._folds, n_threads=1), tuple(known))

    def _fewer(
        self, fold: Fold, share: float, rng: np.random.Generator
    ) -> tuple[IntArray, IntArray] | None:
        """Return rows that teach and that stop a fit, as many a part as of all; None if too few."""
        offered = np.sort(np.concatenate([fold.teaching, fold.stopping]))
        teaching = some_of(self.judge, offered, share=share, rng=rng)
        stopping = teaching[:0]
        if len(fold.stopping):
            teaching, stopping = self.judge.dealer.hedged.carve(teaching, rng=rng)
        lacks_stopping = len(fold.stopping) > 0 and not len(stopping)
        return None if lacks_stopping or len(teaching) < _MIN_ROWS else (teaching, stopping)
