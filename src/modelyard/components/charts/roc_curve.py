"""ROC curve: how many rows of a class are found at the price of how many false alarms."""

from typing import Any

import numpy as np
import numpy.typing as npt

from modelyard.domain.charts import ChartKind, ChartSpec, Series
from modelyard.domain.tasks import Task
from modelyard.protocols.charts import ChartCard, ChartInput

FloatArray = npt.NDArray[np.float64]

# Corners a curve keeps: more than pixels can tell apart.
_MAX_POINTS = 200
# Curves that can still be told apart by colour.
_MAX_CURVES = 6


class _RocCurve:
    card = ChartCard(
        key="roc-curve",
        title="ROC curve",
        tasks=frozenset({Task.BINARY, Task.MULTICLASS}),
        order=20,
    )

    def chart(self, subject: ChartInput) -> ChartSpec | None:
        curves = _curves(subject)
        if not curves:
            return None
        diagonal = Series("guessing", (0.0, 1.0), (0.0, 1.0), is_reference=True)
        return ChartSpec(
            key=self.card.key,
            title=self.card.title,
            kind=ChartKind.LINES,
            x_label="False alarms (share of the other rows)",
            y_label="Found (share of the class)",
            series=(*curves, *_at_threshold(subject), diagonal),
            caption=_caption(subject, len(curves)),
        )


def _curves(subject: ChartInput) -> tuple[Series, ...]:
    if subject.task is Task.BINARY:
        codes = [1]
    else:
        counts = np.bincount(subject.y_true, minlength=len(subject.labels))
        codes = sorted(np.argsort(-counts, kind="stable")[:_MAX_CURVES].tolist())
    found = []
    for code in codes:
        is_class = subject.y_true == code
        if is_class.any() and not is_class.all():
            alarms, hits = _corners(is_class, subject.scores[:, code])
            found.append(Series(str(subject.labels[code]), alarms, hits))
    return tuple(found)


def _at_threshold(subject: ChartInput) -> tuple[Series, ...]:
    """Return where on the curve the model answers: of two labels alone."""
    if subject.task is not Task.BINARY:
        return ()
    is_class, is_alarm = subject.y_true == 1, subject.scores[:, 1] >= subject.rule.threshold
    x, y = float(is_alarm[~is_class].mean()), float(is_alarm[is_class].mean())
    return (Series(f"answered from {subject.rule.threshold:.3g} on", (x,), (y,)),)


def _corners(
    is_class: npt.NDArray[np.bool_], probability: FloatArray
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return shares of false alarms and of hits, from the highest threshold to the lowest.

    Source: Fawcett: An introduction to ROC analysis (2006), algorithm 1; equal probabilities
    make one sloped step.
    """
    order = np.argsort(-probability, kind="stable")
    last_of_ties = np.append(np.flatnonzero(np.diff(probability[order])), len(order) - 1)
    hits = np.cumsum(is_class[order])[last_of_ties]
    alarms = last_of_ties + 1 - hits
    x = np.append(0.0, alarms / alarms[-1])
    y = np.append(0.0, hits / hits[-1])
    kept = _thinned(x, y)
    return tuple(x[kept].tolist()), tuple(y[kept].tolist())


def _thinned(x: FloatArray, y: FloatArray) -> npt.NDArray[Any]:
    """Return the places of the corners, and of these as many as can be seen."""
    straight = np.diff(x)[:-1] * np.diff(y)[1:] == np.diff(x)[1:] * np.diff(y)[:-1]
    corners = np.flatnonzero(np.concatenate(([True], ~straight, [True])))
    if len(corners) <= _MAX_POINTS:
        return corners
    # Both shares only grow, so their sum measures the way along the curve.
    way = (x + y)[corners]
    steps = np.searchsorted(way, np.linspace(0.0, way[-1], _MAX_POINTS))
    return corners[np.unique(steps)]


def _caption(subject: ChartInput, n_curves: int) -> str:
    said = "The further a curve bends to the upper left, the better; the dashed line is guessing."
    if subject.task is Task.BINARY:
        return f"Finding '{subject.labels[1]}'. {said} The point is where this model answers."
    if n_curves < len(subject.labels):
        return f"{n_curves} of {len(subject.labels)} classes, each against the rest. {said}"
    return f"Each class against the rest. {said}"


COMPONENT = _RocCurve()
