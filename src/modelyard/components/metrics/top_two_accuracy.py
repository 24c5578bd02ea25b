"""Top-2 accuracy: the share of rows whose label is among the two most likely ones."""

from typing import Any

import numpy as np
import numpy.typing as npt

from modelyard.domain.averages import weighted_mean
from modelyard.domain.tasks import Task
from modelyard.protocols.metrics import MetricCard, Preparable, Wants, WeightedScore

FloatArray = npt.NDArray[np.float64]


class _TopTwoAccuracy(Preparable):
    card = MetricCard(
        key="top-2-accuracy",
        title="Top-2 accuracy",
        tasks=frozenset({Task.MULTICLASS}),
        higher_is_better=True,
        minimum=0.0,
        maximum=1.0,
        wants=Wants.PROBABILITIES,
        source="Russakovsky et al.: ImageNet large scale visual recognition challenge (2015), "
        "section 4.1, with two guesses in place of five, so that three classes can be told apart",
    )

    def prepare(
        self, y_true: npt.NDArray[Any], y_pred: npt.NDArray[Any], *, n_classes: int
    ) -> WeightedScore:
        """Rank the truth once; of equally likely labels the first counts as the likelier."""
        del n_classes
        of_truth = y_pred[np.arange(len(y_true)), y_true][:, None]
        is_before = np.arange(y_pred.shape[1]) < y_true[:, None]
        rank = ((y_pred > of_truth) | ((y_pred == of_truth) & is_before)).sum(axis=1)
        is_near = (rank < 2).astype(np.float64)
        return lambda weight: weighted_mean(is_near, weight)


COMPONENT = _TopTwoAccuracy()
