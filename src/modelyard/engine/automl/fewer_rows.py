"""Whether more rows would help: the best candidate, taught by fewer of them, beside itself.

While candidates compete under a time limit, the one that is best when most of the time has passed
is fitted on a half of the rows, and on a quarter, where that takes little. What a race never lacks:
both are measured on the rows that every candidate is measured on.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from modelyard.domain.leaderboards import Candidate
from modelyard.domain.learning import LearningCurve, LearningPoint
from modelyard.engine.automl.arenas import Arena
from modelyard.engine.automl.fits import FoldFit, Request, fit_candidate
from modelyard.engine.automl.rulers import Ruler
from modelyard.engine.automl.standings import Standing
from modelyard.engine.evaluation.judging import Judge
from modelyard.engine.evaluation.learning_curves import some_of
from modelyard.engine.fitting import IntArray
from modelyard.engine.tuning.ties import paired_interval
from modelyard.protocols.algorithms import Algorithm
from modelyard.protocols.executors import Notice, Pool

FloatArray = npt.NDArray[np.float64]

# What tells most comes first.
_HALF = 0.5
_SHARES = (_HALF, 0.25)
# Folds of one deal: a second deal of the same rows would cost as much again.
_MOST_FOLDS = 5
# A fit on fewer rows tells nothing of the algorithm.
_MIN_ROWS = 20
# Fewer folds, or parts of the rows, have no spread.
_MIN_GAINS = 2
# Share of the time that must have passed, so that a good candidate is known, and share of what all
# places have to spend that these fits may take.
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


@dataclass
class Lessons:
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

    def begin(self, pool: Pool, best: Standing, *, spent_s: float, left_s: float) -> bool:
        """Begin the next fit where it is time for it and it takes little; return whether it has.

        Args:
            pool: in which there is room.
            best: of all that have been scored on every fold.
            spent_s: seconds that candidates have had.
            left_s: seconds that there are for them.
        """
        total_s = spent_s + left_s
        if not self.waiting or spent_s < _FROM * total_s:
            return False
        self.standing = self.standing or best
        share = self.waiting.pop(0)
        if self._seconds(share) > min(_MOST * total_s * pool.n_places, _SAFE * left_s):
            return False
        wish = self._wish(self.standing.candidate, share)
        if wish is None:
            return False
        number = -_SHARES.index(share)
        self._running.add(number)
        pool.submit(number, fit_on_fewer, argument=wish)
        return True

    def take_in(self, notice: Notice) -> None:
        """Take in what one of the fits has finished, or that it has ended."""
        if notice.is_last:
            self._running.discard(notice.number)
        else:
            self.fits.setdefault(_SHARES[-notice.number], []).append(notice.result)

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
        low, high = paired_interval(gains.tolist(), held_ratio=ruler.held_ratio)
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

    @property
    def _folds(self) -> tuple[int, ...]:
        return tuple(range(min(len(self.arena.folds), _MOST_FOLDS)))

    def _seconds(self, share: float) -> float:
        """Return what the fits on a share of the rows will take, by what those on all took."""
        entry = None if self.standing is None else self.standing.entry
        if entry is None:
            return np.inf
        return entry.fit_s * share * len(self._folds) / len(self.arena.folds)

    def _wish(self, candidate: Candidate, share: float) -> FewerRows | None:
        """Return what is to be fitted; None where too few rows would teach."""
        rng = np.random.default_rng([self.arena.seed, _SHARES.index(share)])
        rows = []
        for number in self._folds:
            fold = self.arena.folds[number]
            offered = np.sort(np.concatenate([fold.teaching, fold.stopping]))
            some = some_of(self.judge, offered, share=share, rng=rng)
            rows.append((np.intersect1d(fold.teaching, some), np.intersect1d(fold.stopping, some)))
        if min(len(teaching) for teaching, _ in rows) < _MIN_ROWS:
            return None
        algorithm = self.algorithms[candidate.algorithm]
        return FewerRows(Request(candidate, algorithm, self._folds, n_threads=1), tuple(rows))
