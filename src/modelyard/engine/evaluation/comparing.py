"""Compares models on the same rows: every difference is paired, and what cannot be told is a tie.

Source: Efron, Tibshirani: An Introduction to the Bootstrap (1993), for differences under the same
draws; Dror, Baumer, Shlomov, Reichart: The Hitchhiker's Guide to Testing Statistical Significance
in Natural Language Processing (2018), for paired tests of two systems on one test set.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import reduce
from statistics import median

import numpy as np
import numpy.typing as npt

from modelyard.domain.comparisons import ComparedModel, ComparedScore, Comparison, best_first
from modelyard.domain.errors import InvalidValue
from modelyard.domain.manifests import Manifest
from modelyard.engine.evaluation.estimates import Scored, metrics_of, weighted_scores
from modelyard.engine.evaluation.intervals import Draws, draw_scores
from modelyard.engine.evaluation.measuring import LaterRows
from modelyard.engine.units import IntArray
from modelyard.protocols.metrics import Metric
from modelyard.runtime.blocks import Blocks

FloatArray = npt.NDArray[np.float64]

# Rows that are predicted to tell how long that takes.
_TIMED_ROWS = 1000
# Times that they are, after once to get warm: the median of three leaves one disturbance out.
_N_TIMINGS = 3


@dataclass(frozen=True)
class _Side:
    """One model: its values by metric, and the same under every draw."""

    values: Mapping[str, float]
    drawn: Mapping[str, FloatArray]


def require_comparable(manifests: Mapping[str, Manifest]) -> None:
    """Refuse models that answer different questions.

    Raises:
        InvalidValue: if there are fewer than two, or target, task or labels differ.
    """
    if len(manifests) < 2:
        raise InvalidValue(
            f"A comparison needs at least two different models; {len(manifests)} came.",
            fix="Name them one after the other: modelyard compare A@1 A@2.",
        )
    first_name, first = next(iter(manifests.items()))
    for name, each in manifests.items():
        facts = ((first.target, each.target), (first.task.value, each.task.value))
        asked = (f"'{first.target}' ({first.task})", f"'{each.target}' ({each.task})")
        if any(one != other for one, other in facts):
            raise InvalidValue(
                f"'{first_name}' predicts {asked[0]}, '{name}' predicts {asked[1]}.",
                fix="Compare models of one target and one task.",
                sample=name,
            )
        if set(first.labels) != set(each.labels):
            raise InvalidValue(
                f"'{first_name}' and '{name}' know different labels of '{first.target}'.",
                fix="Compare models that were trained on the same labels.",
                sample=name,
            )


def compare(
    models: Mapping[str, LaterRows],
    *,
    metric: Metric,
    metrics: Mapping[str, Metric],
    clock: Callable[[], float],
    rng: np.random.Generator,
) -> Comparison:
    """Measure models on the rows for which every one of them has a truth, the best first.

    Args:
        models: name to model, comparable ones, all with the same data.
        metric: that decides.
        metrics: of the catalog; those of other tasks are passed over.
        clock: returns seconds.
        rng: of the draws.
    """
    first = next(iter(models.values()))
    fitting = {metric.card.key: metric} | dict(
        sorted(metrics_of(metrics, first.scored.task).items())
    )
    scored = _on_the_same_rows(models)
    sides, draws = _sides(scored, fitting, rng)
    compared = [
        ComparedModel(
            name=name,
            algorithm=later.manifest.algorithm,
            size_bytes=sum(len(content) for content in later.package.contents.values()),
            predict_s=_seconds(later, clock),
            scores={
                key: _score(name, sides, draws=draws, metric=each) for key, each in fitting.items()
            },
        )
        for name, later in models.items()
    ]
    one = next(iter(scored.values()))
    return Comparison(
        target=first.manifest.target,
        metric=metric.card.key,
        titles={key: each.card.title for key, each in fitting.items()},
        models=best_first(compared, metric.card.key),
        n_rows=one.n_rows,
        location=first.raw.facts.location,
        unit=one.resampling.unit,
        caution=_caution(models, first.raw.facts.sha256),
    )


def _on_the_same_rows(models: Mapping[str, LaterRows]) -> dict[str, Scored]:
    """Return what each answers for the rows that all can be measured on, labels in one order."""
    laters = list(models.values())
    first = laters[0]
    rows: IntArray = reduce(np.intersect1d, [each.rows for each in laters])
    at = np.searchsorted(first.rows, rows)
    bound = first.scored.resampling
    if len(rows) < first.scored.n_rows:
        units, of_row = np.unique(bound.of_row[at], return_inverse=True)
        bound = replace(bound, of_row=of_row, n_units=len(units))
    is_weighed_alike = len({each.manifest.weight for each in laters}) == 1
    weight = first.scored.weight if is_weighed_alike else None
    aligned = {}
    for name, later in models.items():
        scores = later.scored.scores[np.searchsorted(later.rows, rows)]
        rule = later.scored.rule
        if later.manifest.labels:
            order = [later.manifest.labels.index(label) for label in first.manifest.labels]
            scores = scores[:, order]
            if order != sorted(order) and len(order) == 2:
                rule = replace(rule, threshold=float(np.nextafter(1 - rule.threshold, 1.0)))
            elif rule.costs:
                rule = replace(rule, costs=_reordered(rule.costs, order))
        aligned[name] = replace(
            first.scored,
            y_true=first.y_true[at],
            scores=scores,
            baseline_scores=scores,
            rule=rule,
            bound=bound,
            weight=None if weight is None else weight[at],
        )
    return aligned


def _reordered(
    costs: tuple[tuple[float, ...], ...], order: list[int]
) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(costs[row][column] for column in order) for row in order)


def _sides(
    scored: Mapping[str, Scored], metrics: Mapping[str, Metric], rng: np.random.Generator
) -> tuple[dict[str, _Side], Draws]:
    one = next(iter(scored.values()))
    weighted = {name: weighted_scores(each, metrics) for name, each in scored.items()}
    draws = Draws.of(one.resampling, one.scores.shape[1])
    flat = {
        f"{at} {key}": score
        for at, scores in enumerate(weighted.values())
        for key, score in scores.items()
    }
    with np.errstate(over="ignore", invalid="ignore"):
        drawn = draw_scores(
            flat,
            one.resampling,
            n_draws=draws.n_draws,
            rng=rng,
            n_classes=len(one.labels),
        )
        everything = np.ones(one.n_rows)
        values = {name: float(score(everything)) for name, score in flat.items()}
    return {
        name: _Side(
            {key: values[f"{at} {key}"] for key in metrics},
            {key: drawn[f"{at} {key}"] for key in metrics},
        )
        for at, name in enumerate(weighted)
    }, draws


def _score(name: str, sides: Mapping[str, _Side], *, draws: Draws, metric: Metric) -> ComparedScore:
    key, card = metric.card.key, metric.card
    value = sides[name].values[key]
    goodness = {each: float(card.goodness(side.values[key])) for each, side in sides.items()}
    defined = {each: good for each, good in goodness.items() if np.isfinite(good)}
    around = draws.interval(value, sides[name].drawn[key])
    if name not in defined:
        nan = float("nan")
        return ComparedScore(value, nan, nan, nan, nan, nan, is_best=False, is_tied=False)
    best = max(defined, key=lambda each: defined[each])
    behind = defined[best] - defined[name]
    drawn = card.goodness(sides[best].drawn[key]) - card.goodness(sides[name].drawn[key])
    of_difference = draws.interval(behind, drawn)
    is_best = behind == 0
    return ComparedScore(
        value=value,
        low=around.low,
        high=around.high,
        behind=behind,
        behind_low=of_difference.low,
        behind_high=of_difference.high,
        is_best=is_best,
        # Without an interval nobody knows: what is not proven to be worse is a tie.
        is_tied=not is_best and not of_difference.low > 0,
    )


def _seconds(later: LaterRows, clock: Callable[[], float]) -> float:
    blocks = later.blocks
    few = Blocks(
        blocks.number_names,
        blocks.string_names,
        blocks.numbers[:_TIMED_ROWS],
        blocks.strings[:_TIMED_ROWS],
    )
    later.predictor.scores(few)
    taken = []
    for _ in range(_N_TIMINGS):
        started = clock()
        later.predictor.scores(few)
        taken.append(clock() - started)
    return median(taken) * _TIMED_ROWS / max(1, few.n_rows)


def _caution(models: Mapping[str, LaterRows], sha256: str) -> str:
    taught = [name for name, each in models.items() if each.manifest.data_sha256 == sha256]
    if not taught:
        return ""
    return f"Training learned from rows of this file, which flatters: {', '.join(taught)}."
