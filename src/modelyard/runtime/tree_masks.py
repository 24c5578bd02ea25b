"""Answers many rows by boosted trees at once: bits of leaves in place of steps from split to split.

A row reaches the first leaf, from the left, that none of the splits which it fails cuts off. What
all splits of one column cut off depends on where its value lies among their thresholds alone: that
is looked up, for all trees together, and the masks of the columns are combined bit by bit. Where
all splits of a level ask the same, a bit for each level numbers the leaf. A walk down the trees
waits at each split for the processor to guess the way; here nothing is guessed.

Source: Lucchese et al.: QuickScorer: a Fast Algorithm to Rank Documents with Additive Ensembles of
Regression Trees, SIGIR (2015), which goes through the thresholds one by one; the lowest bit by
multiplication: Leiserson, Prokop, Randall: Using de Bruijn Sequences to Index a 1 in a Computer
Word (1998).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from modelyard.runtime.graphs import Node
from modelyard.runtime.tree_shapes import FloatArray, IntArray, TreeShape

Words = npt.NDArray[Any]

# By bits of a word: a sequence in which each run of so many bits as number them occurs once.
_DE_BRUIJN = {8: 0x1D, 16: 0x09AF, 32: 0x077CB531, 64: 0x03F79D71B4CB0A89}
# Most leaves of a tree, and most levels of one whose leaves are numbered by levels.
_MOST_LEAVES, _MOST_LEVELS = 64, 10
# Bytes that a row reads for each tree, and for each step of a walk that it saves: above, walking is
# as quick (`benchmarks/trees.py --features 12,48,96`).
_MOST_BYTES_A_STEP = 32
# Leaves that are looked up together, half a megabyte: rows by trees.
_CELLS_AT_ONCE = 1 << 16
_LEAST_ROWS_AT_ONCE = 8


@dataclass(frozen=True)
class Target:
    """What adds up to one column of the result.

    Attributes:
        trees: that do.
        leaves: (trees * width,) what their leaves add, by tree and number of the leaf.
    """

    trees: slice
    leaves: FloatArray


@dataclass(frozen=True)
class TreeMasks:
    """A sum of trees, ready for many rows; safe to share between threads.

    Attributes:
        columns: the features that any split looks at.
        cuts: of each, ascending: the thresholds that differ.
        tables: of each, (cuts + 2, trees): the bits of every tree where a value is above so many of
            the cuts; last where it is missing.
        targets: of each column of the result.
        numbers_levels: whether bits number leaves by levels; else they stand for leaves.
        width: numbers that there are for leaves.
    """

    columns: tuple[int, ...]
    cuts: tuple[FloatArray, ...]
    tables: tuple[Words, ...]
    targets: tuple[Target, ...]
    numbers_levels: bool
    width: int

    @classmethod
    def of(
        cls, node: Node, columns: IntArray | None = None, *, most_bytes: int = 64_000_000
    ) -> Self | None:
        """Return the trees of a node `TreeEnsemble`, None where walking them is as quick.

        Args:
            node: of a verified graph.
            columns: of the features, those that the node takes, in its order; None for all.
            most_bytes: that tables and leaves may take.
        """
        shape = TreeShape.of(node.attributes)
        plan = None if shape is None else _Plan.of(shape)
        if shape is None or plan is None or not plan.is_quicker or plan.n_bytes > most_bytes:
            return None
        used = np.unique(shape.feature)
        made = [plan.table(feature) for feature in used.tolist()]
        return cls(
            columns=tuple((used if columns is None else columns[used]).tolist()),
            cuts=tuple(cuts for cuts, _ in made),
            tables=tuple(table for _, table in made),
            targets=plan.targets,
            numbers_levels=plan.numbers_levels,
            width=plan.width,
        )

    @property
    def n_bytes(self) -> int:
        """Bytes of the tables and leaves."""
        leaves = [each.leaves for each in self.targets]
        return sum(each.nbytes for each in (*self.tables, *leaves))

    def sums(self, features: FloatArray) -> FloatArray:
        """Return (n, targets): the sums for (n, k) features, added up in the order of the trees."""
        n_rows, n_trees = len(features), self.tables[0].shape[1]
        found = np.empty((n_rows, len(self.targets)))
        places = [
            _places(features[:, column], cuts)
            for column, cuts in zip(self.columns, self.cuts, strict=True)
        ]
        n_at_once = max(_LEAST_ROWS_AT_ONCE, _CELLS_AT_ONCE // n_trees)
        bits, other = (np.empty((n_at_once, n_trees), self.tables[0].dtype) for _ in range(2))
        for start in range(0, n_rows, n_at_once):
            rows = slice(start, min(start + n_at_once, n_rows))
            here, spare = bits[: rows.stop - start], other[: rows.stop - start]
            self._look_up([each[rows] for each in places], here, spare)
            if not self.numbers_levels:
                _number_lowest(here, spare)
            numbers = np.add(here, self._first, dtype=np.uint32, casting="same_kind")
            for at, target in enumerate(self.targets):
                mine = numbers[:, target.trees].T
                found[rows, at] = _added(target.leaves.take(mine, mode="clip"))
        return found

    @cached_property
    def _first(self) -> npt.NDArray[np.uint32]:
        """(trees,) where the leaves of each tree begin among those of its target."""
        first = np.zeros(self.tables[0].shape[1], dtype=np.uint32)
        for target in self.targets:
            n_trees = len(first[target.trees])
            first[target.trees] = np.arange(n_trees, dtype=np.uint32) * self.width
        return first

    def _look_up(self, places: Sequence[IntArray], bits: Words, spare: Words) -> None:
        """Write into (n, trees) `bits` what the columns of n rows come to together."""
        combine = np.bitwise_or if self.numbers_levels else np.bitwise_and
        # Clipped, as numpy would take the detour of a copy to raise an error in place.
        np.take(self.tables[0], places[0], axis=0, out=bits, mode="clip")
        for table, at in zip(self.tables[1:], places[1:], strict=True):
            np.take(table, at, axis=0, out=spare, mode="clip")
            combine(bits, spare, out=bits)


@dataclass(frozen=True)
class _Plan:
    """How trees are written as bits.

    Attributes:
        shape: of the trees.
        place: (t,) where the bits of each tree stand; trees that ask the same share them.
        shares: whether those of each target ask what those of the others do.
        numbers_levels: as of `TreeMasks`.
        dtype: of a word, the smallest that holds the bits of a tree.
    """

    shape: TreeShape
    place: IntArray
    shares: bool
    numbers_levels: bool
    dtype: np.dtype[Any]

    @classmethod
    def of(cls, shape: TreeShape) -> Self | None:
        """Return the plan of some trees, None where they have too many leaves for it."""
        order = np.argsort(shape.target, kind="stable")
        place = np.empty_like(order)
        place[order] = np.arange(len(order))
        numbers_levels = shape.is_oblivious and shape.n_levels <= _MOST_LEVELS
        n_bits = shape.n_levels if numbers_levels else shape.most_leaves
        if n_bits > _MOST_LEAVES:
            return None
        dtype = np.dtype(f"u{next(each for each in _DE_BRUIJN if each >= n_bits) // 8}")
        shares = numbers_levels and _ask_alike(shape, order)
        if shares:
            place = place % (len(order) // shape.n_targets)
        return cls(shape, place, shares, numbers_levels, dtype)

    @property
    def width(self) -> int:
        """How many numbers there are for the leaves of a tree."""
        return 1 << self.shape.n_levels if self.numbers_levels else 8 * self.dtype.itemsize

    @property
    def n_places(self) -> int:
        """How many words a row has."""
        return int(self.place.max()) + 1

    @property
    def is_quicker(self) -> bool:
        """Whether looking bits up is quicker than walking down the trees."""
        n_columns, n_steps = len(np.unique(self.shape.feature)), float(self.shape.level.mean()) + 1
        return n_columns * self.dtype.itemsize <= _MOST_BYTES_A_STEP * n_steps

    @property
    def n_bytes(self) -> int:
        """How many bytes tables and leaves will take."""
        shape = self.shape
        order = np.lexsort((shape.threshold, shape.feature))
        feature, threshold = shape.feature[order], shape.threshold[order]
        is_new = (feature[1:] != feature[:-1]) | (threshold[1:] != threshold[:-1])
        n_cells = 1 + int(is_new.sum()) + 2 * len(np.unique(feature))
        n_leaves = self.width * shape.n_trees
        return n_cells * self.n_places * self.dtype.itemsize + n_leaves * 8

    @property
    def targets(self) -> tuple[Target, ...]:
        """What adds up to each column of the result."""
        found, shape = [], self.shape
        numbers = self._numbers()
        for target in range(shape.n_targets):
            mine = self.place[shape.target == target]
            start, n = int(mine.min()) if len(mine) else 0, len(mine)
            leaves, is_mine = np.zeros((n, self.width)), shape.target[shape.leaf_tree] == target
            at = self.place[shape.leaf_tree[is_mine]] - start
            leaves[at, numbers[is_mine]] = shape.weight[is_mine]
            found.append(Target(slice(start, start + n), leaves.ravel()))
        return tuple(found)

    def table(self, feature: int) -> tuple[FloatArray, Words]:
        """Return the thresholds of a feature, and the bits that each place among them comes to."""
        shape, word = self.shape, self.dtype.type
        here = np.flatnonzero(shape.feature == feature)
        combine: np.ufunc = np.bitwise_or if self.numbers_levels else np.bitwise_and
        bits = self._levels_of(here) if self.numbers_levels else self._kept_by(here)
        nothing = word(0) if self.numbers_levels else ~word(0)
        cuts, cut = np.unique(shape.threshold[here], return_inverse=True)
        place = self.place[shape.tree[here]]
        table = np.full((len(cuts) + 2, self.n_places), nothing, dtype=word)
        combine.at(table, (cut + 1, place), bits)
        combine.accumulate(table[:-1], axis=0, out=table[:-1])
        goes_right = ~shape.missing_left[here]
        missing = np.full(int(goes_right.sum()), len(cuts) + 1)
        combine.at(table, (missing, place[goes_right]), bits[goes_right])
        return cuts, table

    def _levels_of(self, splits: IntArray) -> Words:
        """Return the bit of each split that is set where a row goes right."""
        word = self.dtype.type
        found: Words = word(1) << self.shape.level[splits].astype(word)
        return found

    def _kept_by(self, splits: IntArray) -> Words:
        """Return the leaves that each split leaves over where a row goes right."""
        word = self.dtype.type
        n_left, first = (
            each[splits].astype(word) for each in (self.shape.n_left, self.shape.first)
        )
        found: Words = ~(((word(1) << n_left) - word(1)) << first)
        return found

    def _numbers(self) -> IntArray:
        """Return the number of each leaf among those of its tree."""
        if self.numbers_levels:
            return self.shape.leaf_way
        word = self.dtype.type
        bits = word(1) << np.arange(self.width, dtype=word)[:, None]
        _number_lowest(bits, np.empty_like(bits))
        numbers: IntArray = bits[:, 0].astype(np.int64)
        return numbers[self.shape.leaf_place]


def _ask_alike(shape: TreeShape, order: IntArray) -> bool:
    """Return whether the trees of each target ask, one after the other, what those of others do."""
    n_each = len(order) // shape.n_targets
    if (
        shape.n_targets < 2
        or (np.bincount(shape.target, minlength=shape.n_targets) != n_each).any()
    ):
        return False
    asked = np.full((3, shape.n_trees, shape.n_levels), np.nan)
    for at, each in enumerate((shape.feature, shape.threshold, shape.missing_left)):
        asked[at, shape.tree, shape.level] = each
    by_target = asked[:, order].reshape(3, shape.n_targets, n_each, shape.n_levels)
    return np.array_equal(
        by_target, np.broadcast_to(by_target[:, :1], by_target.shape), equal_nan=True
    )


def _places(values: FloatArray, cuts: FloatArray) -> IntArray:
    """Return (n,) above how many of the cuts each value lies; missing ones stand behind all."""
    places = np.searchsorted(cuts, values, side="left")
    return np.where(np.isnan(values), len(cuts) + 1, places)


def _added(values: FloatArray) -> FloatArray:
    """Return (n,) the sums of (trees, n) numbers, added up one tree after the other.

    A single row lies in memory as one run of numbers, which numpy would add up by halves.
    """
    # What overflows does so in the graph as well, without a word.
    with np.errstate(over="ignore", invalid="ignore"):
        if values.shape[1] == 1 and len(values):
            total: FloatArray = np.add.accumulate(values, axis=0)[-1]
            return total
        return np.asarray(np.add.reduce(values, axis=0))


def _number_lowest(words: Words, spare: Words) -> None:
    """Put a number in place of each word: one for each lowest bit that words can have."""
    word, n_bits = words.dtype.type, 8 * words.itemsize
    np.negative(words, out=spare)
    np.bitwise_and(words, spare, out=words)
    np.multiply(words, word(_DE_BRUIJN[n_bits]), out=words)
    np.right_shift(words, word(n_bits - n_bits.bit_length() + 1), out=words)
