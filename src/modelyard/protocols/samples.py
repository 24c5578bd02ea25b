"""Fewer rows, for algorithms whose cost grows faster than the table."""

from dataclasses import replace

import numpy as np

from modelyard.protocols.algorithms import FitInput


def sampled(training: FitInput, n_rows: int) -> FitInput:
    """Return a training on about `n_rows` of its rows, in their order; each class keeps its share.

    Args:
        training: what is returned where it has no more rows than that.
        n_rows: every class keeps one row at least, even beyond it.
    """
    n_given = len(training.y)
    if n_given <= n_rows:
        return training
    groups = [np.arange(n_given)]
    if training.n_classes:
        groups = [np.flatnonzero(training.y == code) for code in np.unique(training.y)]
    share = n_rows / n_given
    drawn = [
        training.rng.choice(group, max(1, int(len(group) * share)), replace=False)
        for group in groups
    ]
    kept = np.sort(np.concatenate(drawn))
    weight = None if training.weight is None else training.weight[kept]
    return replace(training, X=training.X[kept], y=training.y[kept], weight=weight)
