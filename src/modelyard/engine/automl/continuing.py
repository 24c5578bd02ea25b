"""Goes on where a candidate ended because its rounds were used up, not because it erred more.

CatBoost that was taught logarithms erred 36.3 with its thousand rounds on rents of bicycles by the
hour (bike_sharing, a fifth held back), and 33.2 with 2,500 of twice the learning rate.
"""

from collections.abc import Sequence
from dataclasses import replace
from statistics import median

from modelyard.domain.leaderboards import Candidate
from modelyard.engine.automl.fits import FoldFit

_ROUNDS, _RATE, _PATIENCE = "n_estimators", "learning_rate", "early_stopping_rounds"
# A candidate goes on with twice the rounds, each of which learns twice as much up to this rate:
# LightGBM at 0.15 erred 2 % more there than at 0.1, whatever its rounds.
_TIMES, _FAST = 2, 0.1
_MOST_ROUNDS = 10_000


def is_same(one: Candidate, other: Candidate) -> bool:
    """Return whether two candidates are fitted alike, whatever they are called."""
    return (
        one.algorithm == other.algorithm
        and one.parameters == other.parameters
        and one.preparation == other.preparation
        and one.is_log == other.is_log
    )


def longer(candidate: Candidate, fits: Sequence[FoldFit]) -> Candidate | None:
    """Return a candidate that goes on learning, None where this one ended by itself.

    Args:
        candidate: that was fitted.
        fits: of its folds, with the rounds that they came to.
    """
    given = candidate.parameters
    if not fits or not {_ROUNDS, _RATE, _PATIENCE} <= given.keys() or not given[_PATIENCE]:
        return None
    asked, rate = int(given[_ROUNDS]), float(given[_RATE])
    came_to = median(int(each.parameters[_ROUNDS]) for each in fits)
    if came_to + int(given[_PATIENCE]) <= asked or _TIMES * asked > _MOST_ROUNDS:
        return None
    faster = max(rate, min(_TIMES * rate, _FAST))
    return replace(
        candidate,
        name=f"{candidate.name}-longer",
        parameters={**given, _ROUNDS: _TIMES * asked, _RATE: faster},
        reason=f"{candidate.name} had used up its rounds before it erred least",
        cost=_TIMES * candidate.cost,
        is_longer=True,
    )
