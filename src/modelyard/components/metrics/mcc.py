"""Matthews correlation: the correlation between truth and answer, 0 for guessing."""

from typing import Any

import numpy as np
import numpy.typing as npt

from modelyard.domain.averages import share
from modelyard.domain.confusion import Pairs, hits_of
from modelyard.domain.tasks import Task
from modelyard.protocols.metrics import MetricCard, Wants, WeightedScore

FloatArray = npt.NDArray[np.float64]


class _Matthews:
    card = MetricCard(
        key="mcc",
        title="Matthews correlation",
        tasks=frozenset({Task.BINARY, Task.MULTICLASS}),
        higher_is_better=True,
        minimum=-1.0,
        maximum=1.0,
        wants=Wants.LABELS,
        source="Matthews: Comparison of the predicted and observed secondary structure of T4 phage "
        "lysozyme (1975); more than two classes: Gorodkin (2004), equation 8",
    )

    def score(
        self,
        y_true: npt.NDArray[Any],
        y_pred: npt.NDArray[Any],
        weight: FloatArray | None = None,
    ) -> float:
        return float(_correlation(Pairs.of(y_true, y_pred).count(weight)))

    def prepare(
        self, y_true: npt.NDArray[Any], y_pred: npt.NDArray[Any], *, n_classes: int
    ) -> WeightedScore:
        """Pair truth and answer once."""
        pairs = Pairs.of(y_true, y_pred, n_classes=n_classes)
        return lambda weight: _correlation(pairs.count(weight))

    def script(self, n_classes: int) -> str:  # noqa: ARG002 -- the same for all
        return "metrics.matthews_corrcoef(y, labels, sample_weight=weight)"


def _correlation(confusion: FloatArray) -> FloatArray:
    """Return the correlation, 0 where truth or answer does not vary, as scikit-learn does."""
    n = confusion.sum(axis=(-2, -1))
    truths = share(confusion.sum(axis=-1), n[..., None])
    answers = share(confusion.sum(axis=-2), n[..., None])
    shared = share(hits_of(confusion).sum(axis=-1), n) - (truths * answers).sum(axis=-1)
    # 1 minus a sum of squares, written so that a single class gives exactly 0.
    spread = (truths * (1 - truths)).sum(axis=-1) * (answers * (1 - answers)).sum(axis=-1)
    found = np.clip(share(shared, np.sqrt(np.maximum(spread, 0))), -1.0, 1.0)
    return np.where(spread <= 0, 0.0, found)


COMPONENT = _Matthews()
