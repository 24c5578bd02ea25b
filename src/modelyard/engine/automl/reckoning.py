"""What a leaderboard says beside scores: how far behind candidates are, and what members add."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from modelyard.domain.leaderboards import Entry, Leaderboard
from modelyard.engine.automl.arenas import Arena
from modelyard.engine.automl.blends import Library
from modelyard.engine.evaluation.estimates import score_once
from modelyard.engine.evaluation.judging import Judge
from modelyard.engine.fitting import IntArray
from modelyard.engine.tuning.ties import paired_interval

FloatArray = npt.NDArray[np.float64]

# Where one part is held out it is cut into as many parts: ten means are near enough to normal for
# an interval by Student's t (Law: Simulation Modeling and Analysis, 5th ed. (2015), section 9.5.3,
# advises ten batches or more), and each still holds some hundred rows or more.
_N_PARTS = 10
# Rows that members are left out on: those of a few thousand rows differ little from those of all.
_MOST_ROWS = 20_000


def reckoned(board: Leaderboard, judge: Judge, *, arena: Arena, library: Library) -> Leaderboard:
    """Return a leaderboard with the interval of each candidate, the ties and what members add.

    Args:
        board: as it was raced, with the weights of the blend.
        judge: of the training, for the metric that decides.
        arena: of the candidates.
        library: of the complete ones, with their answers.
    """
    ruler = _Ruler(judge, arena)
    adds = _additions(board, ruler, library)
    complete = [each for each in board.ranked if each.is_complete]
    if not complete:
        return board
    parts = {each.number: ruler.by_part(each, library) for each in complete}
    own = parts[complete[0].number]
    behind = {
        number: _behind(own, values, held_ratio=ruler.held_ratio)
        for number, values in parts.items()
        if number != complete[0].number
    }
    entries = []
    for each in board.entries:
        low, high = behind.get(each.number, (None, None))
        add = adds.get(each.number)
        entries.append(replace(each, behind_low=low, behind_high=high, adds=add))
    tied = tuple(n for n, (low, _) in sorted(behind.items()) if low is None or low <= 0)
    return replace(board, entries=tuple(entries), tied=tied)


def _behind(
    best: FloatArray, other: FloatArray, *, held_ratio: float
) -> tuple[float | None, float | None]:
    """Return the interval of what `other` lacks, None where the parts cannot tell."""
    gains = best - other
    low, high = paired_interval(gains[np.isfinite(gains)].tolist(), held_ratio=held_ratio)
    return (low, high) if np.isfinite([low, high]).all() else (None, None)


def _additions(board: Leaderboard, ruler: "_Ruler", library: Library) -> Mapping[int, float]:
    """Return what the blend loses without each of its members, whose others then count more."""
    weights = {each.number: each.weight for each in board.chosen}
    if len(weights) < 2:
        return {}
    answers = {number: library.answers[number] for number in weights}
    whole = ruler.goodness_of(answers, weights)
    adds = {}
    for number in weights:
        others = {other: weight for other, weight in weights.items() if other != number}
        adds[number] = whole - ruler.goodness_of(answers, others)
    return {number: add for number, add in adds.items() if np.isfinite(add)}


@dataclass(frozen=True)
class _Ruler:
    """Measures answers for the rows of an arena."""

    judge: Judge
    arena: Arena

    @property
    def held_ratio(self) -> float:
        """Rows that a fold holds out, per row that teaches; of one model's rows nothing is shared.

        Parts of one held-out part say nothing of how a fit on other rows would have fared.
        """
        folds = self.arena.folds
        if len(folds) == 1:
            return 0.0
        return float(np.mean([len(f.held) / (len(f.teaching) + len(f.stopping)) for f in folds]))

    def by_part(self, entry: Entry, library: Library) -> FloatArray:
        """Return the goodness of a candidate fold by fold, or by parts of what is held out."""
        if len(self.arena.folds) > 1:
            goodness = self.judge.metric.card.goodness
            known = [np.nan if each is None else goodness(each) for each in entry.fold_scores]
            return np.array(known)
        answers = library.answers[entry.number]
        return np.array([self._goodness(answers, at) for at in self._parts])

    @property
    def _parts(self) -> Sequence[IntArray]:
        rng = np.random.default_rng(self.arena.folds[0].seed)
        return np.array_split(rng.permutation(len(self.arena.rows)), _N_PARTS)

    def goodness_of(self, answers: Mapping[int, FloatArray], weights: Mapping[int, float]) -> float:
        """Return the goodness of a weighted mean of answers."""
        n_rows = len(self.arena.rows)
        at = np.arange(0, n_rows, max(1, -(-n_rows // _MOST_ROWS)))
        mixed = sum(answers[number][at] * weight for number, weight in weights.items())
        return self._goodness(np.asarray(mixed) / sum(weights.values()), at, are_taken=True)

    def _goodness(self, scores: FloatArray, at: IntArray, *, are_taken: bool = False) -> float:
        plan, metric = self.judge.plan, self.judge.metric
        rows = self.arena.rows[at]
        weight = None if plan.weight is None else plan.weight[rows]
        taken = scores if are_taken else scores[at]
        score = score_once(metric, plan.y[rows], scores=taken, task=plan.task, weight=weight)
        return metric.card.goodness(score)
