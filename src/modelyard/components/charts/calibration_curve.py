"""Calibration curve: whether what is claimed with a probability happens as often."""

from typing import Any

import numpy as np
import numpy.typing as npt

from modelyard.domain.charts import ChartKind, ChartSpec, Series
from modelyard.domain.tasks import Task
from modelyard.protocols.charts import ChartCard, ChartInput

FloatArray = npt.NDArray[np.float64]

# Bins of equally many rows, as Niculescu-Mizil, Caruana: Predicting Good Probabilities with
# Supervised Learning (2005) draw their reliability diagrams, with fewer where rows are few.
_N_BINS, _BIN_ROWS = 10, 10


class _CalibrationCurve:
    card = ChartCard(
        key="calibration-curve",
        title="Calibration",
        tasks=frozenset({Task.BINARY, Task.MULTICLASS}),
        order=25,
    )

    def chart(self, subject: ChartInput) -> ChartSpec | None:
        n_bins = min(_N_BINS, len(subject.scores) // _BIN_ROWS)
        if n_bins < 2 or not np.isfinite(subject.scores).all():
            return None
        drawn = [_curve("model", subject, subject.scores, n_bins=n_bins)]
        if subject.uncalibrated is not None and np.isfinite(subject.uncalibrated).all():
            drawn.append(_curve("before calibration", subject, subject.uncalibrated, n_bins=n_bins))
        who = f"'{subject.labels[1]}'" if subject.task is Task.BINARY else "the answered label"
        return ChartSpec(
            key=self.card.key,
            title=self.card.title,
            kind=ChartKind.LINES,
            x_label="Claimed probability",
            y_label="Share of rows where it happened",
            series=(
                *drawn,
                Series("calibrated", (0.0, 1.0), (0.0, 1.0), is_reference=True),
            ),
            caption=(
                f"Probability of {who} in {n_bins} bins of equally many rows; on the dashed line "
                "it happens as often as is claimed, below it less often."
            ),
        )


def _curve(name: str, subject: ChartInput, scores: FloatArray, *, n_bins: int) -> Series:
    claimed, happened = _claims(subject, scores)
    bins = np.array_split(np.argsort(claimed, kind="stable"), n_bins)
    x = tuple(float(claimed[rows].mean()) for rows in bins)
    y = tuple(float(happened[rows].mean()) for rows in bins)
    return Series(name, x, y)


def _claims(subject: ChartInput, scores: FloatArray) -> tuple[FloatArray, npt.NDArray[Any]]:
    if subject.task is Task.BINARY:
        return scores[:, 1], subject.y_true == 1
    return scores.max(axis=1), scores.argmax(axis=1) == subject.y_true


COMPONENT = _CalibrationCurve()
