"""Who is next in a race: what is known to be strong, what goes on from it, what is searched."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np

from modelyard.domain.leaderboards import Candidate
from modelyard.engine.automl.blends import bounds_of, is_too_dear
from modelyard.engine.automl.continuing import is_same, longer
from modelyard.engine.automl.entering import best_of
from modelyard.engine.automl.expecting import Expectation
from modelyard.engine.automl.portfolio import Explorer
from modelyard.engine.automl.standings import Rules, Standing, entries_of, in_timing
from modelyard.engine.automl.turns import in_turn

# What fits were seen to take is an estimate: one that would need all the time left is not begun.
_SAFE_SHARE = 0.9
# Share of the time left that a candidate may need before anything has been finished.
_FIRST_SHARE = 0.3


@dataclass(frozen=True)
class Situation:
    """What is known when the next candidate is chosen.

    Attributes:
        expected: of the time that candidates take, by what has been finished.
        rules: of the race.
        left_s: seconds that candidates have; infinite where there is no limit.
        is_idle: whether nothing runs.
        is_full: whether as many were begun as are wanted.
    """

    expected: Expectation
    rules: Rules
    left_s: float
    is_idle: bool
    is_full: bool

    @property
    def standings(self) -> Collection[Standing]:
        return self.expected.standings

    @property
    def has_fits(self) -> bool:
        return any(each.fits for each in self.standings)

    def has_time_for(self, candidate: Candidate) -> bool:
        return self.expected.seconds(candidate) <= self.left_s * _SAFE_SHARE


@dataclass
class Lineup:
    """Candidates in the order in which they are tried.

    Attributes:
        waiting: of the portfolio, with those that go on from what used up its rounds.
        explorer: proposes what comes after them.
        alone: those that were ended for memory and have room with nothing beside them.
        is_search_short: whether there was no time for what was proposed last.
    """

    waiting: list[Candidate]
    explorer: Explorer
    alone: list[Candidate] = field(default_factory=list)
    is_search_short: bool = False
    # Names of those for which there was no time when they were looked at; those for which there
    # never will be; names of those that nothing runs beside, and of those that a search proposed.
    _lacked: set[str] = field(default_factory=set, init=False)
    _late: list[Candidate] = field(default_factory=list, init=False)
    _solitary: set[str] = field(default_factory=set, init=False)
    _proposed: set[str] = field(default_factory=set, init=False)

    def next(self, situation: Situation) -> Candidate | None:
        """Return the next candidate that there is time for; those of the portfolio come first."""
        if situation.is_full:
            return self._next_alone(situation)
        if not situation.rules.in_order:
            self._take_turns(situation)
        if (found := self._first_in_reach(situation)) is not None:
            return found
        if situation.rules.in_order:
            if any(each.entry is None for each in situation.standings):
                return None
            # All have ended, whichever was the first to.
            for standing in sorted(situation.standings, key=_number):
                self.go_on_with(standing, situation.standings)
            if (found := self._first_in_reach(situation)) is not None:
                return found
        alone = self._next_alone(situation)
        return self._explored(situation) if alone is None and not self.alone else alone

    @property
    def is_short(self) -> bool:
        """Whether something is left for which there was no time."""
        return bool(self.is_search_short or self.waiting or self.alone or self._late)

    @property
    def n_begun_again(self) -> int:
        """How many were begun a second time."""
        return len(self._solitary) - len(self.alone) - len(self._late)

    def runs_alone(self, standings: Collection[Standing]) -> bool:
        """Return whether one runs that nothing is to run beside."""
        return any(e.entry is None and e.candidate.name in self._solitary for e in standings)

    def leave_out(self, names: Collection[str]) -> None:
        """Forget candidates that were tried before."""
        self.waiting = [each for each in self.waiting if each.name not in names]

    def go_on_with(self, standing: Standing, standings: Collection[Standing]) -> None:
        """Let the best of an algorithm go on next where it has used up its rounds.

        Args:
            standing: of a candidate that has ended.
            standings: of all candidates that were begun.
        """
        entry, candidate = standing.entry, standing.candidate
        own = [e for e in entries_of(standings) if e.candidate.algorithm == candidate.algorithm]
        if entry is None or not entry.is_complete or entry is not best_of(own):
            return
        found = longer(candidate, standing.fits)
        known = [*self.waiting, *(each.candidate for each in standings)]
        if found is not None and not any(is_same(each, found) for each in known):
            self.waiting.insert(0, found)

    def try_alone(self, candidate: Candidate) -> None:
        """Try a candidate once more, after all known settings and with nothing beside it.

        What a search has proposed is not tried again: it goes on to propose.

        Args:
            candidate: that was ended for memory which it has by itself.
        """
        if candidate.name not in self._proposed:
            reason = f"{candidate.name} lacked memory beside others: once more by itself"
            again = replace(candidate, name=f"{candidate.name}-alone", reason=reason)
            self._solitary.add(again.name)
            self.alone.append(again)

    def lacking(self, *, is_out_of_time: bool) -> list[Candidate]:
        """Return what there was no time for, and forget what is left.

        Args:
            is_out_of_time: whether a race ends for want of time; else some may not have been looked
                at for another reason.
        """
        late, left = self._late, [*self.waiting, *self.alone]
        self.waiting, self.alone, self._late = [], [], []
        return [*(e for e in left if is_out_of_time or e.name in self._lacked), *late]

    def _take_turns(self, situation: Situation) -> None:
        arena, judge = situation.expected.arena, situation.expected.judge
        bounds = bounds_of(situation.rules.serve, arena.plan.columns)
        waiting = in_turn(
            self.waiting,
            entries_of(situation.standings),
            metric=judge.metric.card,
            is_too_dear=partial(is_too_dear, bounds=bounds),
        )
        # What is taught as its kin are may have been tried so.
        tried = [each.candidate for each in situation.standings]
        self.waiting = [each for each in waiting if not any(is_same(each, e) for e in tried)]

    def _first_in_reach(self, situation: Situation) -> Candidate | None:
        for candidate in self._in_reach(situation):
            self.waiting.remove(candidate)
            return candidate
        return None

    def _in_reach(self, situation: Situation) -> Sequence[Candidate]:
        """Return the candidates that there is time for.

        As long as nothing has been finished, one that would take most of the time waits for cheaper
        ones; where all would, the cheapest is tried, whatever it is expected to take. While an
        algorithm is timed for the first time, its others wait for what that tells.
        """
        if np.isinf(situation.left_s):
            return self.waiting
        if situation.has_fits:
            untold = in_timing(situation.standings)
            told = [each for each in self.waiting if each.algorithm not in untold]
            found = [each for each in told if situation.has_time_for(each)]
            self._lacked |= {each.name for each in told} - {each.name for each in found}
            return found
        seconds = situation.expected.seconds
        soon = [e for e in self.waiting if seconds(e) <= situation.left_s * _FIRST_SHARE]
        return soon or sorted(self.waiting, key=seconds)[:1]

    def _next_alone(self, situation: Situation) -> Candidate | None:
        """Return what is to run by itself, once nothing runs; what is too long is dropped."""
        late = [e for e in self.alone if situation.has_fits and not situation.has_time_for(e)]
        self.alone = [each for each in self.alone if each not in late]
        self._late += late
        return self.alone.pop(0) if self.alone and situation.is_idle else None

    def _explored(self, situation: Situation) -> Candidate | None:
        found = self.explorer.next(entries_of(situation.standings))
        self.is_search_short = found is not None and not situation.has_time_for(found)
        if found is None or self.is_search_short:
            return None
        self._proposed.add(found.name)
        return found


def _number(standing: Standing) -> int:
    return 0 if standing.entry is None else standing.entry.number
