"""Fits chosen candidates once more on all rows, where one model then does what several did."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from statistics import median

from modelyard.domain.automl import BEST
from modelyard.domain.leaderboards import Candidate
from modelyard.engine.automl.arenas import Arena
from modelyard.engine.automl.fits import ALL_ROWS, FoldFit, Request, fit_candidate, settled_by
from modelyard.engine.workshop import Workshop
from modelyard.protocols.algorithms import Algorithm
from modelyard.protocols.executors import Pool

# All rows are a quarter more than those of a fold of five, and fits take about that much longer.
_LONGER = 1.25
# A fit that would need so much more than the time that is left is not begun.
_SURELY_LATE = 0.8
_LISTEN_S = 0.25


def is_refitted(algorithm: Algorithm, arena: Arena, *, serve: str) -> bool:
    """Return whether a candidate answers by one model of all rows, not by those of the folds.

    One model takes a fraction of the time to answer. Only where accuracy is all do the models of
    the folds answer together, of algorithms that gain by it: those that validation rows stop. A
    forest is such a mean already, and a straight line has nothing to be averaged.
    """
    is_single = serve != BEST or len(arena.folds) == 1
    return is_single or not algorithm.card.needs.wants_validation


def seconds_of(fits: Sequence[FoldFit]) -> float:
    """Return the seconds that a candidate with these fits will take on all rows.

    The first fold of an algorithm waits for its library as well, which is then there.
    """
    return median(each.fit_s for each in fits) * _LONGER


def seconds_for(fits: Sequence[Sequence[FoldFit]], *, n_places: int) -> float:
    """Return the seconds that candidates with these fits will take on all rows."""
    taken = [seconds_of(own) for own in fits]
    return max(sum(taken) / n_places, *taken) if taken else 0.0


def refit(
    pool: Pool,
    *,
    wanted: Mapping[int, tuple[Candidate, Sequence[FoldFit]]],
    algorithms: Mapping[str, Algorithm],
    workshop: Workshop,
    until: float | None,
    fold: int = ALL_ROWS,
) -> dict[int, FoldFit]:
    """Return one model of all rows for each candidate that could be fitted in time.

    Args:
        pool: of the race, in which nothing runs.
        wanted: number of an entry to its candidate and its fits.
        algorithms: by key.
        workshop: its clock tells the time.
        until: moment at which what still runs is ended; None for never.
        fold: `ALL_ROWS`, or `FULL` with those of the test part.
    """
    waiting = list(wanted.items())
    running: set[int] = set()
    found: dict[int, FoldFit] = {}
    while waiting or running:
        while waiting and pool.n_free:
            number, (candidate, fits) = waiting.pop(0)
            if until is not None and workshop.clock() + _SURELY_LATE * seconds_of(fits) > until:
                continue
            finals = [each.parameters for each in fits]
            settled = replace(candidate, parameters=settled_by(candidate.parameters, finals))
            algorithm = algorithms[candidate.algorithm]
            pool.submit(number, fit_candidate, argument=Request(settled, algorithm, (fold,), 1))
            running.add(number)
        if until is not None and workshop.clock() >= until:
            waiting = []
            for number in running:
                pool.stop(number)
        for notice in pool.wait(_LISTEN_S):
            if notice.is_last:
                running.discard(notice.number)
            else:
                found[notice.number] = notice.result
    return found
