"""Estimates before a race what its budget will buy: time and memory of a fit, by rows and columns.

The figures are those of LightGBM with its defaults, by which the cards measure what every other
start costs. The race measures for itself, and goes by that.
"""

import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from modelyard.catalog import install_hint
from modelyard.domain.automl import AutoMLConfig
from modelyard.domain.errors import InvalidValue
from modelyard.domain.leaderboards import Candidate
from modelyard.domain.outlooks import Absence, Outlook
from modelyard.engine.automl.arenas import Arena
from modelyard.engine.automl.fits import is_stopped
from modelyard.engine.automl.places import allowed_bytes
from modelyard.engine.automl.portfolio import competing, portfolio
from modelyard.engine.evaluation.judging import Judge
from modelyard.kit.memory import count_whole, memory_facts
from modelyard.protocols.algorithms import Algorithm

# benchmarks/automl_outlook.py, one thread. Seconds of any fit with its proof, and of a million
# cells at the cost of the first candidate: rows by features, by classes of more than two.
_FIT_S, _MILLION_CELLS_S = 0.1, 2.3
# The same: most bytes of a fit, whose library is loaded for the first of it, and of each cell: the
# matrix of doubles, what it was made of, and what a library makes of it.
FIT_BYTES, CELL_BYTES = 200_000_000, 64
# Of the process that loads the libraries of all fits before the first: 210 to 219 MB were seen.
LIBRARIES_BYTES = 215_000_000
# As in the race: a candidate that would need nearly all the time left is not begun.
_SAFE_SHARE = 0.9
# Of an algorithm of which no start is meant for the table.
_TOO_MANY_ROWS = "is meant for fewer rows; --only lets it compete"


def foresee(judge: Judge, arena: Arena, *, config: AutoMLConfig, time_s: float | None) -> Outlook:
    """Return what a race is likely to come to.

    Args:
        judge: of the training.
        arena: of the candidates.
        config: what is asked for.
        time_s: seconds that there are for candidates; None for no limit.

    Raises:
        InvalidValue: if no algorithm can take part.
    """
    plan, table_bytes = judge.plan, int(judge.dealer.table.frame.estimated_size())
    algorithms = competing(judge.workshop.catalog.algorithms(), plan, only=config.algorithms)
    n_rows, n_features = len(arena.whole.teaching), arena.n_features
    cells = n_rows * n_features * (len(plan.labels) if len(plan.labels) > 2 else 1)
    course = Course(time_s, [0.0] * judge.workshop.n_threads)
    starts = portfolio(algorithms, plan, rows=arena.training, only=config.algorithms)
    counted = {start.algorithm for start in starts}
    for start in starts:
        course.take(start.algorithm, _seconds(start, algorithms, judge, arena=arena))
    n_starts, n_more = course.counts(config.n_trials)
    return Outlook(
        n_rows=n_rows,
        n_columns=len(plan.columns),
        n_features=n_features,
        n_folds=len(arena.folds),
        n_places=judge.workshop.n_threads,
        fit_s=seconds_of_a_fit(cells, cost=1.0),
        time_s=time_s,
        table_bytes=table_bytes,
        fit_bytes=FIT_BYTES + CELL_BYTES * cells,
        base_bytes=_base_bytes(table_bytes),
        memory_bytes=allowed_bytes(config),
        n_starts=n_starts,
        n_more=n_more,
        absences=(
            *_missing(judge, algorithms, only=config.algorithms),
            *(Absence(key, _TOO_MANY_ROWS) for key in algorithms if key not in counted),
            *course.absences,
        ),
    )


def require_time(spent_s: float, limit_s: float) -> None:
    """Refuse to begin where all the time has gone before the first fit.

    Args:
        spent_s: seconds that reading and checking have taken.
        limit_s: for everything.

    Raises:
        InvalidValue: then, with the seconds that are likely to do.
    """
    if spent_s < limit_s:
        return
    raise InvalidValue(
        f"To read and check the data took {spent_s:.0f} s, and {limit_s:.0f} s are allowed for "
        "everything.",
        fix=f"Allow about {2 * spent_s + limit_s:.0f} s with --time-limit, or leave columns or "
        "rows out.",
    )


