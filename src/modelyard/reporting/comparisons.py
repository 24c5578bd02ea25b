"""A comparison for people: the same tables in a terminal and on a page that opens offline."""

import math
from dataclasses import dataclass
from importlib.resources import files

from modelyard.domain.comparisons import ComparedModel, ComparedScore, Comparison
from modelyard.domain.evaluations import IntervalUnit
from modelyard.kit.numerals import UNDEFINED, count, decimals_for, number, size, span
from modelyard.kit.texts import visible

Row = tuple[str, ...]

_DRAWN = {
    IntervalUnit.ROW: "rows",
    IntervalUnit.EQUAL_ROWS: "rows, equal ones together",
    IntervalUnit.GROUP: "whole groups of rows",
    IntervalUnit.MOMENT: "blocks of consecutive moments",
}


@dataclass(frozen=True)
class ComparisonView:
    """Tables and words.

    Attributes:
        title: what was compared on.
        verdict: which model is best, or that no one can tell.
        headings, rows: of the models by the deciding metric, the best first.
        all_headings, all_rows: of every metric, a column a model; the best value has a star, one
            that cannot be told from it a tilde.
        notes: what else a reader must know.
    """

    title: str
    verdict: str
    headings: Row
    rows: tuple[Row, ...]
    all_headings: Row
    all_rows: tuple[Row, ...]
    notes: tuple[str, ...]


def comparison_view(comparison: Comparison) -> ComparisonView:
    """Return what a comparison shows."""
    title = comparison.titles[comparison.metric]
    is_paired = comparison.n_rows > 0
    more = ("behind the best", "95 % interval", "", "ms for 1,000 rows") if is_paired else ("",)
    return ComparisonView(
        title=f"On {count(comparison.n_rows)} rows" if is_paired else "On their own held-out rows",
        verdict=_verdict(comparison),
        headings=("model", "algorithm", title, "95 % interval", *more, "size"),
        rows=tuple(_row(each, comparison, is_paired=is_paired) for each in comparison.models),
        all_headings=("metric", *(each.name for each in comparison.models)),
        all_rows=tuple(_metric_row(key, comparison) for key in comparison.titles),
        notes=_notes(comparison, is_paired=is_paired),
    )


def render_comparison(comparison: Comparison) -> str:
    """Return the comparison as one HTML page; whatever comes from data is escaped."""
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["visible"] = visible
    template = environment.from_string(_packaged("comparison.html.jinja"))
    return template.render(
        view=comparison_view(comparison),
        comparison=comparison,
        style=Markup(_packaged("report.css")),  # noqa: S704 -- our own file
    )


def _verdict(comparison: Comparison) -> str:
    best, *others = comparison.models
    title = comparison.titles[comparison.metric]
    if math.isnan(best.scores[comparison.metric].value):
        return f"{title} is not defined for any of them."
    equal = [each.name for each in others if each.scores[comparison.metric].is_best]
    if not comparison.n_rows:
        return f"The best {title} on rows of its own: {', '.join([best.name, *equal])}."
    tied = [each.name for each in others if each.scores[comparison.metric].is_tied]
    undecided = [*equal, *tied]
    if undecided:
        return (
            f"A tie by {title}: these rows cannot tell {', '.join([best.name, *undecided])} apart."
        )
    return f"{best.name} is best by {title}."


def _row(each: ComparedModel, comparison: Comparison, *, is_paired: bool) -> Row:
    score = each.scores[comparison.metric]
    decimals = decimals_for(score.low, score.high, value=score.value)
    row = (
        each.name,
        each.algorithm,
        number(score.value, decimals),
        span(score.low, score.high, decimals=decimals),
    )
    if not is_paired:
        return (*row, "best" if score.is_best else "", size(each.size_bytes))
    digits = decimals_for(score.behind_low, score.behind_high, value=score.behind)
    is_behind = not score.is_best and not math.isnan(score.behind)
    return (
        *row,
        number(score.behind, digits) if is_behind else UNDEFINED,
        span(score.behind_low, score.behind_high, decimals=digits) if is_behind else UNDEFINED,
        _standing(score),
        _milliseconds(each.predict_s),
        size(each.size_bytes),
    )


def _milliseconds(seconds: float | None) -> str:
    if seconds is None:
        return UNDEFINED
    took = 1000 * seconds
    return number(took, decimals_for(took, took, value=took))


def _standing(score: ComparedScore) -> str:
    if math.isnan(score.behind):
        return "not defined"
    return "best" if score.is_best else "tie" if score.is_tied else "worse"


def _metric_row(key: str, comparison: Comparison) -> Row:
    cells = [comparison.titles[key]]
    for each in comparison.models:
        score = each.scores[key]
        mark = " *" if score.is_best else " ~" if score.is_tied else ""
        decimals = decimals_for(score.low, score.high, value=score.value)
        cells.append(number(score.value, decimals) + mark)
    return tuple(cells)


def _notes(comparison: Comparison, *, is_paired: bool) -> Row:
    notes = ["* best, ~ cannot be told from the best."] if is_paired else ["* best."]
    if is_paired:
        notes.append(
            "How far a model is behind is measured on the same draws for both "
            f"({_DRAWN[comparison.unit]}, bootstrap); where the interval holds 0 it is a tie. "
            "Among many models the best one is so partly by luck."
        )
    if comparison.caution:
        notes.append(comparison.caution)
    return tuple(notes)


def _packaged(name: str) -> str:
    return files("modelyard.reporting").joinpath(name).read_text(encoding="utf-8")
