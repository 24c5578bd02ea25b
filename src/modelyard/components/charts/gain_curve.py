"""Gain curve: how much of a class is found by looking at the likeliest rows first."""

import numpy as np

from modelyard.domain.charts import ChartKind, ChartSpec, Series
from modelyard.domain.tasks import Task
from modelyard.protocols.charts import ChartCard, ChartInput

# Points a curve keeps: more than pixels can tell apart.
_MAX_POINTS = 200
# The share of rows whose lift the caption tells.
_FIRST = 0.1


class _GainCurve:
    card = ChartCard(
        key="gain-curve", title="Gain and lift", tasks=frozenset({Task.BINARY}), order=24
    )

    def chart(self, subject: ChartInput) -> ChartSpec | None:
        """Source: Berry, Linoff: Data Mining Techniques (2004), chapter 4, cumulative gains."""
        is_class = subject.y_true == 1
        n_rows = len(is_class)
        if not is_class.any() or is_class.all():
            return None
        probability = subject.scores[:, 1]
        order = np.argsort(-probability, kind="stable")
        # Rows of equal probability come in no order: only their end is a point.
        ends = np.append(np.flatnonzero(np.diff(probability[order])), n_rows - 1)
        x = np.append(0.0, (ends + 1) / n_rows)
        y = np.append(0.0, np.cumsum(is_class[order])[ends] / is_class.sum())
        found = float(np.interp(_FIRST, x, y))
        kept = np.unique(np.linspace(0, len(x) - 1, _MAX_POINTS).round().astype(np.int64))
        return ChartSpec(
            key=self.card.key,
            title=self.card.title,
            kind=ChartKind.LINES,
            x_label="Share of rows, likeliest first",
            y_label="Share of the class that is found",
            series=(
                Series(str(subject.labels[1]), tuple(x[kept].tolist()), tuple(y[kept].tolist())),
                Series("guessing", (0.0, 1.0), (0.0, 1.0), is_reference=True),
            ),
            caption=(
                f"The likeliest {_FIRST:.0%} of the rows hold {found:.0%} of "
                f"'{subject.labels[1]}', a lift of {found / _FIRST:.1f}; the dashed line is a "
                "random order."
            ),
        )


COMPONENT = _GainCurve()
