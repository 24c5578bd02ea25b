"""Residuals: whether the errors depend on what is predicted."""

import numpy as np

from modelyard.domain.charts import ChartKind, ChartSpec, Series
from modelyard.domain.tasks import Task
from modelyard.protocols.charts import ChartCard, ChartInput

# Points that a page of vector graphics carries lightly.
_MAX_POINTS = 1000


class _Residuals:
    card = ChartCard(
        key="residuals",
        title="Residuals",
        tasks=frozenset({Task.REGRESSION}),
        order=20,
    )

    def chart(self, subject: ChartInput) -> ChartSpec | None:
        predicted = subject.scores[:, 0]
        with np.errstate(over="ignore", invalid="ignore"):
            residual = subject.y_true - predicted
        usable = np.flatnonzero(np.isfinite(residual))
        if len(usable) == 0:
            return None
        order = usable[np.argsort(predicted[usable], kind="stable")]
        n_shown = min(_MAX_POINTS, len(order))
        shown = order[np.linspace(0, len(order) - 1, n_shown).round().astype(np.int64)]
        ends = (float(predicted[shown[0]]), float(predicted[shown[-1]]))
        rows = "rows" if n_shown == len(order) else f"of {len(order):,} rows"
        return ChartSpec(
            key=self.card.key,
            title=self.card.title,
            kind=ChartKind.POINTS,
            x_label=f"Predicted {subject.target}",
            y_label="Actual minus predicted",
            series=(
                Series("rows", tuple(predicted[shown].tolist()), tuple(residual[shown].tolist())),
                Series("exact", ends, (0.0, 0.0), is_reference=True),
            ),
            caption=(
                f"{n_shown:,} {rows}; a level band around the dashed line is good, a funnel or a "
                "curve is a pattern that the model missed."
            ),
        )


COMPONENT = _Residuals()
