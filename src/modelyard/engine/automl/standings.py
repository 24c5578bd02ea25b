"""What a race may spend, and what each of its candidates has finished."""

from collections.abc import Collection
from dataclasses import dataclass, field

from modelyard.domain.automl import BALANCED
from modelyard.domain.leaderboards import Candidate, Entry
from modelyard.engine.automl.fits import FoldFit


@dataclass(frozen=True)
class Rules:
    """What a race may spend.

    Attributes:
        deadline: moment of the clock at which the package is to stand; None for never. A first
            model may end then, as without one there is nothing to package.
        reserve_s: seconds that what comes after the last fit takes on a quiet machine.
        n_candidates: most candidates; None for as many as the time allows.
        n_threads: of one fit.
        serve: how much answers may cost, which says what is fitted again on all rows.
        refits_full: whether that is done twice, without the test part and with it.
        in_order: whether candidates are judged in the order in which they began, so that a race
            without a time limit ends the same way whatever ends first.
    """

    deadline: float | None
    reserve_s: float
    n_candidates: int | None
    n_threads: int
    in_order: bool = False
    serve: str = BALANCED
    refits_full: bool = False


@dataclass
class Standing:
    """A candidate with what it has finished.

    Attributes:
        entry: None as long as it runs.
        fits: of its folds.
        is_too_large: whether it was ended for its memory.
    """

    candidate: Candidate
    entry: Entry | None = None
    fits: list[FoldFit] = field(default_factory=list)
    is_too_large: bool = False


def entries_of(standings: Collection[Standing]) -> list[Entry]:
    """Return what became of every candidate that has ended."""
    return [each.entry for each in standings if each.entry is not None]


def in_timing(standings: Collection[Standing]) -> set[str]:
    """Return the algorithms of which one runs and none has told what a fit takes."""
    told = {each.candidate.algorithm for each in standings if each.fits}
    return {each.candidate.algorithm for each in standings if each.entry is None} - told
