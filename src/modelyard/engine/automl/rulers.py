"""Measures what candidates answer for the rows that they were not taught."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from modelyard.domain.leaderboards import Entry
from modelyard.engine.automl.arenas import Arena
from modelyard.engine.automl.blends import Library
from modelyard.engine.automl.entering import score_of_fold
from modelyard.engine.automl.fits import FoldFit
from modelyard.engine.evaluation.estimates import score_once
from modelyard.engine.evaluation.judging import Judge
from modelyard.engine.fitting import IntArray

FloatArray = npt.NDArray[np.float64]

# Where one part is held out it is cut into as many parts: ten means are near enough to normal for
# an interval by Student's t (Law: Simulation Modeling and Analysis, 5th ed. (2015), section 9.5.3,
# advises ten batches or more), and each still holds some hundred rows or more.
_N_PARTS = 10
# Rows that members are left out on: those of a few thousand rows differ little from those of all.
_MOST_ROWS = 20_000


@dataclass(frozen=True)
class Ruler:
    """Measures answers for the rows of an arena by the metric that ranks.

    Attributes:
        judge: of the training, for the metric.
        arena: of the candidates.
    """

    judge: Judge
    arena: Arena

    @property
    def held_ratio(self) -> float:
        """Rows that a fold holds out, per row that teaches; of one model's rows nothing is shared.

        Parts of one held-out part say nothing of how a fit on other rows would have fared.
        """
        return 0.0 if len(self.arena.folds) == 1 else self.taught_ratio

    @property
    def taught_ratio(self) -> float:
        """Rows that a fold holds out, per row that teaches, however many folds there are."""
        folds = self.arena.folds
        return float(np.mean([len(f.held) / (len(f.teaching) + len(f.stopping)) for f in folds]))

    def by_part(self, entry: Entry, library: Library) -> FloatArray:
        """Return the goodness of a candidate fold by fold, or by parts of what is held out."""
        if len(self.arena.folds) > 1:
            goodness = self.judge.metric.card.goodness
            known = [np.nan if each is None else goodness(each) for each in entry.fold_scores]
            return np.array(known)
        answers = library.answers[entry.number]
        goodness = self.judge.metric.card.goodness
        return np.array([goodness(self._score(answers[at], at)) for at in self._parts])

    def scores_of(self, fits: Sequence[FoldFit]) -> FloatArray:
        """Return the metric fit by fit, or by parts of what the one fold holds out."""
        if len(self.arena.folds) > 1:
            return np.array(
                [
                    score_of_fold(each.scores, each.fold, judge=self.judge, arena=self.arena)
                    for each in fits
                ]
            )
        (one,) = fits
        return np.array([self._score(one.scores[at], at) for at in self._parts])

    def score_of(self, fits: Sequence[FoldFit]) -> float:
        """Return the mean metric of fits over their folds, as candidates are scored."""
        scores = [
            score_of_fold(each.scores, each.fold, judge=self.judge, arena=self.arena)
            for each in fits
        ]
        return float(np.nanmean(scores))

    @property
    def _parts(self) -> Sequence[IntArray]:
        rng = np.random.default_rng(self.arena.folds[0].seed)
        return np.array_split(rng.permutation(len(self.arena.rows)), _N_PARTS)

    def goodness_of(self, answers: Mapping[int, FloatArray], weights: Mapping[int, float]) -> float:
        """Return the goodness of a weighted mean of answers."""
        n_rows = len(self.arena.rows)
        at = np.arange(0, n_rows, max(1, -(-n_rows // _MOST_ROWS)))
        mixed = sum(answers[number][at] * weight for number, weight in weights.items())
        score = self._score(np.asarray(mixed) / sum(weights.values()), at)
        return self.judge.metric.card.goodness(score)

    def _score(self, scores: FloatArray, at: IntArray) -> float:
        """Return the metric of scores for those rows of the arena that stand at some places."""
        plan, rows = self.judge.plan, self.arena.rows[at]
        weight = None if plan.weight is None else plan.weight[rows]
        metric = self.judge.metric
        return score_once(metric, plan.y[rows], scores=scores, task=plan.task, weight=weight)
