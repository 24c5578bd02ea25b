"""Counts what other thresholds would answer, so that a page can move one without the rows."""

import numpy as np
import numpy.typing as npt

from modelyard.domain.trade_offs import TradeOffs

# Hundredths, which people name, and as many more where the rows are: an imbalanced model keeps
# nearly all its probabilities within one hundredth.
_N_STEPS = 100


def trade_offs(
    scores: npt.NDArray[np.float64], y_true: npt.NDArray[np.int64], *, threshold: float
) -> TradeOffs:
    """Return the counts at hundredths, between the rows, and at the model's own threshold.

    Args:
        scores: (n, 2) probabilities.
        y_true: (n,) codes of the classes.
        threshold: of the model.
    """
    probability = scores[:, 1]
    tried = _tried(probability, threshold)
    is_second = y_true == 1
    return TradeOffs(
        thresholds=tuple(tried.tolist()),
        found=_at_or_above(probability[is_second], tried),
        alarms=_at_or_above(probability[~is_second], tried),
        n_found=int(is_second.sum()),
        n_alarms=int((~is_second).sum()),
    )


def _tried(probability: npt.NDArray[np.float64], threshold: float) -> npt.NDArray[np.float64]:
    distinct = np.unique(probability[np.isfinite(probability)])
    middles = (distinct[1:] + distinct[:-1]) / 2
    if len(middles) > _N_STEPS:
        places = np.linspace(0, len(middles) - 1, _N_STEPS).round().astype(np.int64)
        middles = middles[places]
    hundredths = np.linspace(0.0, 1.0, _N_STEPS + 1)
    return np.unique(np.concatenate([hundredths, middles, [threshold]]))


def _at_or_above(
    probability: npt.NDArray[np.float64], tried: npt.NDArray[np.float64]
) -> tuple[int, ...]:
    below = np.searchsorted(np.sort(probability), tried, side="left")
    return tuple((len(probability) - below).tolist())
