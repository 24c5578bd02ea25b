"""Calibration curve: whether what is claimed with a probability happens as often."""

from typing import Any

import numpy as np
import numpy.typing as npt

from modelyard.domain.charts import ChartKind, ChartSpec, Series
from modelyard.domain.tasks import Task
from modelyard.protocols.charts import ChartCard, ChartInput

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
        claimed, happened = _claims(subject)
        n_bins = min(_N_BINS, len(claimed) // _BIN_ROWS)
        if n_bins < 2 or not np.isfinite(claimed).all():
            return None
        bins = np.array_split(np.argsort(claimed, kind="stable"), n_bins)
        x = tuple(float(claimed[rows].mean()) for rows in bins)
        y = tuple(float(happened[rows].mean()) for rows in bins)
        who = f"'{subject.labels[1]}'" if subject.task is Task.BINARY else "the answered label"
        return ChartSpec(
            key=self.card.key,
            title=self.card.title,
            kind=ChartKind.LINES,
            x_label="Claimed probability",
            y_label="Share of rows where it happened",
            series=(
                Series("model", x, y),
                Series("calibrated", (0.0, 1.0), (0.0, 1.0), is_reference=True),
            ),
            caption=(
                f"Probability of {who} in {n_bins} bins of equally many rows; on the dashed line "
                "it happens as often as is claimed, below it less often."
            ),
        )


def _claims(subject: ChartInput) -> tuple[npt.NDArray[np.float64], npt.NDArray[Any]]:
    if subject.task is Task.BINARY:
        return subject.scores[:, 1], subject.y_true == 1
    return subject.scores.max(axis=1), subject.scores.argmax(axis=1) == subject.y_true


COMPONENT = _CalibrationCurve()
