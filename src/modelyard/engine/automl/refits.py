"""Fits chosen candidates once more on all rows, where one model then does what several did."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from statistics import median

from modelyard.domain.automl import BEST
from modelyard.domain.leaderboards import Candidate
from modelyard.engine.automl.arenas import Arena
from modelyard.engine.automl.fits import FULL, FoldFit, Request, fit_candidate, settled_by
from modelyard.engine.workshop import Workshop
from modelyard.kit.signals import heeded
from modelyard.protocols.algorithms import Algorithm
from modelyard.protocols.executors import Notice, Outcome, Pool

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


def seconds_of(fits: Sequence[FoldFit], n_rows: int) -> float:
    """Return the seconds that a candidate with these fits will take on all of so many rows."""
    return median(each.fit_s * n_rows / len(each.taught) for each in fits)


def is_too_long(fits: Sequence[FoldFit], n_rows: int, *, seconds: float) -> bool:
    """Return whether a candidate with these fits surely takes longer on all rows."""
    return _SURELY_LATE * seconds_of(fits, n_rows) > seconds


def seconds_for(fits: Sequence[Sequence[FoldFit]], n_rows: int, *, n_places: int) -> float:
    """Return the seconds that candidates with these fits will take on all rows."""
    taken = [seconds_of(own, n_rows) for own in fits]
    return max(sum(taken) / n_places, *taken) if taken else 0.0


@dataclass(frozen=True)
class Refit:
    """One fit of a chosen candidate on all rows.

    Attributes:
        number: of its entry.
        candidate: as it competed.
        fits: of its folds, which have settled for how long it is fitted.
        fold: `ALL_ROWS`, or `FULL` with those of the test part.
        until: moment at which it is ended; None for never.
    """

    number: int
    candidate: Candidate
    fits: Sequence[FoldFit]
    fold: int
    until: float | None


def refit(
    pool: Pool,
    *,
    wanted: Sequence[Refit],
    algorithms: Mapping[str, Algorithm],
    workshop: Workshop,
    n_rows: int,
) -> dict[tuple[int, int], FoldFit]:
    """Return what could be fitted in time, by the number of its entry and its fold.

    Whoever wants the end meanwhile gets what is measured without the same for the package. What
    lacked memory beside others is begun again, and from then on one at a time.

    Args:
        pool: of the race, in which nothing runs.
        wanted: in the order in which they begin.
        algorithms: by key.
        workshop: its clock tells the time.
        n_rows: that teach.
    """
    waiting, running = list(enumerate(wanted)), dict[int, Refit]()
    found: dict[tuple[int, int], FoldFit] = {}
    lost, is_crowded = _Lost(), False
    with heeded() as is_interrupted:
        while waiting or running:
            now, lost.is_ending = workshop.clock(), is_interrupted() or workshop.wants_end()
            while waiting and pool.n_free and not (is_crowded and running):
                at, each = waiting.pop(0)
                if not lost.makes_vain(each) and _is_begun(each, n_rows, now=now):
                    pool.submit(at, fit_candidate, argument=_request(each, algorithms))
                    running[at] = each
                else:
                    lost.add(each)
            for at, each in running.items():
                is_late = each.until is not None and now > each.until
                if is_late or lost.makes_vain(each):
                    pool.stop(at)
            for notice in pool.wait(_LISTEN_S):
                if notice.is_last:
                    each = running.pop(notice.number)
                    is_crowded = is_crowded or notice.is_crowded
                    if (each.number, each.fold) not in found and notice.is_crowded:
                        waiting.insert(0, (notice.number, each))
                    elif (each.number, each.fold) not in found:
                        lost.add(each)
                        _say(notice, each, workshop)
                else:
                    each = running[notice.number]
                    found[each.number, each.fold] = notice.result
    return found


def _say(notice: Notice, refit: Refit, workshop: Workshop) -> None:
    """Tell of a fit that failed; one that was late is known by its absence."""
    if notice.outcome in {Outcome.FAILED, Outcome.TOO_LARGE}:
        name = refit.candidate.name
        workshop.progress.say(f"{name} could not be fitted on all rows: {notice.reason}")


@dataclass
class _Lost:
    """What will not be there, and what is fitted on every row in vain without it.

    Those of every row count together or not at all, and beside those that are measured. Of several
    folds, one that is not measured may still be left out of a blend that is chosen anew.

    Attributes:
        numbers: of entries that are not measured.
        is_all: whether nothing on every row will count.
        is_ending: whether somebody wants the end.
    """

    numbers: set[int] = field(default_factory=set)
    is_all: bool = False
    is_ending: bool = False

    def add(self, refit: Refit) -> None:
        is_expected = refit.fold == FULL and refit.number in self.numbers
        self.is_all = (
            self.is_all or len(refit.fits) == 1 or (refit.fold == FULL and not is_expected)
        )
        self.numbers.add(refit.number)

    def makes_vain(self, refit: Refit) -> bool:
        is_vain = self.is_ending or self.is_all or refit.number in self.numbers
        return refit.fold == FULL and is_vain


def _is_begun(refit: Refit, n_rows: int, *, now: float) -> bool:
    """Return whether there is time for a fit: for those that are measured also where it is scarce.

    What is late of the others is lost, and nothing depends on them.
    """
    if refit.fold == FULL:
        seconds = seconds_of(refit.fits, n_rows)
        return refit.until is None or now + seconds <= refit.until
    return refit.until is None or not is_too_long(refit.fits, n_rows, seconds=refit.until - now)


def _request(refit: Refit, algorithms: Mapping[str, Algorithm]) -> Request:
    candidate = refit.candidate
    finals = [each.parameters for each in refit.fits]
    settled = replace(candidate, parameters=settled_by(candidate.parameters, finals))
    return Request(settled, algorithms[candidate.algorithm], (refit.fold,), 1)
