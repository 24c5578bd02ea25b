"""What a leaderboard says beside scores: how far behind candidates are, and what members add."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from modelyard.domain.leaderboards import Leaderboard
from modelyard.engine.automl.arenas import Arena
from modelyard.engine.automl.blends import Library
from modelyard.engine.automl.rulers import Ruler
from modelyard.engine.evaluation.judging import Judge
from modelyard.engine.tuning.ties import paired_interval

FloatArray = npt.NDArray[np.float64]


def reckoned(board: Leaderboard, judge: Judge, *, arena: Arena, library: Library) -> Leaderboard:
    """Return a leaderboard with the interval of each candidate, the ties and what members add.

    Args:
        board: as it was raced, with the weights of the blend.
        judge: of the training, for the metric that decides.
        arena: of the candidates.
        library: of the complete ones, with their answers.
    """
    ruler = Ruler(judge, arena)
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


def _additions(board: Leaderboard, ruler: Ruler, library: Library) -> Mapping[int, float]:
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
