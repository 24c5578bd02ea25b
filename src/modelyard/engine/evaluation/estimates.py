"""Measures a model on rows that it has not seen, beside a baseline, with intervals."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt

from modelyard.catalog import pick
from modelyard.domain.charts import ChartSpec
from modelyard.domain.confusion import Pairs
from modelyard.domain.errors import InvalidValue
from modelyard.domain.evaluations import Evaluation, MetricEstimate
from modelyard.domain.rules import MOST_PROBABLE, Rule
from modelyard.domain.tasks import Label, Task
from modelyard.engine.evaluation.alike import Alike
from modelyard.engine.evaluation.intervals import Draws, Interval, draw_scores
from modelyard.engine.evaluation.resampling import Resampling
from modelyard.protocols.charts import Chart, ChartInput
from modelyard.protocols.metrics import Metric, Preparable, Wants, WeightedScore
from modelyard.runtime.decisions import decide_codes

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Loss = Callable[[IntArray, FloatArray], float]


@dataclass(frozen=True)
class Scored:
    """Held-out rows with the truth and what was answered for them.

    Attributes:
        labels: class labels in code order, empty for regression.
        y_true: (n,) int64 class codes, or float64 values for regression.
        scores: (n, n_labels) probabilities, or (n, 1) values for regression, of the model.
        baseline_scores: the same of the dummy baseline.
        rule: by which probabilities become a label.
        weight: (n,) what each row counts, zero or more; None for equal weights.
        bound: which rows depend on each other; None takes each for itself.
    """

    task: Task
    labels: tuple[Label, ...]
    y_true: npt.NDArray[Any]
    scores: FloatArray
    baseline_scores: FloatArray
    rule: Rule = MOST_PROBABLE
    bound: Resampling | None = None
    weight: FloatArray | None = None

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return len(self.y_true)

    @property
    def resampling(self) -> Resampling:
        """What the bootstrap draws."""
        return self.bound or Resampling.of_rows(self.n_rows)


def default_metric(metrics: Mapping[str, Metric], task: Task) -> str:
    """Return the key of the metric that decides where the user names none."""
    return next(key for key, each in metrics.items() if task in each.card.is_default_for)


def metrics_of(metrics: Mapping[str, Metric], task: Task) -> dict[str, Metric]:
    """Return the metrics that make sense for the task."""
    return {key: metric for key, metric in metrics.items() if task in metric.card.tasks}


def metric_for(metrics: Mapping[str, Metric], task: Task, *, key: str | None = None) -> Metric:
    """Return the metric that decides.

    Raises:
        UnknownKey: if there is no such metric, with the nearest one.
        InvalidValue: if it does not fit the task, with those that do.
    """
    fitting = metrics_of(metrics, task)
    key = key or default_metric(metrics, task)
    if key in metrics and key not in fitting:
        raise InvalidValue(
            f"The metric '{key}' does not fit a {task} task.",
            fix=f"Use one of: {', '.join(sorted(fitting))}.",
            sample=key,
        )
    return pick(fitting, key, shelf=f"metrics of a {task} task")


def score_once(
    metric: Metric,
    y_true: npt.NDArray[Any],
    *,
    scores: FloatArray,
    task: Task,
    rule: Rule = MOST_PROBABLE,
    weight: FloatArray | None = None,
) -> float:
    """Return the metric of `scores` ((n, n_labels), or (n, 1) for regression), NaN on no rows."""
    if len(y_true) == 0:
        return float("nan")
    weighted = _weighted(metric, y_true, scores, task=task, rule=rule)
    return float(weighted(np.ones(len(y_true)) if weight is None else weight))


def loss_of(metric: Metric, scored: Scored) -> Loss:
    """Return what is lost by a metric: smaller is better whatever the metric's direction.

    The loss takes (k,) positions of scored rows and (k, m) scores to judge them by instead.
    """

    def loss(rows: IntArray, scores: FloatArray) -> float:
        score = score_once(
            metric,
            scored.y_true[rows],
            scores=scores,
            task=scored.task,
            rule=scored.rule,
            weight=None if scored.weight is None else scored.weight[rows],
        )
        return -metric.card.goodness(score)

    return loss


def evaluate(
    scored: Scored, *, metrics: Mapping[str, Metric], metric: Metric, rng: np.random.Generator
) -> Evaluation:
    """Measure every metric that fits the task, for the model and for the baseline.

    Folds, importance and charts are left empty.

    Args:
        scored: the held-out rows, at least one.
        metrics: of the catalog; those of other tasks are passed over.
        metric: the one that decides, as `metric_for` returns it; it comes first.
        rng: of the bootstrap.
    """
    fitting = metrics_of(metrics, scored.task)
    ordered = {metric.card.key: metric} | dict(sorted(fitting.items()))
    with np.errstate(over="ignore", invalid="ignore"):
        estimates = _estimates(scored, ordered, rng)
    return Evaluation(
        task=scored.task,
        n_rows=scored.n_rows,
        metric=metric.card.key,
        metrics=estimates,
        labels=scored.labels,
        confusion=_confusion(scored),
        interval_unit=scored.resampling.unit,
        n_units=scored.resampling.n_units,
    )


def weighted_scores(scored: Scored, metrics: Mapping[str, Metric]) -> dict[str, WeightedScore]:
    """Return every metric of the model as a function of how often each row counts, many ways."""
    kinds = {metric.card.wants for metric in metrics.values()}
    answers = {wants: _wanted(scored.scores, wants, scored.rule) for wants in kinds}
    alike = _alike(scored, answers)
    weighted = {}
    for key, metric in metrics.items():
        wants = metric.card.wants
        weighted[key] = _prepared(metric, scored, answers[wants], alike=alike.get(wants))
    if scored.weight is None:
        return weighted
    return {name: _times(score, scored.weight) for name, score in weighted.items()}


def draw_charts(charts: Mapping[str, Chart], subject: ChartInput) -> tuple[ChartSpec, ...]:
    """Return the charts of the task that have something to show, in the order of their cards."""
    fitting = [chart for chart in charts.values() if subject.task in chart.card.tasks]
    fitting.sort(key=lambda chart: (chart.card.order, chart.card.key))
    drawn = (chart.chart(subject) for chart in fitting)
    several = (each if isinstance(each, tuple) else (each,) for each in drawn)
    return tuple(spec for specs in several for spec in specs if spec is not None)


def _estimates(
    scored: Scored, metrics: Mapping[str, Metric], rng: np.random.Generator
) -> tuple[MetricEstimate, ...]:
    weighted = _both(scored, metrics)
    everything = np.ones(scored.n_rows)
    values = {name: float(score(everything)) for name, score in weighted.items()}
    draws = Draws.of(scored.resampling, scored.scores.shape[1])
    drawn = draw_scores(
        weighted,
        scored.resampling,
        n_draws=draws.n_draws,
        rng=rng,
        n_classes=len(scored.labels),
    )
    found = []
    for key, metric in metrics.items():
        card = metric.card
        model, baseline = f"model {key}", f"baseline {key}"
        gain = card.goodness(values[model]) - card.goodness(values[baseline])
        around = draws.interval(values[model], drawn[model])
        around = _within(around, card.minimum, card.maximum)
        of_gain = draws.interval(gain, card.goodness(drawn[model]) - card.goodness(drawn[baseline]))
        of_gain = _within(of_gain, -card.width, card.width)
        found.append(
            MetricEstimate(
                key=key,
                title=card.title,
                higher_is_better=card.higher_is_better,
                value=values[model],
                low=around.low,
                high=around.high,
                baseline=values[baseline],
                gain=gain,
                gain_low=of_gain.low,
                gain_high=of_gain.high,
                best=card.best,
                undefined=card.undefined if np.isnan(values[model]) else "",
                ideal=card.ideal,
                is_proper=card.is_proper,
            )
        )
    return tuple(found)


def _both(scored: Scored, metrics: Mapping[str, Metric]) -> dict[str, WeightedScore]:
    """Return every metric as a function of the rows' weights, for the model and the baseline."""
    sides = {"model": scored, "baseline": replace(scored, scores=scored.baseline_scores)}
    return {
        f"{side} {key}": score
        for side, each in sides.items()
        for key, score in weighted_scores(each, metrics).items()
    }


