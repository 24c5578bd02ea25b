"""What of an earlier run that did not end counts in this one."""

from collections.abc import Sequence
from dataclasses import replace

from modelyard.domain.leaderboards import Candidate, Entry
from modelyard.engine.automl.fits import FoldFit
from modelyard.engine.automl.standings import Rules

Finished = tuple[Entry, Sequence[FoldFit]]


def resumed(
    kept: Sequence[Finished],
    *,
    waiting: Sequence[Candidate],
    rules: Rules,
) -> list[Finished]:
    """Return the finished candidates that a run goes on from, numbered from 1 on.

    It is at most as many as the run may try, of algorithms that compete in it. Where two runs are
    to end alike, it is those with which such a run begins: what a clock had put in their place, or
    a search had proposed, would have it end otherwise.

    Args:
        kept: what was finished, in the order in which it was tried; of several runs perhaps.
        waiting: the portfolio of this run, in its order.
        rules: of this run.
    """
    if rules.in_order:
        by_name = {entry.candidate.name: (entry, fits) for entry, fits in kept}
        found = []
        for candidate in waiting:
            if candidate.name not in by_name:
                break
            found.append(by_name[candidate.name])
    else:
        competing = {candidate.algorithm for candidate in waiting}
        found = [each for each in kept if each[0].candidate.algorithm in competing]
    return [
        (replace(entry, number=number), fits)
        for number, (entry, fits) in enumerate(found[: rules.n_candidates], 1)
    ]
