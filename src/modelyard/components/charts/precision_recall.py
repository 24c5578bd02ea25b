"""Precision-recall curve: how pure an alarm is, the more of a class it is to find."""

import numpy as np
import numpy.typing as npt

from modelyard.domain.charts import ChartKind, ChartSpec, Series
from modelyard.domain.tasks import Task
from modelyard.protocols.charts import ChartCard, ChartInput

FloatArray = npt.NDArray[np.float64]

# Points a curve keeps: more than pixels can tell apart.
_MAX_POINTS = 200
# Curves that can still be told apart by colour.
_MAX_CURVES = 6


class _PrecisionRecall:
    card = ChartCard(
        key="precision-recall",
        title="Precision and recall",
        tasks=frozenset({Task.BINARY, Task.MULTICLASS}),
        order=22,
    )

    def chart(self, subject: ChartInput) -> ChartSpec | None:
        counts = np.bincount(subject.y_true, minlength=len(subject.labels))
        frequent = sorted(np.argsort(-counts, kind="stable")[:_MAX_CURVES].tolist())
        codes = [1] if subject.task is Task.BINARY else frequent
        curves = tuple(
            _curve(str(subject.labels[code]), subject.y_true == code, subject.scores[:, code])
            for code in codes
            if 0 < counts[code] < len(subject.y_true)
        )
        if not curves:
            return None
        guesses: tuple[Series, ...] = ()
        if subject.task is Task.BINARY:
            share = float(counts[1] / counts.sum())
            guesses = (Series("guessing", (0.0, 1.0), (share, share), is_reference=True),)
        return ChartSpec(
            key=self.card.key,
            title=self.card.title,
            kind=ChartKind.LINES,
            x_label="Recall (share of the class that is found)",
            y_label="Precision (alarms that are right)",
            series=(*curves, *_at_threshold(subject), *guesses),
            caption=(
                "The longer a curve stays high, the fewer false alarms finding the class costs"
                + ("; the dashed line is guessing, the point this model." if guesses else ".")
            ),
        )


def _at_threshold(subject: ChartInput) -> tuple[Series, ...]:
    """Return where on the curve the model answers: of two labels alone, and where it alarms."""
    is_alarm = subject.scores[:, -1] >= subject.rule.threshold
    if subject.task is not Task.BINARY or not is_alarm.any():
        return ()
    is_class = subject.y_true == 1
    found, right = float(is_alarm[is_class].mean()), float(is_class[is_alarm].mean())
    return (Series(f"answered from {subject.rule.threshold:.3g} on", (found,), (right,)),)


def _curve(name: str, is_class: npt.NDArray[np.bool_], probability: FloatArray) -> Series:
    """Return precision over recall, from the highest threshold to the lowest.

    Source: Davis, Goadrich: The relationship between precision-recall and ROC curves (2006).
    """
    order = np.argsort(-probability, kind="stable")
    last_of_ties = np.append(np.flatnonzero(np.diff(probability[order])), len(order) - 1)
    hits = np.cumsum(is_class[order])[last_of_ties]
    recall, precision = hits / hits[-1], hits / (last_of_ties + 1)
    kept = np.unique(np.linspace(0, len(recall) - 1, _MAX_POINTS).round().astype(np.int64))
    return Series(name, tuple(recall[kept].tolist()), tuple(precision[kept].tolist()))


COMPONENT = _PrecisionRecall()
