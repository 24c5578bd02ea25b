"""Ranks how strange the truth was on held-out rows, and measures how often intervals hold it.

The test rows rank, so that no row is lost to it, and so do validation rows that no map was fitted
to: that they stopped a fit is one number chosen by thousands of rows (`benchmarks/coverage.py`).
What is reported is measured on test rows alone, by cross-fitting: the validation rows and one half
of the test rows rank, the other half measures.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from modelyard.domain.evaluations import Coverage
from modelyard.runtime.conformal import Conformal, Difficulty, strangeness

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

# The levels that report and manifest tell, and those between them that a chart shows as well.
LEVELS = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)
# Halvings of the test rows; more change the mean by less than a tenth of its own spread.
_N_SPLITS = 20
# Bins of the prediction for the size of the error, and rows that each needs for a mean.
_N_BINS, _BIN_ROWS = 10, 20
# No prediction is taken for surer than this share of the usual error.
_LEAST_SIZE = 0.1
# Only intervals as much narrower are worth their words.
_WORTHWHILE = 0.95
_JUDGED_LEVEL = 0.9


@dataclass(frozen=True)
class Ranked:
    """How strange the truth of some rows was, and what each of them counts.

    Attributes:
        strangeness: (n,) as `Conformal` ranks it.
        weight: (n,) above zero, None for equal weights.
    """

    strangeness: FloatArray
    weight: FloatArray | None = None

    def of(self, rows: npt.NDArray[np.bool_]) -> "Ranked":
        """Return some of the rows."""
        weight = None if self.weight is None else self.weight[rows]
        return Ranked(self.strangeness[rows], weight)

    def beside(self, other: "Ranked | None") -> "Ranked":
        """Return the rows of both."""
        if other is None:
            return self
        weight = None
        if self.weight is not None and other.weight is not None:
            weight = np.concatenate([self.weight, other.weight])
        return Ranked(np.concatenate([self.strangeness, other.strangeness]), weight)

    def conformal(self, difficulty: Difficulty | None = None) -> Conformal:
        """Return the ranks."""
        return Conformal.of(self.strangeness, difficulty, weight=self.weight)

    def share_held(self, bound: float) -> float:
        """Return the share of the rows whose strangeness does not exceed a bound."""
        return float(np.average(self.strangeness <= bound, weights=self.weight))


def held_out_strangeness(
    values: FloatArray, y_true: FloatArray, *, weight: FloatArray | None = None
) -> FloatArray:
    """Return how strange the truth of validation rows is, by a difficulty that others taught.

    One half of the rows says how hard the other is to predict, as in `find_difficulty`.

    Args:
        values: (n,) predictions of a regression, in no particular order.
        y_true: (n,) truth.
        weight: (n,) what each row counts, None for equal weights.
    """
    weight = np.ones(len(values)) if weight is None else weight
    found = np.empty(len(values))
    for learns, ranks in _halves():
        difficulty = _difficulty(values[learns], y_true[learns], weight[learns])
        found[ranks] = strangeness(values[ranks, None], y_true[ranks], difficulty=difficulty)
    return found


def find_difficulty(
    values: FloatArray, y_true: FloatArray, *, weight: FloatArray | None = None
) -> Difficulty | None:
    """Return how the size of the error goes with the prediction, if that narrows intervals.

    It is learned and judged on validation rows: one half learns, the other measures widths.

    Args:
        values: (n,) predictions of a regression, in no particular order.
        y_true: (n,) truth.
        weight: (n,) what each row counts, None for equal weights.
    """
    if len(values) < 2 * _N_BINS * _BIN_ROWS:
        return None
    weight = np.ones(len(values)) if weight is None else weight
    ratios = []
    for learns, measures in _halves():
        difficulty = _difficulty(values[learns], y_true[learns], weight[learns])
        plain, scaled = (
            _mean_width(values[measures], y_true[measures], weight[measures], each)
            for each in (None, difficulty)
        )
        ratios.append(scaled / plain if plain > 0 else 1.0)
    is_better = difficulty is not None and float(np.mean(ratios)) < _WORTHWHILE
    return _difficulty(values, y_true, weight) if is_better else None


def cross_fitted_coverage(
    conformal: Conformal,
    scores: FloatArray,
    *,
    test: Ranked,
    validation: Ranked | None,
    of_unit: IntArray,
    rng: np.random.Generator,
) -> tuple[Coverage, ...]:
    """Return how often the truth of test rows is held that neither taught nor were ranked.

    Args:
        conformal: of all the rows; its sizes are those of what is packaged.
        scores: (n, m) of the model for the test rows.
        test: the same rows.
        validation: rows that rank in every halving, None where there are none.
        of_unit: (n,) unit of each test row; a unit is never parted.
        rng: of the halvings.

    Returns:
        The levels that a half has rows enough for.
    """
    held: dict[float, list[float]] = {level: [] for level in LEVELS}
    n_units = int(of_unit.max(initial=-1)) + 1
    for _ in range(_N_SPLITS):
        is_first = (rng.permutation(n_units) < n_units / 2)[of_unit]
        for half in (is_first, ~is_first):
            ranked, measured = test.of(half).beside(validation).conformal(), test.of(~half)
            for level in LEVELS:
                if ranked.allows(level) and len(measured.strangeness):
                    held[level].append(measured.share_held(ranked.bound(level)))
    return tuple(
        _coverage(conformal, scores, level=level, share=float(np.mean(parts)), weight=test.weight)
        for level, parts in held.items()
        if len(parts) == 2 * _N_SPLITS
    )


def measured_coverage(
    conformal: Conformal,
    scores: FloatArray,
    *,
    y_true: npt.NDArray[Any],
    weight: FloatArray | None = None,
) -> tuple[Coverage, ...]:
    """Return how often a packaged model's intervals or sets hold the truth of other rows."""
    rows = Ranked(conformal.strangeness(scores, y_true), weight)
    return tuple(
        _coverage(
            conformal,
            scores,
            level=level,
            share=rows.share_held(conformal.bound(level)),
            weight=weight,
        )
        for level in LEVELS
        if conformal.allows(level)
    )


