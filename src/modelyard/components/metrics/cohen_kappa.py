"""Cohen's kappa: how far truth and answer agree beyond what their frequencies alone would do."""

from typing import Any

import numpy as np
import numpy.typing as npt

from modelyard.domain.averages import share
from modelyard.domain.confusion import Pairs, hits_of
from modelyard.domain.tasks import Task
from modelyard.protocols.metrics import MetricCard, Wants, WeightedScore

FloatArray = npt.NDArray[np.float64]


class _CohenKappa:
    card = MetricCard(
        key="cohen-kappa",
        title="Cohen's kappa",
        tasks=frozenset({Task.BINARY, Task.MULTICLASS}),
        higher_is_better=True,
        minimum=-1.0,
        maximum=1.0,
        wants=Wants.LABELS,
        source="Cohen: A coefficient of agreement for nominal scales (1960), p. 40",
        undefined="not defined where truth and answer are one class",
    )

    def score(
        self,
        y_true: npt.NDArray[Any],
        y_pred: npt.NDArray[Any],
        weight: FloatArray | None = None,
    ) -> float:
        return float(_kappa(Pairs.of(y_true, y_pred).count(weight)))

    def prepare(
        self, y_true: npt.NDArray[Any], y_pred: npt.NDArray[Any], *, n_classes: int
    ) -> WeightedScore:
        """Pair truth and answer once."""
        pairs = Pairs.of(y_true, y_pred, n_classes=n_classes)
        return lambda weight: _kappa(pairs.count(weight))

    def script(self, n_classes: int) -> str:  # noqa: ARG002 -- the same for all
        return "metrics.cohen_kappa_score(y, labels, sample_weight=weight)"


def _kappa(confusion: FloatArray) -> FloatArray:
    """Return kappa; it is not defined where chance alone would agree on every row."""
    n = confusion.sum(axis=(-2, -1))
    by_chance = share((confusion.sum(axis=-1) * confusion.sum(axis=-2)).sum(axis=-1), n)
    agreed = hits_of(confusion).sum(axis=-1)
    return share(agreed - by_chance, n - by_chance)


COMPONENT = _CohenKappa()
