"""Predicted against actual values: whether predictions follow the truth over its whole range."""

import numpy as np

from modelyard.domain.charts import ChartKind, ChartSpec, Series
from modelyard.domain.tasks import Task
from modelyard.protocols.charts import ChartCard, ChartInput

# Points that a page of vector graphics carries lightly.
_MAX_POINTS = 1000


class _PredictedActual:
    card = ChartCard(
        key="predicted-actual",
        title="Predicted and actual",
        tasks=frozenset({Task.REGRESSION}),
        order=10,
    )

    def chart(self, subject: ChartInput) -> ChartSpec | None:
        predicted = subject.scores[:, 0]
        usable = np.flatnonzero(np.isfinite(predicted) & np.isfinite(subject.y_true))
        if len(usable) == 0:
            return None
        order = usable[np.argsort(subject.y_true[usable], kind="stable")]
        n_shown = min(_MAX_POINTS, len(order))
        shown = order[np.linspace(0, len(order) - 1, n_shown).round().astype(np.int64)]
        actual, predicted = subject.y_true[shown], predicted[shown]
        ends = (float(actual[0]), float(actual[-1]))
        rows = "rows" if n_shown == len(order) else f"of {len(order):,} rows"
        return ChartSpec(
            key=self.card.key,
            title=self.card.title,
            kind=ChartKind.POINTS,
            x_label=f"Actual {subject.target}",
            y_label=f"Predicted {subject.target}",
            series=(
                Series("rows", tuple(actual.tolist()), tuple(predicted.tolist())),
                Series("exact", ends, ends, is_reference=True),
            ),
            caption=f"{n_shown:,} {rows}; on the dashed line a prediction is exact.",
        )


COMPONENT = _PredictedActual()
