"""Ranks how strange the truth was on test rows, and measures how often intervals and sets hold it.

The test rows, which taught nothing, calibrate what is packaged, so that no row is lost to it. What
is reported of it is measured by cross-fitting: one half of the rows calibrates, the other measures.
"""

from collections.abc import Sequence
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


def calibrate(
    scores: FloatArray, y_true: npt.NDArray[Any], *, difficulty: Difficulty | None = None
) -> Conformal:
    """Rank the strangeness of held-out rows."""
    return Conformal.of(strangeness(scores, y_true, difficulty=difficulty), difficulty)


def find_difficulty(values: FloatArray, y_true: FloatArray) -> Difficulty | None:
    """Return how the size of the error goes with the prediction, if that narrows intervals.

    It is learned and judged on validation rows: one half learns, the other measures widths.

    Args:
        values: (n,) predictions of a regression, in no particular order.
        y_true: (n,) truth.
    """
    if len(values) < 2 * _N_BINS * _BIN_ROWS:
        return None
    odd, even = slice(1, None, 2), slice(0, None, 2)
    ratios = []
    for learns, measures in ((odd, even), (even, odd)):
        difficulty = _difficulty(values[learns], y_true[learns])
        plain, scaled = (
            _mean_width(values[measures], y_true[measures], each) for each in (None, difficulty)
        )
        ratios.append(scaled / plain if plain > 0 else 1.0)
    is_better = difficulty is not None and float(np.mean(ratios)) < _WORTHWHILE
    return _difficulty(values, y_true) if is_better else None


def cross_fitted_coverage(
    conformal: Conformal,
    scores: FloatArray,
    *,
    y_true: npt.NDArray[Any],
    of_unit: IntArray,
    rng: np.random.Generator,
) -> tuple[Coverage, ...]:
    """Return how often the truth is held where one half calibrates and the other measures.

    Args:
        conformal: of all the rows; its sizes are those of what is packaged.
        scores: (n, m) of the model.
        y_true: (n,) truth.
        of_unit: (n,) unit of each row; a unit is never parted.
        rng: of the halvings.

    Returns:
        The levels that a half has rows enough for.
    """
    strange = conformal.strangeness(scores, y_true)
    held: dict[float, list[npt.NDArray[np.bool_]]] = {level: [] for level in LEVELS}
    n_units = int(of_unit.max(initial=-1)) + 1
    for _ in range(_N_SPLITS):
        is_first = (rng.permutation(n_units) < n_units / 2)[of_unit]
        for half in (is_first, ~is_first):
            ranked = Conformal.of(strange[half])
            for level in LEVELS:
                if ranked.n_rows and ranked.allows(level):
                    held[level].append(strange[~half] <= ranked.bound(level))
    return tuple(
        _coverage(conformal, scores, level=level, share=float(np.concatenate(parts).mean()))
        for level, parts in held.items()
        if len(parts) == 2 * _N_SPLITS
    )


def measured_coverage(
    conformal: Conformal, scores: FloatArray, *, y_true: npt.NDArray[Any]
) -> tuple[Coverage, ...]:
    """Return how often a packaged model's intervals or sets hold the truth of other rows."""
    strange = conformal.strangeness(scores, y_true)
    return tuple(
        _coverage(
            conformal,
            scores,
            level=level,
            share=float((strange <= conformal.bound(level)).mean()),
        )
        for level in LEVELS
        if conformal.allows(level)
    )


def _coverage(conformal: Conformal, scores: FloatArray, *, level: float, share: float) -> Coverage:
    if scores.shape[1] > 1:
        sizes = conformal.sets(scores, level).sum(axis=1)
        return Coverage(level, share, float(sizes.mean()), share_empty=float((sizes == 0).mean()))
    ends = conformal.intervals(scores[:, 0], level)
    return Coverage(level, share, float((ends[:, 1] - ends[:, 0]).mean()))


def _difficulty(values: FloatArray, y_true: FloatArray) -> Difficulty | None:
    """Return the mean size of the error in bins of the prediction with equally many rows."""
    errors = np.abs(y_true - values)
    usual = float(errors.mean())
    order = np.argsort(values, kind="stable")
    bins = np.array_split(order, _N_BINS)
    knots, places = np.unique([values[rows].mean() for rows in bins], return_index=True)
    sizes = np.array([errors[rows].mean() for rows in bins])[places]
    if usual <= 0 or len(knots) < 2 or not np.isfinite(usual):
        return None
    sizes = np.maximum(sizes, _LEAST_SIZE * usual)
    return Difficulty(tuple(knots.tolist()), tuple(sizes.tolist()))


def _mean_width(values: FloatArray, y_true: FloatArray, difficulty: Difficulty | None) -> float:
    ranked = calibrate(values[:, None], y_true, difficulty=difficulty)
    ends = ranked.intervals(values, _JUDGED_LEVEL)
    return float((ends[:, 1] - ends[:, 0]).mean())


def told_levels(coverage: Sequence[Coverage]) -> tuple[Coverage, ...]:
    """Return the levels that people ask for."""
    return tuple(each for each in coverage if each.level in {0.8, 0.9, 0.95})
