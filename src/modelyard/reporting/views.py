"""What the report's template shows, made of words and figures that need no more thinking."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from modelyard.domain.charts import ChartSpec
from modelyard.domain.evaluations import Evaluation, MetricEstimate
from modelyard.domain.manifests import Parity
from modelyard.domain.tables import SourceFacts
from modelyard.kit.numerals import count, decimals_for, number, share, size, span
from modelyard.kit.texts import shorten, visible
from modelyard.reporting.estimates import decimals_of, gain_of
from modelyard.reporting.glyphs import draw_interval
from modelyard.reporting.plots import draw_chart, legend
from modelyard.reporting.subjects import ReportSubject

_DECIMALS = {".": "point", ",": "comma"}
_MAX_VALUE_EM = 120.0

Facts = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class MetricView:
    """One line of the table of metrics; `picture` is SVG."""

    title: str
    hint: str
    value: str
    interval: str
    baseline: str
    gain: str
    gain_interval: str
    is_deciding: bool
    beats_baseline: bool
    picture: str


@dataclass(frozen=True)
class ChartView:
    """One chart; `picture` is SVG, `legend` holds names with their colour class."""

    title: str
    caption: str
    legend: tuple[tuple[str, str], ...]
    picture: str


def metric_views(evaluation: Evaluation) -> tuple[MetricView, ...]:
    """Return the table of metrics."""
    return tuple(
        _metric_view(estimate, is_deciding=estimate.key == evaluation.metric)
        for estimate in evaluation.metrics
    )


def chart_views(charts: tuple[ChartSpec, ...]) -> tuple[ChartView, ...]:
    """Return the charts, drawn."""
    return tuple(
        ChartView(spec.title, spec.caption, legend(spec), draw_chart(spec)) for spec in charts
    )


def source_facts(source: SourceFacts) -> Facts:
    """Return how the table was read."""
    tokens = ", ".join(json.dumps(token, ensure_ascii=False) for token in source.missing_tokens)
    facts = (
        ("Source", source.source),
        ("Location", source.location),
        ("Size", size(source.size_bytes) if source.size_bytes else ""),
        ("Encoding", source.encoding),
        ("Separator", source.delimiter_name),
        ("Quote", source.quote),
        ("Decimal mark", _DECIMALS.get(source.decimal or "", source.decimal)),
        ("Read as missing", tokens),
        ("SHA-256", source.sha256),
    )
    return tuple((name, value) for name, value in facts if value)


def subject_facts(subject: ReportSubject) -> Facts:
    """Return the facts that stand under the title."""
    evaluation = subject.evaluation
    facts = [
        ("Predicts", subject.target),
        ("Task", evaluation.task.value),
        ("Algorithm", subject.algorithm),
        ("Rows", count(subject.n_rows) if subject.n_rows else ""),
        ("Held back", count(evaluation.n_rows)),
        ("Made", f"{subject.created_at:%d %b %Y, %H:%M} UTC".lstrip("0")),
    ]
    if len(evaluation.labels) == 2:
        positive = f"{evaluation.labels[1]} at {share(subject.threshold, 1)} or more"
        facts.insert(2, ("Answers", positive))
    return tuple((name, value) for name, value in facts if value)


def people_facts(subject: ReportSubject) -> Facts:
    """Return what only people know of the model, as far as they said it."""
    titles = {"intended_use": "Intended use", "limitations": "Limitations", "owner": "Owner"}
    return tuple((title, subject.card[key]) for key, title in titles.items() if key in subject.card)


def setting_facts(settings: Mapping[str, Any]) -> Facts:
    """Return settings by name, each value as JSON would write it."""
    return tuple((name, _value(settings[name])) for name in sorted(settings))


def parity_sentence(parity: Parity, *, is_label: bool) -> str:
    """Say how closely the package predicts what the trained model predicts."""
    flips = "no label differs" if parity.n_flips == 0 else f"{count(parity.n_flips)} labels differ"
    flips = flips if is_label else "they answer alike"
    ties = f" ({count(parity.n_ties)} exact ties aside)" if parity.n_ties else ""
    return (
        f"The package was compared with the trained model over {count(parity.n_rows_batch)} rows "
        f"as a batch and {count(parity.n_rows_single)} rows one by one: {flips}{ties}, and the "
        f"largest difference is {number(parity.max_difference)}."
    )


def fold_summary(evaluation: Evaluation) -> tuple[tuple[tuple[str, str, str], ...], str]:
    """Return fold, rows and value of a cross-validation, and its mean and spread in words."""
    values = [fold.value for fold in evaluation.folds]
    if not values:
        return (), ""
    mean = sum(values) / len(values)
    spread = (sum((value - mean) ** 2 for value in values) / max(len(values) - 1, 1)) ** 0.5
    decimals = decimals_for(mean - spread, mean + spread, value=mean)
    rows = tuple(
        (str(fold.fold), count(fold.n_rows), number(fold.value, decimals))
        for fold in evaluation.folds
    )
    said = (
        f"{evaluation.deciding.title} over {len(values)} folds: {number(mean, decimals)} on "
        f"average, with a standard deviation of {number(spread, decimals)}."
    )
    return rows, said


def _metric_view(estimate: MetricEstimate, *, is_deciding: bool) -> MetricView:
    decimals = decimals_of(estimate)
    gain, gain_interval = gain_of(estimate)
    return MetricView(
        title=estimate.title,
        hint=_hint(estimate),
        value=number(estimate.value, decimals),
        interval=span(estimate.low, estimate.high, decimals=decimals),
        baseline=number(estimate.baseline, decimals),
        gain=f"+{gain}" if estimate.gain > 0 else gain,
        gain_interval=gain_interval,
        is_deciding=is_deciding,
        beats_baseline=estimate.beats_baseline,
        picture=draw_interval(
            estimate.low, estimate.value, high=estimate.high, baseline=estimate.baseline
        ),
    )


def _hint(estimate: MetricEstimate) -> str:
    """Say which way is better, or why there is no figure."""
    if estimate.undefined:
        return estimate.undefined
    if estimate.best is not None:
        return f"best at {number(estimate.best)}"
    return "higher is better" if estimate.higher_is_better else "lower is better"


def _value(value: Any) -> str:
    if isinstance(value, str):
        return shorten(visible(value), _MAX_VALUE_EM)
    written = json.dumps(value, ensure_ascii=False, default=str)
    return shorten(visible(written), _MAX_VALUE_EM)
