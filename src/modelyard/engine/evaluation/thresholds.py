"""Chooses by which rule probabilities become labels: a number, a metric's best, or the least cost.

What has to be chosen is chosen on validation rows; test rows are measured with what was chosen.

Source: Elkan: The Foundations of Cost-Sensitive Learning (2001), equation 1 for the label that is
expected to cost least, section 2.1 for choosing a threshold by the rows themselves.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from modelyard.domain.confusion import Pairs
from modelyard.domain.errors import InvalidValue, TooFewRows
from modelyard.domain.rules import Rule
from modelyard.domain.tasks import Label, Task
from modelyard.engine.evaluation.estimates import metric_for
from modelyard.protocols.metrics import Metric, Wants
from modelyard.runtime.decisions import decide_codes

FloatArray = npt.NDArray[np.float64]
Goodness = Callable[[npt.NDArray[np.int64]], float]
Costs = tuple[tuple[float, ...], ...]

BY_COSTS = "costs"
FALSE_POSITIVE, FALSE_NEGATIVE = "false_positive", "false_negative"
# Thresholds that are tried at most, evenly spread over the rows: more change the score by less
# than the rows that choose can tell.
_MAX_TRIED = 500


@dataclass(frozen=True)
class RuleWish:
    """What was asked for, checked against task, labels and metrics.

    Attributes:
        fixed: the rule where nothing has to be chosen.
        metric: whose best is wanted, None for the least cost.
        costs: rows are the truth, columns the answer; empty where there are none.
    """

    fixed: Rule | None
    metric: Metric | None = None
    costs: Costs = ()

    @property
    def needs_rows(self) -> bool:
        """Whether validation rows have to be held out to choose."""
        return self.fixed is None

    @property
    def told(self) -> str:
        """By what the rule is chosen."""
        return BY_COSTS if self.metric is None else self.metric.card.key


def read_wish(
    threshold: float | str | None,
    costs: Mapping[str, Any],
    *,
    task: Task,
    labels: Sequence[Label],
    metrics: Mapping[str, Metric],
) -> RuleWish:
    """Return what the configuration asks for.

    Raises:
        InvalidValue: if it does not fit the task, or costs are lacking.
        UnknownKey: if there is no such metric.
    """
    if threshold is None and not costs:
        return RuleWish(Rule())
    if not task.is_classification:
        raise InvalidValue(
            "A regression answers a number, which needs neither threshold nor costs.",
            fix="Leave out threshold and costs.",
        )
    by_costs = threshold == BY_COSTS or threshold is None
    if by_costs != bool(costs):
        raise InvalidValue(
            f"The threshold is chosen by costs where costs are given; threshold {threshold!r} and "
            f"{len(costs)} costs came.",
            fix="Give both `threshold: costs` and costs, or neither.",
            sample=str(threshold),
        )
    if by_costs:
        table = cost_table(costs, labels)
        return RuleWish(None, costs=table) if len(labels) == 2 else RuleWish(Rule(costs=table))
    if len(labels) != 2:
        raise InvalidValue(
            f"A threshold parts two labels; the target has {len(labels)}.",
            fix="Leave out the threshold, or give costs of a true and an answered label.",
            sample=str(threshold),
        )
    if isinstance(threshold, str):
        return RuleWish(None, metric=_label_metric(threshold, task, metrics))
    return RuleWish(Rule(threshold=float(threshold or 0.0)))


def cost_table(costs: Mapping[str, Any], labels: Sequence[Label]) -> Costs:
    """Return what each answer costs: rows are the truth, columns the answer.

    Args:
        costs: `false_positive` and `false_negative` of two labels, or true label to answered label
            to cost. A wrong answer that is not named costs 1, a right one nothing.
        labels: in code order.

    Raises:
        InvalidValue: if a label is not known, or a cost is no number of 0 or more.
    """
    names = [str(label) for label in labels]
    table = 1.0 - np.eye(len(names))
    if set(costs) <= {FALSE_POSITIVE, FALSE_NEGATIVE} and len(names) == 2:
        table[0, 1] = _cost(costs.get(FALSE_POSITIVE, 1.0), FALSE_POSITIVE)
        table[1, 0] = _cost(costs.get(FALSE_NEGATIVE, 1.0), FALSE_NEGATIVE)
    else:
        for truth, answers in costs.items():
            if not isinstance(answers, Mapping):
                raise _no_table(names, truth)
            for answer, cost in answers.items():
                place = _code(truth, names), _code(answer, names)
                table[place] = _cost(cost, f"{truth}: {answer}")
    return tuple(tuple(row) for row in table.tolist())


def choose_rule(
    wish: RuleWish,
    scores: FloatArray,
    *,
    y_true: npt.NDArray[np.int64],
    weight: FloatArray | None = None,
) -> Rule:
    """Return the rule, choosing the threshold on rows that taught nothing where one is to be.

    Of thresholds that are equally good the one nearest to 0.5 is taken.

    Args:
        wish: as `read_wish` returned it.
        scores: (n, 2) probabilities, where there is something to choose.
        y_true: (n,) class codes.
        weight: (n,) what each row counts, None for equal weights.

    Raises:
        TooFewRows: if there is no row to choose by, or none of a class.
    """
    if wish.fixed is not None:
        return wish.fixed
    if len(np.unique(y_true)) < 2:
        raise TooFewRows(
            f"A threshold by {wish.told} is chosen on validation rows of both labels; "
            f"{len(y_true)} rows came.",
            fix="Set a larger validation share, or give the threshold as a number.",
        )
    goodness = _goodness(wish, y_true, weight)
    tried = _thresholds(scores[:, 1])
    found = np.array([goodness(decide_codes(scores, Rule(float(each)))) for each in tried])
    found = np.where(np.isnan(found), -np.inf, found)
    best = tried[found == found.max()]
    return Rule(threshold=float(best[np.argmin(np.abs(best - 0.5))]))


def _goodness(wish: RuleWish, y_true: npt.NDArray[np.int64], weight: FloatArray | None) -> Goodness:
    metric = wish.metric
    if metric is not None:
        card = metric.card
        return lambda answered: card.goodness(metric.score(y_true, answered, weight))
    costs = np.array(wish.costs)

    def cheapness(answered: npt.NDArray[np.int64]) -> float:
        totals = Pairs.of(y_true, answered, n_classes=2).count(weight)
        return -float((totals * costs).sum())

    return cheapness


def _thresholds(probability: FloatArray) -> FloatArray:
    """Return 0.5 and the middles between probabilities that occur, at most so many."""
    distinct = np.unique(probability)
    middles = (distinct[1:] + distinct[:-1]) / 2
    if len(middles) > _MAX_TRIED:
        places = np.linspace(0, len(middles) - 1, _MAX_TRIED).round().astype(np.int64)
        middles = middles[places]
    return np.unique(np.append(middles, 0.5))


def _label_metric(key: str, task: Task, metrics: Mapping[str, Metric]) -> Metric:
    fitting = {name: each for name, each in metrics.items() if each.card.wants is Wants.LABELS}
    if key in metrics and key not in fitting:
        raise InvalidValue(
            f"The metric '{key}' does not look at labels, so no threshold is best by it.",
            fix=f"Use one of: {', '.join(sorted(fitting))}; or costs.",
            sample=key,
        )
    return metric_for(fitting, task, key=key)


def _code(name: object, names: Sequence[str]) -> int:
    if str(name) not in names:
        raise InvalidValue(
            f"Costs name the label '{str(name)[:60]}', which the target does not have.",
            fix=f"Its labels are {', '.join(names[:20])}.",
            sample=str(name)[:60],
        )
    return names.index(str(name))


def _cost(value: object, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < np.inf:
        raise InvalidValue(
            f"A cost must be a number of 0 or more; '{name}' has {value!r}.",
            fix="Correct it.",
            sample=repr(value)[:60],
        )
    return float(value)


def _no_table(names: Sequence[str], key: object) -> InvalidValue:
    two = f"{FALSE_POSITIVE} and {FALSE_NEGATIVE}, or " if len(names) == 2 else ""
    return InvalidValue(
        f"Costs are given as {two}the true label, the answered label and a number; '{key}' came.",
        fix=f"For example: {{{names[0]}: {{{names[1]}: 5}}}}.",
        sample=str(key)[:60],
    )
