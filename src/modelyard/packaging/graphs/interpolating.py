"""Straight lines between knots, as `numpy.interp` draws them, exact in double.

Which two knots a number lies between, a tree tells by comparisons: it needs as many of them as the
number of knots has binary digits, where a comparison with every knot would need a matrix as wide as
there are knots.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from modelyard.packaging.graphs.chains import Chain
from modelyard.packaging.graphs.forms import as_integer, held_within, number_row
from modelyard.packaging.graphs.trees import Tree, sum_of_trees

FloatArray = npt.NDArray[np.float64]


def interpolated(chain: Chain, knots: Sequence[tuple[FloatArray, FloatArray]]) -> Chain:
    """Return (n, k) doubles from (n, k) doubles, column by column; NaN stays NaN.

    Args:
        chain: the numbers.
        knots: of each column ascending places, which may repeat, and the values there.
    """
    parts = [_segments(places, values) for places, values in knots]
    trees = [_tree(places, column) for column, (places, _) in enumerate(parts)]
    lines = np.concatenate([lines for _, lines in parts])
    sizes = [len(lines) for _, lines in parts]
    firsts = np.cumsum([0, *sizes[:-1]])
    at = as_integer(sum_of_trees(trees, n_targets=len(trees), over=chain))
    at = at.then("Add", firsts[None, :])
    ends = [(places[0], places[-1]) for places, _ in parts]
    lows, highs = (number_row(each) for each in zip(*ends, strict=True))
    # Beyond the last knot an infinite number times a slope of zero would be no number.
    moved = held_within(chain, low=lows, high=highs).then("Sub", _column_of(lines, 0, at))
    return moved.then("Mul", _column_of(lines, 1, at)).then("Add", _column_of(lines, 2, at))


def _column_of(lines: FloatArray, column: int, at: Chain) -> Chain:
    return at.then("Gather", np.ascontiguousarray(lines[:, column]), None, axis=0)


def _segments(places: FloatArray, values: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the distinct places, and for each segment where it starts, its slope, and its value.

    The first segment lies before the first knot, the last one behind the last.
    """
    distinct, first = np.unique(places, return_index=True)
    last = np.append(first[1:], len(places)) - 1
    rises = values[first[1:]] - values[last[:-1]]
    slopes = np.concatenate([[0.0], rises / np.diff(distinct), [0.0]])
    starts = np.concatenate([distinct[:1], distinct])
    heights = np.concatenate([values[:1], values[last]])
    return distinct, np.column_stack([starts, slopes, heights])


def _tree(places: FloatArray, column: int) -> Tree:
    """Return a balanced tree from a number to how many places lie at it or before it."""
    left = np.empty(len(places), dtype=np.int64)
    right = np.empty(len(places), dtype=np.int64)
    order: list[int] = []
    waiting: list[tuple[int, int, npt.NDArray[np.int64] | None, int]]
    waiting = [(0, len(places), None, 0)]
    while waiting:
        start, stop, side, parent = waiting.pop()
        number = ~start
        if start < stop:
            middle = (start + stop) // 2
            number = len(order)
            order.append(middle)
            waiting.append((start, middle, left, number))
            waiting.append((middle + 1, stop, right, number))
        if side is not None:
            side[parent] = number
    return Tree(
        feature=np.full(len(places), column, dtype=np.int64),
        # A number goes left where it is smaller than the place.
        threshold=np.nextafter(places[order], -np.inf),
        missing_left=np.ones(len(places), dtype=np.bool_),
        left=left,
        right=right,
        leaves=np.arange(len(places) + 1, dtype=np.float64),
    )
