"""When a trial is not worth its remaining folds.

Median rule: a trial ends where its mean over the folds so far is below the median of the means
that the trials before it had over the same folds.

Source: Golovin, Solnik, Moitra, Kochanski, Karro, Sculley: Google Vizier: A Service for Black-Box
Optimization, KDD (2017), section 3.2.2; that five trials come first: the default of Optuna's
MedianPruner.
"""

from collections.abc import Sequence

import numpy as np

# Trials that must have succeeded before one is measured against them.
_TRIALS_BEFORE = 5
# Folds without which a mean says too little about the others.
_FOLDS_BEFORE = 2


def is_hopeless(so_far: Sequence[float], earlier: Sequence[Sequence[float]]) -> bool:
    """Return whether a trial should end.

    Args:
        so_far: its goodness on the folds that were scored, in their order.
        earlier: goodness by fold of each trial that succeeded, in the same order of folds.
    """
    n_folds = len(so_far)
    if n_folds < _FOLDS_BEFORE or len(earlier) < _TRIALS_BEFORE:
        return False
    means = [float(np.mean(each[:n_folds])) for each in earlier]
    return float(np.mean(so_far)) < float(np.median(means))