def _base_bytes(table_bytes: int) -> int:
    """Return what is likely to be held before the first fit: all fits share rows of their own."""
    here = count_whole(memory_facts(os.getpid()))
    return max(here, table_bytes) + LIBRARIES_BYTES + table_bytes


def _seconds(
    start: Candidate, algorithms: Mapping[str, Algorithm], judge: Judge, *, arena: Arena
) -> float:
    """Return what all fits of a candidate are likely to take."""
    algorithm = algorithms[start.algorithm]
    n_fits = len(arena.folds) * times_fitted(algorithm, arena, parameters=start.parameters)
    return n_fits * seconds_of_a_fit(cells_of(algorithm, judge, arena=arena), cost=start.cost)


def seconds_of_a_fit(cells: int, *, cost: float) -> float:
    """Return what one fit is likely to take.

    Args:
        cells: of the features, by classes where there are more than two.
        cost: as on a card.
    """
    return _FIT_S + _MILLION_CELLS_S * cost * cells / 1e6


def cells_of(algorithm: Algorithm, judge: Judge, *, arena: Arena) -> int:
    """Return the cells that a fit passes over: rows by features, and by classes where it does."""
    n_classes = len(judge.plan.labels)
    is_each = algorithm.card.fits_each_class and n_classes > 2
    cells = len(arena.folds[0].teaching) * arena.n_features
    return cells * (n_classes if is_each else 1)


def times_fitted(algorithm: Algorithm, arena: Arena, *, parameters: Mapping[str, Any]) -> int:
    """Return how often each fold is fitted: twice where the others settle for how long."""
    spares = len(arena.folds[0].stopping) > 0
    is_settled = not spares and len(arena.folds) > 1 and is_stopped(algorithm, parameters)
    return 2 if is_settled else 1


def _missing(judge: Judge, algorithms: Collection[str], *, only: Sequence[str]) -> list[Absence]:
    """Return the algorithms that compete elsewhere and do not here."""
    found, kinds = [], {column.kind for column in judge.plan.columns}
    for key, each in judge.workshop.catalog.algorithms().items():
        card = each.card
        is_meant = (
            card.starts
            and card.suits(kinds)
            and judge.plan.task in card.tasks
            and (not only or key in only)
        )
        if is_meant and key not in algorithms:
            hint = install_hint(card)
            reason = "cannot weigh rows" if hint is None else f"is not installed: {hint}"
            found.append(Absence(key, reason))
    return found


@dataclass
class Course:
    """How a race is likely to run: each candidate in turn on the place that is free first.

    Attributes:
        time_s: that there is; None for no limit.
        free_at: seconds from the beginning at which each place is free.
        taken: seconds of the candidates that there is time for.
        too_long: by algorithm, seconds of its candidates that there is none for.
    """

    time_s: float | None
    free_at: list[float]
    taken: dict[str, list[float]] = field(default_factory=dict)
    too_long: dict[str, list[float]] = field(default_factory=dict)

    def take(self, algorithm: str, seconds: float) -> None:
        """Give a candidate a place, where there is time for it."""
        at = self.free_at.index(min(self.free_at))
        fits = self.time_s is None or seconds <= _SAFE_SHARE * (self.time_s - self.free_at[at])
        (self.taken if fits else self.too_long).setdefault(algorithm, []).append(seconds)
        if fits:
            self.free_at[at] += seconds

    def counts(self, n_most: int | None) -> tuple[int, int | None]:
        """Return candidates of the portfolio, and those of the search after them."""
        every = [seconds for each in self.taken.values() for seconds in each]
        n_starts = len(every) if n_most is None else min(len(every), n_most)
        n_more = None if n_most is None else n_most - n_starts
        if self.time_s is None or not every:
            return n_starts, n_more
        n_timely = sum(max(int((self.time_s - at) / median(every)), 0) for at in self.free_at)
        return n_starts, n_timely if n_more is None else min(n_timely, n_more)

    @property
    def absences(self) -> list[Absence]:
        """Return the algorithms of which there is time for no candidate."""
        return [
            Absence(key, f"would take about {min(seconds):.0f} s for its quickest candidate")
            for key, seconds in self.too_long.items()
            if key not in self.taken
        ]
