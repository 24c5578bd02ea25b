"""The baseline: the share of each class, or one number, whatever the features say."""

import numpy as np

from modelyard.domain.losses import Loss, best_constant
from modelyard.domain.tasks import Task
from modelyard.packaging.graphs.constants import ConstantModel
from modelyard.protocols.algorithms import AlgorithmCard, FitInput, FittedModel, Needs


class Dummy:
    """Answers the same for every row; a model that does not beat it has learned nothing."""

    card = AlgorithmCard(
        key="dummy",
        title="Baseline",
        summary="Answers the share of each class, or the mean (the median where absolute errors "
        "decide). Every other model is measured against it.",
        tasks=frozenset(Task),
        parameters=(),
        needs=Needs(takes_missing=True, normalize="none", categorical_encoding="ordinal"),
        source="Witten, Frank, Hall: Data Mining, 3rd ed. (2011), ZeroR",
        is_baseline=True,
        losses=tuple(Loss),
    )

    def fit(self, training: FitInput) -> FittedModel:
        """Take the weighted shares, the weighted mean or the weighted median."""
        y, weight = training.y, training.weight
        if training.task is Task.REGRESSION:
            answer = np.array([best_constant(y, weight, loss=training.loss)])
        else:
            counts = np.bincount(y, weights=weight, minlength=training.n_classes)
            answer = counts / counts.sum()
        return ConstantModel(answer, training.X.shape[1], dict(training.parameters))


COMPONENT = Dummy()
