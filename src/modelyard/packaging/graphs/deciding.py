"""From a model's own scores to its answers, as a graph: `runtime.decisions` in nodes."""

import numpy as np

from modelyard.domain.rules import Rule
from modelyard.packaging.graphs.chains import Chain
from modelyard.packaging.graphs.forms import (
    Columns,
    as_integer,
    beside,
    chosen,
    number_row,
    sum_of,
)
from modelyard.packaging.graphs.interpolating import interpolated
from modelyard.runtime.calibration import FLOOR, Calibration


def calibrated(scores: Chain, calibration: Calibration | None) -> Chain:
    """Return the probabilities that are answered."""
    if calibration is None:
        return scores
    if not calibration.knots:
        floor = np.array([[FLOOR]])
        raised = chosen(scores.then("Less", floor), one=floor, other=scores).then("Log")
        sloped = raised.then("Mul", number_row(calibration.slopes))
        return sloped.then("Add", number_row(calibration.offsets)).then("Softmax", axis=1)
    knots = [(np.array(given), np.array(answered)) for given, answered in calibration.knots]
    if len(knots) == 1:
        second = interpolated(Columns(scores, 2, are_words=False).column(1), knots)
        return beside([second.then("Sub", np.array([[1.0]]), None), second])
    mapped = interpolated(scores, knots)
    return mapped.then("Div", mapped.then("ReduceSum", np.array([1]), keepdims=1))


def decided(probabilities: Chain, rule: Rule, *, n_labels: int) -> Chain:
    """Return (n,) codes of the labels that are answered."""
    columns = Columns(probabilities, n_labels, are_words=False)
    if n_labels == 2:
        is_second = columns.column(1).then("GreaterOrEqual", np.array([[rule.threshold]]))
        return as_integer(is_second).then("Squeeze", np.array([1]))
    if rule.costs:
        parts = [
            columns.column(code).then("Mul", number_row(costs))
            for code, costs in enumerate(rule.costs)
        ]
        return sum_of(parts).then("ArgMin", axis=1, keepdims=0)
    return probabilities.then("ArgMax", axis=1, keepdims=0)
