"""Every chart that a report shows: those that were measured, and those drawn from its tables."""

from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum
from types import MappingProxyType

from modelyard.domain.charts import ChartSpec
from modelyard.domain.evaluations import Evaluation
from modelyard.reporting.fairness_views import fairness_chart
from modelyard.reporting.learning_views import learning_chart


class Section(StrEnum):
    """Under which heading a chart stands, of a report as of a page."""

    QUALITY = "quality"
    IMPORTANCE = "importance"
    DEPENDENCE = "dependence"
    CERTAINTY = "certainty"
    LEADERBOARD = "leaderboard"
    SEARCH = "search"
    GROUPS = "groups"
    LEARNING = "learning"


# The charts that have a section of their own; all others tell how good the model is.
_SECTIONS: Mapping[str, Section] = MappingProxyType(
    {
        "importance": Section.IMPORTANCE,
        "dependence": Section.DEPENDENCE,
        "calibration-curve": Section.CERTAINTY,
        "coverage": Section.CERTAINTY,
        "candidates": Section.LEADERBOARD,
        "best-so-far": Section.LEADERBOARD,
        "search-history": Section.SEARCH,
        "search-parameters": Section.SEARCH,
    }
)


def every_chart(evaluation: Evaluation) -> tuple[ChartSpec, ...]:
    """Return the charts in their order; those that share a key are told apart by their column."""
    return tuple(spec for _, spec in placed_charts(evaluation))


def placed_charts(evaluation: Evaluation) -> tuple[tuple[Section, ChartSpec], ...]:
    """Return the charts as `every_chart`, each with the section that it stands in."""
    charts = [(_SECTIONS.get(each.key, Section.QUALITY), each) for each in evaluation.charts]
    charts += [(Section.GROUPS, fairness_chart(each)) for each in evaluation.fairness]
    if evaluation.learning is not None:
        charts.append((Section.LEARNING, learning_chart(evaluation.learning)))
    keys = [spec.key for _, spec in charts]
    return tuple(
        (section, replace(spec, key=f"{spec.key}-{spec.x_label}"))
        if keys.count(spec.key) > 1
        else (section, spec)
        for section, spec in charts
    )
