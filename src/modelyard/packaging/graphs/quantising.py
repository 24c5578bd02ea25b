"""Rounds a graph of convolutions to 8 bits, so that it answers in a fraction of the time.

Sources: Jacob et al.: Quantization and Training of Neural Networks for Efficient
Integer-Arithmetic-Only Inference (2018), section 2, for the scheme; Wu et al.: Integer Quantization
for Deep Learning Inference (2020), sections 3 and 4, for a scale for each channel of the weights,
and for leaving the last layer as it is. Nodes that round a value and undo it stand between the
operators; ONNX Runtime makes operators on integers of what lies between them.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from modelyard.packaging.graphs.chains import Chain, Link, encoded, in_order
from modelyard.packaging.graphs.messages import FLOAT, Port, model_of
from modelyard.runtime.sessions import open_graph

_WEIGHED, _BEND, _MEAN = "Conv", "Relu", "GlobalAveragePool"
# Operators whose results are rounded, and those that hand on what they were given on its own grid.
_ROUNDED = frozenset({_WEIGHED, _BEND, _MEAN, "Add", "Mul", "Sigmoid"})
_PASSING = frozenset({"MaxPool"})
_LEVELS = 255
# Weights have seven bits: processors without instructions for 8 bits add two products of a weight
# and a value in 16, which hold twice 255 by 64. So every processor gives the same answer.
_LARGEST_WEIGHT = 64
_LARGEST_OFFSET = 2**31 - 1

Range = tuple[float, float]
Taken = Mapping[str, npt.NDArray[Any]]


@dataclass(frozen=True)
class Grid:
    """How a value is rounded: to `scale` times an integer of 0 to 255 less `zero`."""

    scale: np.float32
    zero: np.uint8

    @classmethod
    def over(cls, span: Range) -> "Grid":
        """Return the finest grid that holds a range, and 0 exactly."""
        low, high = min(span[0], 0.0), max(span[1], 0.0)
        scale = (high - low) / _LEVELS or 1.0
        return cls(np.float32(scale), np.uint8(np.clip(round(-low / scale), 0, _LEVELS)))

    def around(self, value: Chain) -> Chain:
        """Return a value after it was rounded."""
        held = (np.array(self.scale), np.array(self.zero))
        return value.then("QuantizeLinear", *held).then("DequantizeLinear", *held)


def quantised(answers: Chain, *, inputs: Sequence[Port], rows: Iterable[Taken]) -> Chain:
    """Return the same graph, rounded.

    Args:
        answers: in single precision up to the mean of the last field.
        inputs: of the graph.
        rows: batches of them by name, like those that will be asked: they say how far values reach.
    """
    links = in_order([answers])
    points = _points(links)
    ranges = _ranges(points, inputs, rows)
    made: dict[int, Chain] = {}
    grids: dict[int, Grid] = {}
    for link in links:
        taken = [made.get(_source(each), each) for each in link.inputs]
        before = grids.get(_source(link.inputs[0]))
        if link.op == _WEIGHED and before is not None:
            taken = [taken[0], *_weights(link, before)]
        value, grid = Chain(replace(link, inputs=tuple(taken))), None
        if id(link) in ranges:
            grid = Grid.over(ranges[id(link)])
        elif link.op in _PASSING:
            grid = before
        if grid is not None:
            grids[id(link)], value = grid, grid.around(value)
        made[id(link)] = value
    return made[id(answers.link)]


def _points(links: Sequence[Link]) -> list[Link]:
    """Return the nodes whose results are rounded: all that a convolution or a mean still follows.

    What is handed to a bend alone is rounded behind the bend.
    """
    takers: dict[int, list[Link]] = defaultdict(list)
    for link in links:
        for each in link.inputs:
            takers[_source(each)].append(link)
    is_before: set[int] = set()
    for link in reversed(links):
        if any(each.op in {_WEIGHED, _MEAN} or id(each) in is_before for each in takers[id(link)]):
            is_before.add(id(link))
    return [
        link
        for link in links
        if link.op in _ROUNDED
        and id(link) in is_before
        and any(each.op != _BEND for each in takers[id(link)])
    ]


def _ranges(
    points: Sequence[Link], inputs: Sequence[Port], rows: Iterable[Taken]
) -> dict[int, Range]:
    """Return how far the result of each node reaches, on average over the batches.

    The mean of the ends leaves out what a single row in thousands reaches. Source: Jacob et al.,
    section 3.1, who take a moving mean.
    """
    if not points:
        return {}
    ends = {
        f"{end}_{at}": Chain(link).then(f"Reduce{end}", keepdims=0)
        for at, link in enumerate(points)
        for end in ("Min", "Max")
    }
    nodes, constants = encoded(ends)
    outputs = [Port(name, FLOAT, ()) for name in ends]
    content = model_of(nodes, constants, inputs=inputs, outputs=outputs)
    session = open_graph(content, fuses=True)
    seen = np.mean([session.run(list(ends), dict(each)) for each in rows], axis=0)
    reach = dict(zip(ends, seen.tolist(), strict=True))
    return {id(link): (reach[f"Min_{at}"], reach[f"Max_{at}"]) for at, link in enumerate(points)}


def _weights(link: Link, before: Grid) -> list[Chain]:
    """Return the weights and offsets of a convolution, rounded channel by channel."""
    weights = np.asarray(link.inputs[1], dtype=np.float64)
    largest = np.abs(weights).reshape(len(weights), -1).max(axis=1)
    scales = (np.where(largest > 0, largest, 1.0) / _LARGEST_WEIGHT).astype(np.float32)
    each = scales.reshape(-1, *[1] * (weights.ndim - 1))
    whole = np.rint(weights / each).astype(np.int8)
    rounded = [_undone(whole, scales)]
    if len(link.inputs) > 2:
        sums = scales * before.scale
        offsets = np.rint(np.asarray(link.inputs[2], dtype=np.float64) / sums)
        offsets = np.clip(offsets, -_LARGEST_OFFSET, _LARGEST_OFFSET)
        rounded.append(_undone(offsets.astype(np.int32), sums))
    return rounded


def _undone(whole: npt.NDArray[Any], scales: npt.NDArray[Any]) -> Chain:
    """Return integers as the values that they stand for, a scale for each first index."""
    held = (whole, scales, np.zeros(len(scales), dtype=whole.dtype))
    return Chain(Link("DequantizeLinear", held, {"axis": 0}, "", 0))


def _source(value: Any) -> int:
    """Return what a value is known by: the node that makes it, if one does."""
    return id(value.link) if isinstance(value, Chain) else 0