def _times(score: WeightedScore, weight: FloatArray) -> WeightedScore:
    return lambda counts: score(counts * weight)


def _weighted(
    metric: Metric, y_true: npt.NDArray[Any], scores: FloatArray, *, task: Task, rule: Rule
) -> WeightedScore:
    y_pred = _wanted(scores, metric.card.wants, rule)
    n_classes = scores.shape[1] if task.is_classification else 0
    return _on_rows(metric, y_true, y_pred, n_classes=n_classes)


def _alike(scored: Scored, answers: Mapping[Wants, npt.NDArray[Any]]) -> dict[Wants, Alike]:
    """Return the equal rows for each kind of answer that has many."""
    if not scored.task.is_classification:
        return {}
    found = {wants: Alike.of(scored.y_true, answer) for wants, answer in answers.items()}
    return {wants: alike for wants, alike in found.items() if alike is not None}


def _prepared(
    metric: Metric, scored: Scored, y_pred: npt.NDArray[Any], *, alike: Alike | None
) -> WeightedScore:
    n_classes = scored.scores.shape[1] if scored.task.is_classification else 0
    if alike is None:
        return _on_rows(metric, scored.y_true, y_pred, n_classes=n_classes)
    score = _on_rows(metric, alike.y_true, alike.y_pred, n_classes=n_classes)
    return lambda weight: score(alike.totals(weight))


def _on_rows(
    metric: Metric, y_true: npt.NDArray[Any], y_pred: npt.NDArray[Any], *, n_classes: int
) -> WeightedScore:
    if isinstance(metric, Preparable):
        return metric.prepare(y_true, y_pred, n_classes=n_classes)

    def one_by_one(weight: FloatArray) -> FloatArray:
        many = weight.reshape(prod(weight.shape[:-1]), len(y_true))
        scores = [metric.score(y_true, y_pred, each) for each in many]
        return np.array(scores).reshape(weight.shape[:-1])

    return one_by_one


def _wanted(scores: FloatArray, wants: Wants, rule: Rule) -> npt.NDArray[Any]:
    if wants is Wants.VALUES:
        return scores[:, 0]
    return decide_codes(scores, rule) if wants is Wants.LABELS else scores


def _within(interval: Interval, minimum: float | None, maximum: float | None) -> Interval:
    """Cut an interval at the metric's range, which a standard interval does not know."""
    ends = np.clip([interval.low, interval.high], minimum, maximum)
    return Interval(float(ends[0]), float(ends[1]))


def _confusion(scored: Scored) -> tuple[tuple[int, ...], ...]:
    if not scored.task.is_classification:
        return ()
    answered = decide_codes(scored.scores, scored.rule)
    counts = Pairs.of(scored.y_true, answered, n_classes=len(scored.labels)).count()
    return tuple(tuple(int(count) for count in row) for row in counts)
