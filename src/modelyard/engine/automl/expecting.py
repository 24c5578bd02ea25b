"""How long a candidate is likely to take, by what others took."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from statistics import median

import numpy as np

from modelyard.domain.leaderboards import Candidate, Entry
from modelyard.engine.automl.arenas import Arena
from modelyard.engine.automl.foreseeing import cells_of, seconds_of_a_fit, times_fitted
from modelyard.engine.automl.standings import Standing
from modelyard.engine.evaluation.judging import Judge
from modelyard.protocols.algorithms import Algorithm

# How far fits may be off from what was expected of others.
_OFF = (0.3, 5.0)
# Times its processor time that work may take, so that a crowded machine leaves some for fits.
_MOST_CROWDED = 3.0


@dataclass(frozen=True)
class Expectation:
    """What is known of the time that candidates take on one arena.

    Attributes:
        judge: of the training.
        arena: of the candidates.
        algorithms: by key, those that compete.
        standings: of all candidates that were begun; those with finished fits tell.
    """

    judge: Judge
    arena: Arena
    algorithms: Mapping[str, Algorithm]
    standings: Collection[Standing]

    def seconds(self, candidate: Candidate) -> float:
        """Return the seconds that a candidate will take.

        Those of its own algorithm tell most. Else it is what was expected before the race, by how
        much others were off.
        """
        timed = [each for each in self.standings if each.fits]
        own = [each for each in timed if each.candidate.algorithm == candidate.algorithm]
        if own:
            costs = [self._taken_s(each) / self._cost(each.candidate) for each in own]
            return float(median(costs)) * self._cost(candidate)
        off = [_fit_s(each) / self._foreseen_s(each.candidate) for each in timed]
        slowness = float(np.clip(median(off), *_OFF)) if off else 1.0
        n_fits = len(self.arena.folds) * self._times(candidate)
        return slowness * self._foreseen_s(candidate) * n_fits

    def _taken_s(self, standing: Standing) -> float:
        """Return the seconds of all folds, and of what settled for how long they are fitted."""
        if standing.entry is not None and standing.entry.is_complete:
            return max(standing.entry.fit_s, sum(fit.fit_s for fit in standing.fits))
        n_fits = len(self.arena.folds) * self._times(standing.candidate)
        return _fit_s(standing) * n_fits

    def _cost(self, candidate: Candidate) -> float:
        return candidate.cost * self._times(candidate)

    def _times(self, candidate: Candidate) -> int:
        algorithm = self.algorithms[candidate.algorithm]
        return times_fitted(algorithm, self.arena, parameters=candidate.parameters)

    def _foreseen_s(self, candidate: Candidate) -> float:
        """Return what a fit is expected to take before anything was seen."""
        cells = cells_of(self.algorithms[candidate.algorithm], self.judge, arena=self.arena)
        return seconds_of_a_fit(cells, cost=candidate.cost)


def crowding_of(entries: Iterable[Entry]) -> float:
    """Return how many times its processor time work takes on this machine now, at least once.

    Args:
        entries: of candidates that have ended.
    """
    found = [each.fit_s / each.cpu_s for each in entries if each.is_complete and each.cpu_s > 0]
    return float(np.clip(median(found), 1.0, _MOST_CROWDED)) if found else 1.0


def _fit_s(standing: Standing) -> float:
    return float(median(fit.fit_s for fit in standing.fits))