def _coverage(
    conformal: Conformal,
    scores: FloatArray,
    *,
    level: float,
    share: float,
    weight: FloatArray | None,
) -> Coverage:
    if scores.shape[1] > 1:
        sizes = conformal.sets(scores, level).sum(axis=1)
        mean, empty = (float(np.average(each, weights=weight)) for each in (sizes, sizes == 0))
        return Coverage(level, share, mean, share_empty=empty)
    ends = conformal.intervals(scores[:, 0], level)
    return Coverage(level, share, float(np.average(ends[:, 1] - ends[:, 0], weights=weight)))


def _halves() -> tuple[tuple[slice, slice], tuple[slice, slice]]:
    """Return which rows learn and which are measured by that, and the reverse."""
    odd, even = slice(1, None, 2), slice(0, None, 2)
    return (odd, even), (even, odd)


def _difficulty(values: FloatArray, y_true: FloatArray, weight: FloatArray) -> Difficulty | None:
    """Return the mean size of the error in bins of the prediction with equally many rows."""
    errors = np.abs(y_true - values)
    usual = float(np.average(errors, weights=weight))
    order = np.argsort(values, kind="stable")
    bins = np.array_split(order, _N_BINS)
    means = [np.average(values[rows], weights=weight[rows]) for rows in bins]
    knots, places = np.unique(means, return_index=True)
    sizes = np.array([np.average(errors[rows], weights=weight[rows]) for rows in bins])[places]
    if usual <= 0 or len(knots) < 2 or not np.isfinite(usual):
        return None
    sizes = np.maximum(sizes, _LEAST_SIZE * usual)
    return Difficulty(tuple(knots.tolist()), tuple(sizes.tolist()))


def _mean_width(
    values: FloatArray, y_true: FloatArray, weight: FloatArray, difficulty: Difficulty | None
) -> float:
    scores = values[:, None]
    strange = strangeness(scores, y_true, difficulty=difficulty)
    ends = Conformal.of(strange, difficulty, weight=weight).intervals(values, _JUDGED_LEVEL)
    return float(np.average(ends[:, 1] - ends[:, 0], weights=weight))


def told_levels(coverage: Sequence[Coverage]) -> tuple[Coverage, ...]:
    """Return the levels that people ask for."""
    return tuple(each for each in coverage if each.level in {0.8, 0.9, 0.95})
