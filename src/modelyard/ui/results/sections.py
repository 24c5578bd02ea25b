"""Which charts of a model stand together."""

from modelyard.domain.charts import ChartSpec
from modelyard.wire.results import ResultsAnswer


def charts_of(results: ResultsAnswer, *sections: str) -> list[ChartSpec]:
    """Return the charts of sections, in the order of the report."""
    return [each.chart.spec() for each in results.charts if each.section in sections]
