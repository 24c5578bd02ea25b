"""Renders the report: one HTML file that needs no script, no network and no second file."""

from importlib.resources import files

from modelyard.domain.findings import worst_first
from modelyard.reporting.columns import MAX_COLUMNS, column_views
from modelyard.reporting.numerals import count
from modelyard.reporting.search_views import search_view
from modelyard.reporting.subjects import ReportSubject
from modelyard.reporting.texts import visible
from modelyard.reporting.verdicts import verdict_of
from modelyard.reporting.views import (
    chart_views,
    fold_summary,
    metric_views,
    parity_sentence,
    setting_facts,
    source_facts,
    subject_facts,
)
from modelyard.reporting.weak_views import weak_view

# The charts that have a section of their own.
_LOOKS_AT = ("importance", "dependence")
_SEARCH = ("search-history", "search-parameters")


def render_report(subject: ReportSubject) -> str:
    """Return the report as one HTML page.

    Whatever comes from data is escaped, and the page's own policy forbids scripts and requests
    besides. The same subject gives the same page.
    """
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"visible": visible, "count": count, "svg": Markup}
    template = environment.from_string(_packaged("report.html.jinja"))
    charts = subject.evaluation.charts
    folds, fold_sentence = fold_summary(subject.evaluation)
    return template.render(
        subject=subject,
        style=Markup(_packaged("report.css")),  # noqa: S704 -- our own file
        verdict=verdict_of(subject.evaluation),
        facts=subject_facts(subject),
        metrics=metric_views(subject.evaluation),
        charts=chart_views(
            tuple(spec for spec in charts if spec.key not in (*_LOOKS_AT, *_SEARCH))
        ),
        importance=chart_views(tuple(spec for spec in charts if spec.key in _LOOKS_AT)),
        search=search_view(subject.search),
        search_charts=chart_views(tuple(spec for spec in charts if spec.key in _SEARCH)),
        weak=weak_view(subject.evaluation.weaknesses),
        findings=worst_first(subject.findings),
        folds=folds,
        fold_sentence=fold_sentence,
        columns=column_views(subject.profile, subject.target) if subject.profile else (),
        max_columns=MAX_COLUMNS,
        source=source_facts(subject.source) if subject.source else (),
        parity=parity_sentence(subject.parity) if subject.parity else "",
        parameters=setting_facts(subject.parameters),
        config=setting_facts(subject.config),
        versions=setting_facts(subject.versions),
    )


def _packaged(name: str) -> str:
    return files("modelyard.reporting").joinpath(name).read_text(encoding="utf-8")
