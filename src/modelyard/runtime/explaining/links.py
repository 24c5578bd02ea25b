"""What follows raw scores: numbers that are added or multiplied, and what makes probabilities."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from modelyard.domain.explanations import Scale
from modelyard.runtime.calibration import Calibration
from modelyard.runtime.explaining.structures import Linear, Structure
from modelyard.runtime.graphs import Node

FloatArray = npt.NDArray[np.float64]


def answers_of(raw: FloatArray, scale: Scale) -> FloatArray:
    """Return the scores that raw scores stand for."""
    if scale is not Scale.LOG_ODDS:
        return raw
    if raw.shape[1] == 1:
        raw = np.hstack([-raw / 2, raw / 2])
    powers = np.exp(raw - raw.max(axis=1, keepdims=True))
    answers: FloatArray = powers / powers.sum(axis=1, keepdims=True)
    return answers


_Scaled = Callable[[Structure, FloatArray], Structure]


def _added(structure: Structure, amount: FloatArray) -> Structure:
    if isinstance(structure, Linear):
        return replace(structure, intercepts=structure.intercepts + amount)
    return replace(structure, start=structure.start + amount)


def _multiplied(structure: Structure, factor: FloatArray) -> Structure:
    if isinstance(structure, Linear):
        return replace(
            structure,
            coefficients=structure.coefficients * factor,
            intercepts=structure.intercepts * factor,
        )
    return replace(structure, leaves=structure.leaves * factor, start=structure.start * factor)


_FOLDED: Mapping[str, _Scaled] = MappingProxyType({"Add": _added, "Mul": _multiplied})


def with_link(
    structure: Structure,
    rest: Sequence[Node],
    *,
    constants: Mapping[str, Any],
    n_outputs: int,
) -> Structure | None:
    """Fold what follows the raw scores into the structure, up to what makes probabilities.

    Args:
        structure: of the raw scores.
        rest: nodes that follow, in order.
        constants: of the graph.
        n_outputs: labels, or 1 for regression.

    Returns:
        The structure with its scale; None if something else follows.
    """
    waiting = list(rest)
    while waiting and waiting[0].op in _FOLDED:
        node = waiting.pop(0)
        given = [constants[name] for name in node.inputs if name in constants]
        if len(given) != 1:
            return None
        structure = _FOLDED[node.op](structure, given[0].reshape(-1))
    ops = [node.op for node in waiting]
    if ops in (["Sigmoid", "Gemm"], ["Softmax"]):
        return replace(structure, scale=Scale.LOG_ODDS)
    if ops:
        return None
    return replace(structure, scale=Scale.VALUE if n_outputs == 1 else Scale.PROBABILITY)


def calibrated(structure: Structure, calibration: Calibration) -> Structure | None:
    """Return the structure of calibrated scores; None where the map is no weighing of log-odds.

    The softmax of `slope * log(p) + offset` is that of `slope * raw + offset` where all labels
    share one slope, as they do in temperature scaling and, of two labels, in Platt's.
    """
    slopes, offsets = set(calibration.slopes), np.array(calibration.offsets)
    if structure.scale is not Scale.LOG_ODDS or len(slopes) != 1:
        return None
    if structure.n_scores == 1:
        offsets = np.diff(offsets)
    return _added(_multiplied(structure, np.array(list(slopes))), offsets)
