"""The rows and folds on which all candidates of a run compete, dealt once."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from modelyard.domain.columns import ColumnKind
from modelyard.engine.dealing import Dealer
from modelyard.engine.evaluation.judging import Judge
from modelyard.engine.fitting import FitPlan, IntArray
from modelyard.engine.units import RowUnits

# Models of four fifths of the rows each, as many as a blend of several candidates can answer with
# in a millisecond; dealt twice where rows are so few that one deal is luck.
_FOLDS, _FEW_ROWS, _REPEATS_OF_FEW = 5, 500, 2
# Below so many rows no row is spared to stop a fit early: how long to fit is settled by the other
# folds, at twice the cost. On 398 rows (mpg) a tenth of them stopped at random moments.
_SPARED_FROM = 3_000
# Cells of which a second of processor time allows all folds; where there are more, candidates are
# fitted on fewer folds, one at least. Each fold costs as much as another candidate: in a minute on
# two slow cores one fold in place of two or three let two of three tables of 4,700 to 12,500 rows
# err 1 % less, and the third as much (`benchmarks/automl.py`).
_CELLS_PER_S = 400
# Rows of which a fifth tells candidates apart: of more rows fewer folds do.
_ENOUGH_ROWS = 12_500
# Where one fold is held out of many rows, so many of them tell candidates apart, and the others
# teach; a twentieth is held out at least, and so many of each class. AutoGluon holds out 2,500 or a
# hundredth; of 3,500 rows of adult the best by chance was chosen (`benchmarks/automl.py`).
_TELLING_ROWS, _MOST_PARTS, _TELLING_OF_A_CLASS = 5_000, 20, 100
# What is not a number becomes as many features: the parts of a date, the terms of a text. Of these
# there may be 1,000: as most are zero, trees take less time for them than for 200 numbers.
_FEATURES = {ColumnKind.DATETIME: 6, ColumnKind.TEXT: 200}


@dataclass(frozen=True)
class Fold:
    """Positions of the rows that teach, that stop a fit early, and that are held out.

    Attributes:
        seed: of what is random in a fit, the same for every candidate.
    """

    teaching: IntArray
    stopping: IntArray
    held: IntArray
    seed: int


@dataclass(frozen=True)
class Arena:
    """What a fit needs to compete, wherever it runs.

    Attributes:
        plan: of which each candidate replaces algorithm, parameters and preparation.
        folds: where rows are few, they are dealt more than once.
        rows: ascending positions of the rows that some fold holds out.
        are_again: of which of these rows an equal was taught, where no group or time binds them.
            They tell nothing of rows that are new.
        training: ascending positions of all rows outside the test part.
        test: those of the rows that measure what is made of it all, and then may teach.
        seed: of what is random in a fit on all rows; the same however many folds there is time for.
    """

    plan: FitPlan
    folds: tuple[Fold, ...]
    rows: IntArray
    are_again: npt.NDArray[np.bool_]
    training: IntArray
    test: IntArray
    seed: int

    @property
    def whole(self) -> Fold:
        """All rows outside the test part as teachers; the few that it holds out prove the graph."""
        first = self.folds[0]
        return Fold(self.training, self.training[:0], first.held, self.seed)

    @property
    def full(self) -> Fold:
        """Every row as a teacher, those of the test part included."""
        return replace(self.whole, teaching=np.union1d(self.training, self.test))

    @property
    def are_new(self) -> npt.NDArray[np.bool_]:
        """(n,) which of `rows` are like rows that are to come: all, where not one is new."""
        return self.are_again if self.are_again.all() else ~self.are_again

    @cached_property
    def n_features(self) -> int:
        """What the columns become, about."""
        return sum(_FEATURES.get(column.kind, 1) for column in self.plan.columns)

    def places(self, fold: int) -> IntArray:
        """Return where the rows that a fold holds out stand among `rows`."""
        places: IntArray = np.searchsorted(self.rows, self.folds[fold].held)
        return places


def build_arena(judge: Judge, *, seconds: float | None, rng: np.random.Generator) -> Arena:
    """Deal the rows outside the test part.

    Args:
        judge: of the training; its test rows are not touched.
        seconds: of processor time that there are for all candidates; None for no limit.
        rng: of the dealing.

    Raises:
        TooFewRows: if the rows cannot be dealt into two folds.
    """
    plan, seed = judge.plan, int(rng.integers(2**63))
    rows = np.sort(np.concatenate([judge.split.train, judge.split.validation]))
    n_features = len(plan.columns) * max(len(plan.labels) - 1, 1)
    n_repeats, n_fitted, n_parts = 1, _FOLDS, _FOLDS
    if len(rows) < _FEW_ROWS and judge.dealer.bonds.time is None:
        n_repeats = _REPEATS_OF_FEW
    if seconds is not None and len(rows) >= _SPARED_FROM:
        n_fitted = _n_fitted(len(rows), n_features, seconds=seconds)
    if n_fitted == 1:
        n_parts = _n_parts(judge, rows)
    # In an order of time the last folds have seen most.
    dealt = [
        fold
        for _ in range(n_repeats)
        for fold in judge.dealer.hedged.folds_at_most(rows, n_parts, rng=rng)[-n_fitted:]
    ]
    folds = []
    for taught, held in dealt:
        teaching, stopping = taught, taught[:0]
        if len(rows) >= _SPARED_FROM:
            teaching, stopping = judge.dealer.hedged.carve(taught, rng=rng)
        folds.append(Fold(teaching, stopping, np.sort(held), int(rng.integers(2**63))))
    held_rows = np.unique(np.concatenate([each.held for each in folds]))
    again = _are_again(judge.dealer, held_rows, dealt=dealt)
    return Arena(plan, tuple(folds), held_rows, again, rows, judge.split.test, seed)


def _n_parts(judge: Judge, rows: IntArray) -> int:
    """Return into how many parts many rows are dealt, of which one is held out.

    Groups are few where rows are many, and of a rare class some rows are to be held out as well.
    """
    if judge.dealer.bonds.group is not None:
        return _FOLDS
    most = len(rows) // _TELLING_ROWS
    if judge.plan.task.is_classification:
        most = min(most, int(np.bincount(judge.plan.y[rows]).min()) // _TELLING_OF_A_CLASS)
    return int(np.clip(most, _FOLDS, _MOST_PARTS))


def _n_fitted(n_rows: int, n_features: int, *, seconds: float) -> int:
    """Return how many folds of a table of many rows are fitted."""
    affordable = _CELLS_PER_S * seconds / (n_rows * n_features)
    return int(np.clip(round(_FOLDS * affordable * min(1.0, _ENOUGH_ROWS / n_rows)), 1, _FOLDS))


def _are_again(
    dealer: Dealer, rows: IntArray, *, dealt: Sequence[tuple[IntArray, IntArray]]
) -> npt.NDArray[np.bool_]:
    """Return of which of the rows some fold that holds them out teaches an equal."""
    if dealer.bonds.group is not None or dealer.bonds.time is not None:
        return np.zeros(len(rows), dtype=bool)
    units = RowUnits.of(dealer.table, dealer.bonds).of_row
    found = [held[np.isin(units[held], units[taught])] for taught, held in dealt]
    return np.isin(rows, np.concatenate(found))
