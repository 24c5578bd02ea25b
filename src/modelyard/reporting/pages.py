"""Renders the report: one HTML file that needs no script, no network and no second file."""

from functools import cache
from importlib.resources import files
from typing import Any

from modelyard.domain.findings import worst_first
from modelyard.kit.numerals import count
from modelyard.kit.texts import visible
from modelyard.reporting.advice import in_practice, next_steps, purpose, reasons
from modelyard.reporting.certainty_views import certainty_sentences, coverage_rows
from modelyard.reporting.columns import MAX_COLUMNS, column_views
from modelyard.reporting.cost_views import cost_sentence
from modelyard.reporting.every_chart import Section, placed_charts
from modelyard.reporting.fairness_views import fairness_view
from modelyard.reporting.leaderboard_views import leaderboard_view
from modelyard.reporting.learning_views import learning_rows
from modelyard.reporting.quantisation_views import quantisation_sentences
from modelyard.reporting.search_views import search_view
from modelyard.reporting.subjects import ReportSubject
from modelyard.reporting.verdicts import verdict_of
from modelyard.reporting.views import (
    ChartView,
    chart_views,
    fold_summary,
    metric_views,
    parity_sentence,
    people_facts,
    setting_facts,
    source_facts,
    subject_facts,
)
from modelyard.reporting.weak_views import weak_view

# The sections in their order, each with what it shows: without any of it, it is not there.
_CONTENTS = (
    ("use", "What it is for", ("people",)),
    ("quality", "How good it is", ("metrics",)),
    ("charts", "Where it is right and wrong", ("charts",)),
    ("weak", "Where it fails", ("weak",)),
    ("groups", "How groups fare", ("groups",)),
    ("importance", "What the model looks at", ("importance", "dependence")),
    ("certainty", "How sure it is", ("certainty", "coverage", "certainty_charts")),
    ("leaderboard", "How the model was chosen", ("board",)),
    ("search", "How the hyperparameters were found", ("search",)),
    ("folds", "Cross-validation", ("folds",)),
    ("learning", "Would more rows help?", ("learning",)),
    ("findings", "What was found in the data", ("metrics",)),
    ("data", "The data", ("source", "split", "columns")),
    ("parity", "What is served is what was trained", ("parity",)),
    ("again", "How to make it again", ("command", "python", "parameters", "config", "versions")),
)


def render_report(subject: ReportSubject) -> str:
    """Return the report as one HTML page.

    Whatever comes from data is escaped, and the page's own policy forbids scripts and requests
    besides. The same subject gives the same page.
    """
    from markupsafe import Markup

    shown = _first_screen(subject) | _quality(subject) | _record(subject)
    contents = [
        (place, title)
        for place, title, parts in _CONTENTS
        if any(shown[part] if part in shown else getattr(subject, part) for part in parts)
    ]
    page: str = _template().render(
        subject=subject,
        style=Markup(_packaged("report.css")),  # noqa: S704 -- our own file
        contents=contents,
        **shown,
    )
    return page


def _first_screen(subject: ReportSubject) -> dict[str, Any]:
    verdict = verdict_of(subject.evaluation)
    return {
        "verdict": verdict,
        "in_practice": in_practice(subject.evaluation),
        "facts": subject_facts(subject),
        "purpose": purpose(subject),
        "reasons": reasons(subject),
        "steps": next_steps(subject, verdict),
        "people": people_facts(subject),
    }


def _quality(subject: ReportSubject) -> dict[str, Any]:
    evaluation = subject.evaluation
    folds, fold_sentence = fold_summary(evaluation)
    placed = placed_charts(evaluation)

    def drawn(section: Section) -> tuple[ChartView, ...]:
        return chart_views(tuple(spec for where, spec in placed if where is section))

    return {
        "metrics": metric_views(evaluation),
        "charts": drawn(Section.QUALITY),
        "weak": weak_view(
            evaluation.weaknesses, thumbnails=subject.thumbnails, saliency=subject.saliency
        ),
        "groups": tuple(fairness_view(each) for each in evaluation.fairness),
        "learning": evaluation.learning,
        "learning_rows": learning_rows(evaluation.learning),
        "learning_chart": next(iter(drawn(Section.LEARNING)), None),
        "importance": drawn(Section.IMPORTANCE),
        "dependence": drawn(Section.DEPENDENCE),
        "certainty": certainty_sentences(subject),
        "certainty_charts": drawn(Section.CERTAINTY),
        "cost": cost_sentence(evaluation),
        "coverage": coverage_rows(evaluation),
        "coverage_size": "Labels a set" if evaluation.labels else "Mean width",
        "board": leaderboard_view(subject.leaderboard),
        "board_charts": drawn(Section.LEADERBOARD),
        "search": search_view(subject.search),
        "search_charts": drawn(Section.SEARCH),
        "folds": folds,
        "fold_sentence": fold_sentence,
    }


def _record(subject: ReportSubject) -> dict[str, Any]:
    return {
        "findings": worst_first(subject.findings),
        "columns": column_views(subject.profile, subject.target) if subject.profile else (),
        "max_columns": MAX_COLUMNS,
        "source": source_facts(subject.source) if subject.source else (),
        "parity": _parity(subject),
        "rounding": quantisation_sentences(subject.quantisation, subject.evaluation),
        "parameters": setting_facts(subject.parameters),
        "config": setting_facts(subject.config),
        "versions": setting_facts(subject.versions),
    }


def _parity(subject: ReportSubject) -> str:
    if subject.parity is None:
        return ""
    return parity_sentence(subject.parity, is_label=bool(subject.evaluation.labels))


@cache
def _template() -> Any:
    from jinja2 import Environment, FunctionLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        loader=FunctionLoader(_packaged),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"visible": visible, "count": count, "svg": Markup}
    return environment.get_template("report.html.jinja")


def _packaged(name: str) -> str:
    return files("modelyard.reporting").joinpath(name).read_text(encoding="utf-8")
