"""Whose turn it is: what has been seen of a candidate's kin says whether it is worth its time now.

Kin are candidates of one algorithm that go about it the same way: with the same words and switches
among their hyperparameters, and the same form of the target. They differ in numbers alone, which
change far less: on one table LightGBM erred 1.30, and with random thresholds 1.76 and 1.98.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from modelyard.domain.leaderboards import Candidate, Entry
from modelyard.protocols.metrics import MetricCard

# Algorithms that err at most so much more than the best one take turns; then come others.
_NEAR, _FAR = 1.03, 1.15
# Kin are left for the end where the best of them errs so much more than their algorithm's best.
_MUCH_WORSE = 1.05
# Kin change the form of the target where it errs that share less: one split, often of one fold,
# says no more of less, and what is taught both ways blends better. At 45 s of work of each of two
# cores, two splits each, held-back errors of fifa, bike_sharing and diamonds fell by 2.2, 2.1 and
# 0.5 % beside a switch for any gain; those of loans and bikers changed by 0.1 and -0.3 %.
_MUCH_BETTER = 0.98
# Before what a candidate is taught otherwise than at first.
_LEARNS = "; it learns "

Kin = tuple[str, tuple[tuple[str, object], ...], bool]


def in_turn(
    waiting: Sequence[Candidate],
    entries: Sequence[Entry],
    *,
    metric: MetricCard,
    is_too_dear: Callable[[Entry], bool],
) -> list[Candidate]:
    """Return candidates in the order in which they are worth a try, those of the best first.

    Where an algorithm does clearly better with the logarithm of the target, or without, the others
    of its candidates are taught likewise. An algorithm of which all that was tried is too dear to
    serve comes last, where another one comes near to the best.

    Args:
        waiting: in the order in which they would be tried.
        entries: of all that has ended.
        metric: that decides.
        is_too_dear: returns whether an entry may not answer even alone.
    """
    best = _best_errors(entries, metric)
    dear = _too_dear(entries, best, is_too_dear)
    adapted = [_likewise(each, best) for each in waiting]
    return sorted(
        adapted,
        key=lambda each: (each.algorithm in dear, _is_poor(each, best), _distance(each, best)),
    )


def _too_dear(
    entries: Sequence[Entry], best: Mapping[Kin, float], is_too_dear: Callable[[Entry], bool]
) -> set[str]:
    """Return the algorithms that are too dear, none where all others err much more."""
    tried = [each for each in entries if each.is_complete]
    served = {each.candidate.algorithm for each in tried if not is_too_dear(each)}
    errors = [error for kin, error in best.items() if kin[0] in served]
    if not errors or min(errors) > _FAR * min(best.values()):
        return set()
    return {each.candidate.algorithm for each in tried} - served


def _best_errors(entries: Iterable[Entry], metric: MetricCard) -> Mapping[Kin, float]:
    """Return how far the best of each kin is from an ideal answer; empty where there is none."""
    if metric.ideal is None:
        return {}
    ideal, best = float(metric.goodness(metric.ideal)), dict[Kin, float]()
    for each in entries:
        if each.is_complete and each.goodness is not None:
            kin = _kin(each.candidate)
            best[kin] = min(best.get(kin, float("inf")), ideal - each.goodness)
    return best


def _kin(candidate: Candidate) -> Kin:
    given = [*candidate.parameters.items(), *candidate.preparation.items()]
    words = sorted((name, value) for name, value in given if isinstance(value, bool | str))
    return candidate.algorithm, tuple(words), candidate.is_log


def _likewise(candidate: Candidate, best: Mapping[Kin, float]) -> Candidate:
    """Return a candidate taught as those of its kin that do best."""
    algorithm, words, is_log = _kin(candidate)
    own, other = best.get((algorithm, words, is_log)), best.get((algorithm, words, not is_log))
    if own is None or other is None or other > _MUCH_BETTER * own:
        return candidate
    name = candidate.name.removesuffix("-log") if is_log else f"{candidate.name}-log"
    learnt = "the target itself" if is_log else "the logarithm of the target"
    why = candidate.reason.partition(_LEARNS)[0]
    reason = f"{why}{_LEARNS}{learnt}, by which its like erred less"
    return replace(candidate, is_log=not is_log, name=name, reason=reason)


def _is_poor(candidate: Candidate, best: Mapping[Kin, float]) -> bool:
    own = best.get(_kin(candidate))
    of_algorithm = [error for kin, error in best.items() if kin[0] == candidate.algorithm]
    return own is not None and own > _MUCH_WORSE * min(of_algorithm)


def _distance(candidate: Candidate, best: Mapping[Kin, float]) -> int:
    """Return how far its algorithm is from the best one: 0 is near, or not yet known.

    What goes on where its rounds were used up is nearer than what it goes on from.
    """
    own = [error for kin, error in best.items() if kin[0] == candidate.algorithm]
    if not own:
        return 0
    shares = (_FAR,) if candidate.is_longer else (_NEAR, _FAR)
    return sum(min(own) > share * min(best.values()) for share in shares)
