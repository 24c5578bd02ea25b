"""Average precision: the precision at every hit, averaged, from the most likely row down."""

from typing import Any

import numpy as np
import numpy.typing as npt

from modelyard.domain.averages import mean_of_defined, share
from modelyard.domain.tasks import Task
from modelyard.protocols.metrics import MetricCard, Preparable, Wants, WeightedScore

FloatArray = npt.NDArray[np.float64]


class _AveragePrecision(Preparable):
    card = MetricCard(
        key="average-precision",
        title="Average precision",
        tasks=frozenset({Task.BINARY, Task.MULTICLASS}),
        higher_is_better=True,
        minimum=0.0,
        maximum=1.0,
        wants=Wants.PROBABILITIES,
        source="Davis, Goadrich: The relationship between precision-recall and ROC curves (2006); "
        "without interpolation, as Boyd, Eng, Page (2013); one against the rest, classes weighing "
        "the same",
        undefined="not defined without a row of the class",
    )

    def prepare(
        self, y_true: npt.NDArray[Any], y_pred: npt.NDArray[Any], *, n_classes: int
    ) -> WeightedScore:
        """Sort once; two classes are one curve, more are averaged over those that occur."""
        codes = [1] if n_classes == 2 else range(n_classes)
        curves = [_curve(y_true == code, y_pred[:, code]) for code in codes]

        def score(weight: FloatArray) -> FloatArray:
            return mean_of_defined([of(weight) for of in curves])

        return score

    def script(self, n_classes: int) -> str:
        if n_classes == 2:
            return "metrics.average_precision_score(y, probabilities[:, 1], sample_weight=weight)"
        return "metrics.average_precision_score(y, probabilities, sample_weight=weight)"


def _curve(is_positive: npt.NDArray[np.bool_], probability: FloatArray) -> WeightedScore:
    """Return the average precision of one class as a function of the weight.

    At each positive row the precision counts all rows that are at least as probable, ties
    included; the rows between two positives are added up in one go.
    """
    order = np.argsort(-probability, kind="stable")
    falling = -probability[order]
    is_hit = is_positive[order]
    # Groups of ties that hold a positive row, each ending where its ties end.
    ends = np.unique(np.searchsorted(falling, falling[is_hit], side="right"))
    starts = np.concatenate(([0], ends[:-1]))
    rows = order[: ends[-1]] if len(ends) else order[:0]
    hits = rows[is_hit[: len(rows)]]
    places = np.searchsorted(ends, np.flatnonzero(is_hit), side="right")
    first_hits = np.searchsorted(places, np.arange(len(ends)))

    def score(weight: FloatArray) -> FloatArray:
        if not len(ends):
            return np.full(weight.shape[:-1], np.nan)
        found = np.add.reduceat(weight.take(hits, axis=-1), first_hits, axis=-1)
        seen = np.cumsum(np.add.reduceat(weight.take(rows, axis=-1), starts, axis=-1), axis=-1)
        reached = np.cumsum(found, axis=-1)
        precision = np.divide(reached, seen, out=np.zeros(seen.shape), where=seen > 0)
        return np.minimum(share((found * precision).sum(axis=-1), found.sum(axis=-1)), 1.0)

    return score


COMPONENT = _AveragePrecision()
