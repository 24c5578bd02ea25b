"""Every chart that a report shows: those that were measured, and those drawn from its tables."""

from dataclasses import replace

from modelyard.domain.charts import ChartSpec
from modelyard.domain.evaluations import Evaluation
from modelyard.reporting.fairness_views import fairness_chart
from modelyard.reporting.learning_views import learning_chart


def every_chart(evaluation: Evaluation) -> tuple[ChartSpec, ...]:
    """Return the charts in their order; those that share a key are told apart by their column."""
    charts = [*evaluation.charts, *map(fairness_chart, evaluation.fairness)]
    if evaluation.learning is not None:
        charts.append(learning_chart(evaluation.learning))
    keys = [spec.key for spec in charts]
    return tuple(
        replace(spec, key=f"{spec.key}-{spec.x_label}") if keys.count(spec.key) > 1 else spec
        for spec in charts
    )
