"""ROC-AUC: how often a row of the class gets a higher probability than a row of another class."""

from typing import Any

import numpy as np
import numpy.typing as npt

from modelyard.domain.averages import mean_of_defined, share
from modelyard.domain.tasks import Task
from modelyard.protocols.metrics import MetricCard, Preparable, Wants, WeightedScore

FloatArray = npt.NDArray[np.float64]


class _RocAuc(Preparable):
    card = MetricCard(
        key="roc-auc",
        title="ROC-AUC",
        tasks=frozenset({Task.BINARY, Task.MULTICLASS}),
        higher_is_better=True,
        minimum=0.0,
        maximum=1.0,
        wants=Wants.PROBABILITIES,
        source="Hanley, McNeil: The meaning and use of the area under a ROC curve (1982); one "
        "against the rest as in Provost, Domingos (2000), classes weighing the same",
        # It needs no threshold and does not flatter on rare classes (Provost, Fawcett 1997).
        is_default_for=frozenset({Task.BINARY}),
        undefined="not defined where the rows hold one class alone",
    )

    def prepare(
        self, y_true: npt.NDArray[Any], y_pred: npt.NDArray[Any], *, n_classes: int
    ) -> WeightedScore:
        """Sort once; two classes are one curve, more are averaged over those that occur."""
        if n_classes == 2:
            return _area(y_true == 1, y_pred[:, 1])
        areas = [_area(y_true == code, y_pred[:, code]) for code in range(n_classes)]

        def score(weight: FloatArray) -> FloatArray:
            return mean_of_defined([of(weight) for of in areas])

        return score

    def script(self, n_classes: int) -> str:
        if n_classes == 2:
            return "metrics.roc_auc_score(y, probabilities[:, 1], sample_weight=weight)"
        return 'metrics.roc_auc_score(y, probabilities, multi_class="ovr", sample_weight=weight)'


def _area(is_positive: npt.NDArray[np.bool_], probability: FloatArray) -> WeightedScore:
    """Return the area as a function of the weight.

    The area is the chance that a positive row outranks a negative one, ties counting half. With
    the negatives in order, the weight that a positive outranks is a running total, read off just
    below its ties and just above them.
    """
    positives = np.flatnonzero(is_positive)
    negatives = np.flatnonzero(~is_positive)
    negatives = negatives[np.argsort(probability[negatives], kind="stable")]
    ordered = probability[negatives]
    below = np.searchsorted(ordered, probability[positives], side="left")
    above = np.searchsorted(ordered, probability[positives], side="right")

    def score(weight: FloatArray) -> FloatArray:
        running = np.zeros((*weight.shape[:-1], len(negatives) + 1))
        np.cumsum(weight.take(negatives, axis=-1), axis=-1, out=running[..., 1:])
        of_positives = weight.take(positives, axis=-1)
        pairs = of_positives.sum(axis=-1) * running[..., -1]
        outranked = of_positives * (running.take(below, axis=-1) + running.take(above, axis=-1))
        return np.minimum(share(outranked.sum(axis=-1) / 2, pairs), 1.0)

    return score


COMPONENT = _RocAuc()
