"""Which trials cannot be told from the best one, given the folds that all were scored on.

The interval of a mean difference over folds takes into account that folds share the rows that
teach; without that, differences that are none are found far too often.

Source: Nadeau, Bengio: Inference for the Generalization Error, Machine Learning 52 (2003),
section 4.1: the corrected resampled t test; over the folds of a repeated cross-validation:
Bouckaert, Frank: Evaluating the Replicability of Significance Tests, PAKDD (2004).
"""

from collections.abc import Mapping, Sequence

import numpy as np

from modelyard.engine.evaluation.intervals import student


def paired_interval(gains: Sequence[float], *, held_ratio: float) -> tuple[float, float]:
    """Return the 95 % interval of a mean gain over folds.

    Args:
        gains: (n,) how much better one is than the other, fold by fold.
        held_ratio: rows that a fold holds out, per row that teaches.
    """
    n = len(gains)
    if n < 2:
        return -np.inf, np.inf
    mean = float(np.mean(gains))
    half = student(n - 1) * float(np.sqrt((1 / n + held_ratio) * np.var(gains, ddof=1)))
    return mean - half, mean + half


def tied_with(
    best: int, goodness: Mapping[int, Sequence[float]], *, held_ratio: float
) -> tuple[int, ...]:
    """Return the numbers of the trials whose interval reaches zero.

    Args:
        best: number of the best trial.
        goodness: number of each trial that succeeded to its goodness by fold.
        held_ratio: as for `paired_interval`.
    """
    own = np.asarray(goodness[best])
    gains = {number: (own - values).tolist() for number, values in goodness.items()}
    return tuple(
        number
        for number, gain in gains.items()
        if number != best and paired_interval(gain, held_ratio=held_ratio)[0] <= 0
    )
