"""Lets candidates compete until time or candidates run out; what has been finished counts."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np
import numpy.typing as npt

from modelyard.domain.leaderboards import Candidate, Entry
from modelyard.domain.trials import Ending
from modelyard.engine.automl.arenas import Arena
from modelyard.engine.automl.entering import best_of, entry_of, passed_over
from modelyard.engine.automl.expecting import Expectation, crowding_of
from modelyard.engine.automl.fewer_rows import LearningFits, TimeBudget
from modelyard.engine.automl.fits import FoldFit, Request, fit_candidate
from modelyard.engine.automl.lineups import Lineup, Situation
from modelyard.engine.automl.refits import is_refitted, is_too_long, seconds_for
from modelyard.engine.automl.reserves import RefitReserve
from modelyard.engine.automl.standings import Rules, Standing, entries_of, in_timing
from modelyard.engine.evaluation.judging import Judge
from modelyard.kit.signals import heeded
from modelyard.protocols.algorithms import Algorithm
from modelyard.protocols.executors import Notice, Outcome, Pool

FloatArray = npt.NDArray[np.float64]

# How long to wait for news before the clock is looked at again.
_LISTEN_S = 0.25
# Share of the reserve that is left when what is fitted on all rows is late: without it, a blend is
# chosen anew of what is there.
_GRACE = 0.5
# Share of all time that fits on all rows may take where one fold is held out. Its models have seen
# most rows: those that could not be fitted again answer instead, and cost no more. Where all are
# fitted a second time, with the test part, both together take no more than that either.
_MOST_FOR_REFITS = 0.33
# Candidates that lacked memory beside others, after which one less runs at a time.
_CROWDED = 2
# Share of all time before the end at which what would be blended is chosen with care.
_NEAR_END = 0.15


@dataclass
class Race:
    """One run of candidates on one arena.

    Attributes:
        lineup: candidates that have not been tried.
        on_entry: is handed each entry as it ends.
        likely: returns at once about those entries that would be blended if the race ended now.
        chosen: returns these entries, after a second or more.
        learning: what fewer rows teach the best candidate, where there is a time limit.
        began: moment of the clock from which the ends of candidates are counted.
    """

    judge: Judge
    arena: Arena
    algorithms: Mapping[str, Algorithm]
    lineup: Lineup
    rules: Rules
    pool: Pool
    on_entry: Callable[[Entry, Sequence[FoldFit]], object]
    likely: Callable[["Race"], Sequence[Entry]]
    chosen: Callable[["Race"], Sequence[Entry]]
    learning: LearningFits
    began: float = 0.0
    standings: dict[int, Standing] = field(default_factory=dict)
    # How candidates ended where something else still runs.
    _over: Ending | None = field(default=None, init=False)
    # How many lacked memory beside others.
    _n_crowded: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        self._refits = RefitReserve(
            partial(self.likely, self),
            partial(self.chosen, self),
            seconds_of=self._seconds_of_refits,
            clock=self._now,
            near_s=_NEAR_END * ((self.rules.deadline or 0.0) - self.began),
        )

    @property
    def entries(self) -> list[Entry]:
        """What became of every candidate that has ended."""
        return entries_of(self.standings.values())

    @property
    def until(self) -> float | None:
        """The moment at which the last fit is to end, those on all rows included; None for never.

        On a crowded machine what comes after takes longer than its processor time, as fits do.
        """
        return self._before_deadline(1.0)

    @property
    def latest(self) -> float | None:
        """The moment until which fits on all rows that took longer than expected may go on."""
        return self._before_deadline(_GRACE)

    def _before_deadline(self, share: float) -> float | None:
        rules = self.rules
        if rules.deadline is None:
            return None
        return rules.deadline - share * rules.reserve_s * crowding_of(self.entries)

    def is_refitted(self, candidate: Candidate) -> bool:
        """Return whether a candidate is to answer by one model of all rows."""
        algorithm = self.algorithms[candidate.algorithm]
        return is_refitted(algorithm, self.arena, serve=self.rules.serve)

    def go_on_from(self, known: Sequence[tuple[Entry, Sequence[FoldFit]]]) -> None:
        """Take in candidates that were finished before; they are not tried again.

        Args:
            known: by different numbers, of algorithms that compete.
        """
        for entry, fits in known:
            # They were there when this run began.
            ended = replace(entry, at_s=0.0)
            self.standings[entry.number] = Standing(entry.candidate, ended, list(fits))
        self.lineup.leave_out({entry.candidate.name for entry, _ in known})
        if not self.rules.in_order:
            for entry, _ in known:
                standing = self.standings[entry.number]
                self.lineup.go_on_with(standing, self.standings.values())

    def run(self) -> Ending:
        """Start candidates as there is room, and take in what they finish.

        Raises:
            KeyboardInterrupt: if it was interrupted before anything had been finished.
        """
        with heeded() as is_interrupted:
            while True:
                while self.pool.n_free and self._start():
                    pass
                if (not self._n_running or self._is_late()) and self._has_more_time():
                    continue
                is_done = self._is_full and not self.lineup.alone
                if not self._n_running and (is_done or self._is_idle):
                    self._over = self._over or self._ending()
                    if not self._teaches_fewer() and self._is_idle:
                        return self._ended(self._over)
                if (ending := self._asked_to_end(is_interrupted=is_interrupted())) is not None:
                    return self._stop(ending)
                for notice in self.pool.wait(self._patience()):
                    self._take_in(notice)

    def _asked_to_end(self, *, is_interrupted: bool) -> Ending | None:
        """Return why what runs is to end now, None where it may go on."""
        if is_interrupted and not self._has_fits:
            raise KeyboardInterrupt
        if is_interrupted or (self.judge.workshop.wants_end() and self._n_complete):
            return Ending.INTERRUPTED
        return Ending.TIME if self._is_late() else None

    @property
    def _has_fits(self) -> bool:
        return any(each.fits for each in self.standings.values())

    @property
    def _n_complete(self) -> int:
        return sum(each.is_complete for each in self.entries)

    @property
    def _n_running(self) -> int:
        return sum(each.entry is None for each in self.standings.values())

    @property
    def _is_idle(self) -> bool:
        return not self._n_running and not self.learning.is_running

    def _now(self) -> float:
        return self.judge.workshop.clock()

    def _left(self) -> float:
        """Return the seconds that are left for candidates: the chosen are fitted again after."""
        until = self.until
        if until is None:
            return np.inf
        kept = self._refits.seconds(self._n_complete, left_s=until - self._now())
        return until - self._now() - kept

    def _has_more_time(self) -> bool:
        """Return whether a choice with care leaves time that was kept without need."""
        until = self.until
        if until is None or until <= self._now():
            return False
        return self._refits.is_less(self._n_complete) and not self._is_late()

    def _seconds_of_refits(self, members: Sequence[Entry]) -> float:
        again = [each for each in members if self.is_refitted(each.candidate)]
        is_whole = len(again) == len(members)
        fits = [self.standings[each.number].fits for each in again]
        n_rows, deadline = len(self.arena.training), self.rules.deadline
        for_all = partial(seconds_for, n_rows=n_rows, n_places=self.pool.n_places)
        if deadline is None:
            return for_all(fits)
        most = _MOST_FOR_REFITS * (deadline - self.began)
        if len(self.arena.folds) == 1:
            # What takes longer by itself answers by its model of the fold.
            fits = [own for own in fits if not is_too_long(own, n_rows, seconds=most)]
            is_whole = is_whole and len(fits) == len(again)
        seconds, both = for_all(fits), for_all([*fits, *fits])
        # What an algorithm is worth that has not ended once matters more than a few rows.
        is_full = self.rules.refits_full and is_whole
        if is_full and not in_timing(self.standings.values()) and both <= max(most, seconds):
            seconds = both
        return seconds if len(self.arena.folds) > 1 else min(seconds, most)

    def _is_late(self) -> bool:
        """Return whether no time is left.

        A first model may take what is kept for packaging it: without one there is nothing to do.
        """
        deadline = self.rules.deadline
        if deadline is None or self._left() > 0:
            return False
        return self._has_fits or self._now() >= deadline

    def _patience(self) -> float:
        left = self._left()
        if left <= 0 and self.rules.deadline is not None:
            left = self.rules.deadline - self._now()
        return float(np.clip(left, 0.0, _LISTEN_S))

    @property
    def _n_places(self) -> int:
        """How many run at a time: one less for each two that lacked memory beside others."""
        return max(1, self.pool.n_places - self._n_crowded // _CROWDED)

    @property
    def _is_full(self) -> bool:
        """Whether there are as many as are wanted; one that is tried again counts once."""
        most = self.rules.n_candidates
        n_tried = len(self.standings) - self.lineup.n_begun_again
        return most is not None and n_tried >= most

    def _ending(self) -> Ending:
        if self._is_full:
            return Ending.TRIALS
        lacks_time = self._is_late() or self.lineup.is_short
        is_timed = self.rules.deadline is not None
        return Ending.TIME if is_timed and lacks_time else Ending.EXHAUSTED

    def _ended(self, ending: Ending) -> Ending:
        self._pass_over(self.lineup.lacking(is_out_of_time=ending is Ending.TIME))
        return ending

    def _stop(self, ending: Ending) -> Ending:
        """End what still runs; folds that it has finished are kept."""
        for number, standing in self.standings.items():
            if standing.entry is None:
                self.pool.stop(number)
        self.learning.stop(self.pool)
        while not self._is_idle:
            for notice in self.pool.wait(_LISTEN_S):
                self._take_in(notice)
        # Candidates may have come to their end before, where only fits on fewer rows ran.
        return self._ended(self._over or ending)

    def _start(self) -> bool:
        """Start the next candidate, or one on fewer rows; return whether there was one."""
        if self.lineup.runs_alone(self.standings.values()):
            return False
        if self._teaches_fewer():
            return True
        if self._over is not None or self._is_late() or self._n_running >= self._n_places:
            return False
        if self._left() <= 0 and self._n_running:
            # Nothing has been finished yet, and whatever is begun now would only slow it down.
            return False
        candidate = self._next()
        if candidate is None:
            return False
        number = max(self.standings, default=0) + 1
        self.standings[number] = Standing(candidate)
        folds = tuple(range(len(self.arena.folds)))
        algorithm = self.algorithms[candidate.algorithm]
        request = Request(candidate, algorithm, folds, self.rules.n_threads)
        self.pool.submit(number, fit_candidate, argument=request)
        return True

    def _teaches_fewer(self) -> bool:
        """Fit the best candidate on fewer rows where it is time for that; return whether it was."""
        best, spent, left = best_of(self.entries), self._now() - self.began, self._left()
        if self.rules.deadline is None or best is None or left <= 0:
            return False
        time = TimeBudget(spent, left, is_over=self._over is not None)
        return self.learning.begin(self.pool, self.standings[best.number], time=time)

    def _next(self) -> Candidate | None:
        expected = Expectation(self.judge, self.arena, self.algorithms, self.standings.values())
        situation = Situation(
            expected, self.rules, self._left(), is_idle=self._is_idle, is_full=self._is_full
        )
        return self.lineup.next(situation)

    def _pass_over(self, candidates: Sequence[Candidate]) -> None:
        """Record candidates for which there was no time."""
        for candidate in candidates:
            number, at_s = max(self.standings, default=0) + 1, self._now() - self.began
            entry = passed_over(number, candidate, needed_s=self._expected_s(candidate), at_s=at_s)
            self.standings[number] = Standing(candidate, entry)
            self.on_entry(entry, ())

    def _expected_s(self, candidate: Candidate) -> float:
        standings = list(self.standings.values())
        expected = Expectation(self.judge, self.arena, self.algorithms, standings)
        return expected.seconds(candidate)

    def _take_in(self, notice: Notice) -> None:
        if self.learning.owns(notice.number):
            self.learning.take_in(notice)
            return
        standing = self.standings[notice.number]
        if not notice.is_last:
            standing.fits.append(notice.result)
            return
        entry = entry_of(
            notice, standing.candidate, fits=standing.fits, judge=self.judge, arena=self.arena
        )
        standing.entry = replace(entry, at_s=self._now() - self.began)
        standing.is_too_large = notice.outcome is Outcome.TOO_LARGE
        if standing.is_too_large and not entry.is_complete:
            self._miss_memory(standing.candidate, is_crowded=notice.is_crowded)
        if not self.rules.in_order:
            self.lineup.go_on_with(standing, self.standings.values())
        self.on_entry(standing.entry, standing.fits)
        self._say()

    def _miss_memory(self, candidate: Candidate, *, is_crowded: bool) -> None:
        """Let a candidate try once more, or none begin where what is finished leaves no room."""
        room = self.pool.room_bytes
        if room is not None and room <= 0:
            self._over = self._over or Ending.MEMORY
        elif is_crowded:
            self._n_crowded += 1
            self.lineup.try_alone(candidate)

    def _say(self) -> None:
        """Tell how far the race is."""
        scored = [each for each in self.entries if each.is_complete]
        words = [f"{len(scored)} candidate{'' if len(scored) == 1 else 's'}"]
        if (best := best_of(scored)) is not None:
            words.append(f"best {best.candidate.name} {best.score:.4g}")
        if self.rules.deadline is not None:
            words.append(f"about {max(self._left(), 0.0):.0f} s left")
        self.judge.workshop.progress.say(", ".join(words))
