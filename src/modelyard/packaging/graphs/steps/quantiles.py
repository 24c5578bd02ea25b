"""Ranks in place of numbers, spread evenly or as a normal curve, as a graph."""

import numpy as np
import numpy.typing as npt

from modelyard.packaging.graphs.chains import Chain
from modelyard.packaging.graphs.forms import Columns, Form, chosen, held_within, number_row
from modelyard.packaging.graphs.interpolating import interpolated
from modelyard.runtime.steps.quantiles import MIDDLE, NEAR, TAIL, Quantiles

_ZERO, _HALF, _ONE = (np.array([[value]]) for value in (0.0, 0.5, 1.0))


def _write(step: Quantiles, columns: Columns) -> Chain:
    risings = [np.array(each, dtype=np.float64) for each in step.quantiles]
    levels = [np.linspace(0, 1, len(each)) for each in risings]
    up = interpolated(columns.chain, list(zip(risings, levels, strict=True)))
    mirrored = [
        (-rising[::-1], -level[::-1]) for rising, level in zip(risings, levels, strict=True)
    ]
    down = interpolated(columns.chain.then("Neg"), mirrored)
    ranks = up.then("Sub", down).then("Mul", _HALF)
    firsts = number_row([rising[0] for rising in risings])
    lasts = number_row([rising[-1] for rising in risings])
    if not step.is_normal:
        ranks = chosen(columns.chain.then("Equal", lasts), one=_ONE, other=ranks)
        return chosen(columns.chain.then("Equal", firsts), one=_ZERO, other=ranks)
    near = np.array([[NEAR]])
    ranks = chosen(columns.chain.then("Add", near).then("Greater", lasts), one=_ONE, other=ranks)
    ranks = chosen(columns.chain.then("Sub", near).then("Less", firsts), one=_ZERO, other=ranks)
    return _normal_quantile(ranks)


def _normal_quantile(ranks: Chain) -> Chain:
    """Write `runtime.steps.quantiles.normal_quantile`."""
    margin = np.array([[NEAR - np.spacing(1.0)]])
    shares = held_within(ranks, low=margin, high=1.0 - margin)
    centered = shares.then("Sub", _HALF)
    edge = np.array([[0.425]])
    inner = centered.then("Mul", centered).then("Sub", np.array([[0.180625]]), None)
    middle = centered.then("Mul", _ratio(MIDDLE, inner))
    rest = shares.then("Sub", _ONE, None)
    smaller = chosen(shares.then("Less", _HALF), one=shares, other=rest)
    outer = smaller.then("Log").then("Neg").then("Sqrt").then("Sub", np.array([[1.6]]))
    size = _ratio(TAIL, outer)
    tail = chosen(centered.then("Less", _ZERO), one=size.then("Neg"), other=size)
    return chosen(centered.then("Abs").then("LessOrEqual", edge), one=middle, other=tail)


def _ratio(terms: tuple[tuple[float, ...], tuple[float, ...]], at: Chain) -> Chain:
    above, below = (_polynomial(each, at) for each in terms)
    return above.then("Div", below)


def _polynomial(terms: tuple[float, ...], at: Chain) -> Chain:
    highest, *others = terms
    value: Chain | None = None
    for term in others:
        raised = at.then("Mul", _row(highest)) if value is None else value.then("Mul", at)
        value = raised.then("Add", _row(term))
    if value is None:
        raise ValueError("a polynomial has two terms at least")
    return value


def _row(value: float) -> npt.NDArray[np.float64]:
    return np.array([[value]])


FORM = Form(Quantiles, _write)
