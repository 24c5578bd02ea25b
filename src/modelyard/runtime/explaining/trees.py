"""Exact Shapley values of tree ensembles against reference rows.

A leaf is reached by a mixture of the row (for the columns in a coalition) and a reference row (for
the others). On the path to the leaf each column is passed by both, by the row alone, by the
reference alone, or by neither, in which case no mixture reaches it; `shares` says what it gives and
takes otherwise. Reference rows that pass the same columns of a path count once, with their number.

Source: Lundberg et al.: From local explanations to global understanding with explainable AI for
trees, Nature Machine Intelligence 2 (2020), interventional values; Shapley: A Value for n-Person
Games (1953).
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from modelyard.runtime.explaining.shares import MOST_PLAYERS, TooManyToCount, leaf_weights
from modelyard.runtime.explaining.structures import Trees

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

# Cells of (steps of all paths, reference rows), a byte each: above, going down is quicker.
_MOST_CELLS = 100_000_000
# Cells that are looked at together, 16 MB.
_CELLS_AT_ONCE = 1 << 24


@dataclass(frozen=True)
class Paths:
    """The steps from the roots to the leaves, by leaf and then by column.

    Attributes:
        split: (s,) the split that a step stands at.
        is_left: (s,) the way that it takes.
        starts: (g,) the first step of each (leaf, column) pair.
        leaf: (g,) leaf of each pair, ascending.
        player: (g,) column of each pair.
        bit: (g,) 1 << place of the column among those of its leaf.
        first: (l,) the first pair of each leaf that has any.
    """

    split: IntArray
    is_left: npt.NDArray[np.bool_]
    starts: IntArray
    leaf: IntArray
    player: IntArray
    bit: IntArray
    first: IntArray

    def masks(self, goes_left: npt.NDArray[np.bool_]) -> IntArray:
        """Return (l, n): for each leaf a bit for each column of its path that a row passes.

        Args:
            goes_left: (splits, n) whether a row goes left.
        """
        passes = goes_left[self.split] == self.is_left[:, None]
        whole = np.logical_and.reduceat(passes, self.starts, axis=0)
        bits = np.where(whole, self.bit[:, None], 0)
        return np.asarray(np.bitwise_or.reduceat(bits, self.first, axis=0))


class TreeReasons:
    """Explains rows against the same reference rows; what all rows share is made once."""

    def __init__(
        self, trees: Trees, reference: FloatArray, *, players: IntArray, n_players: int
    ) -> None:
        """Take an ensemble.

        Args:
            trees: of the model.
            reference: (r, k) features of the reference rows.
            players: (k,) for each feature the raw column that it is made of.
            n_players: raw columns.

        Raises:
            TooManyToCount: if paths are too long or too many for this method.
        """
        self.trees = trees
        self.players = players
        self.n_players = n_players
        self.reference = reference
        if _n_steps(trees) * len(reference) > _MOST_CELLS:
            raise TooManyToCount("too many leaves")
        self.paths = _paths(trees, players)

    @property
    def reference_raw(self) -> FloatArray:
        """(r, c) raw scores of the reference rows."""
        return self._patterns.raw

    def reasons(self, features: FloatArray, target: int) -> tuple[float, FloatArray]:
        """Return one raw score of one row of (1, k) features, and what each column moved it by."""
        patterns = self._patterns
        passed = self.paths.masks(self.trees.goes_left(features))[:, 0]
        reached = passed == patterns.all_bits
        raw = self.trees.start[target] + patterns.leaves[reached, target].sum()
        mine, theirs = passed[patterns.place], patterns.mask
        alive = np.flatnonzero((mine | theirs) == patterns.all_bits[patterns.place])
        mine, theirs = mine[alive], theirs[alive]
        gained, lost = mine & ~theirs, theirs & ~mine
        p, q = np.bitwise_count(gained), np.bitwise_count(lost)
        gain, loss = self._weights
        place = patterns.place[alive]
        values = patterns.count[alive] * patterns.leaves[place, target] / len(self.reference)
        moved = self._spread(place, (gained, values * gain[p, q]), (lost, -values * loss[p, q]))
        return float(raw), moved

    def _spread(self, place: IntArray, *parts: tuple[IntArray, FloatArray]) -> FloatArray:
        """Add each weight to the columns whose bits are set."""
        patterns, total = self._patterns, np.zeros(self.n_players)
        for bits, weight in parts:
            rest, at = bits, np.arange(len(bits))
            here = rest != 0
            rest, at = rest[here], at[here]
            while len(rest):
                lowest = np.bitwise_count((rest & -rest) - 1)
                player = patterns.player[place[at], lowest]
                total += np.bincount(player, weight[at], minlength=self.n_players)
                rest = rest & (rest - 1)
                here = rest != 0
                rest, at = rest[here], at[here]
        return total

    @cached_property
    def _patterns(self) -> "_Patterns":
        return _patterns(self.trees, self.paths, self.reference)

    @cached_property
    def _weights(self) -> tuple[FloatArray, FloatArray]:
        return leaf_weights()


@dataclass(frozen=True)
class _Patterns:
    """Which columns of each path reference rows pass, each pattern of a leaf once.

    Attributes:
        place: (u,) place of the leaf among those that have a path.
        mask: (u,) bits.
        count: (u,) reference rows.
        all_bits: (l,) all bits of each leaf.
        leaves: (l, c) what the leaves add.
        player: (l, most) column of each bit.
        raw: (r, c) raw scores of the reference rows.
    """

    place: IntArray
    mask: IntArray
    count: IntArray
    all_bits: IntArray
    leaves: FloatArray
    player: IntArray
    raw: FloatArray


def _patterns(trees: Trees, paths: Paths, reference: FloatArray) -> _Patterns:
    full = np.bitwise_or.reduceat(paths.bit, paths.first)
    at_once = max(1, _CELLS_AT_ONCE // max(1, len(paths.split)))
    parts = [
        paths.masks(trees.goes_left(reference[start : start + at_once]))
        for start in range(0, len(reference), at_once)
    ]
    masks = np.concatenate(parts, axis=1)
    leaf = paths.leaf[paths.first]
    raw = trees.start + (masks == full[:, None]).T.astype(np.float64) @ trees.leaves[leaf]
    masks.sort(axis=1)
    is_new = np.ones(masks.shape, dtype=np.bool_)
    is_new[:, 1:] = masks[:, 1:] != masks[:, :-1]
    place, column = np.nonzero(is_new)
    ends = np.append(place[1:] * masks.shape[1] + column[1:], masks.size)
    count = ends - (place * masks.shape[1] + column)
    mask = masks[place, column]
    player = np.zeros((len(leaf), MOST_PLAYERS + 1), dtype=np.int64)
    which = np.searchsorted(leaf, paths.leaf)
    player[which, np.bitwise_count(paths.bit - 1)] = paths.player
    return _Patterns(place, mask, count, full, trees.leaves[leaf], player, raw)


def _n_steps(trees: Trees) -> int:
    here, total = np.flatnonzero(trees.parent[trees.n_splits :] >= 0) + trees.n_splits, 0
    while len(here):
        total += len(here)
        here = trees.parent[here]
        here = here[trees.parent[here] >= 0]
    return total


def _paths(trees: Trees, players: IntArray) -> Paths:
    leaves = np.flatnonzero(trees.parent[trees.n_splits :] >= 0)
    here = leaves + trees.n_splits
    owner = leaves
    splits, ways, owners = [], [], []
    while len(here):
        above = trees.parent[here]
        splits.append(above)
        ways.append(trees.is_left[here])
        owners.append(owner)
        goes_on = trees.parent[above] >= 0
        here, owner = above[goes_on], owner[goes_on]
    split, is_left, leaf = np.concatenate(splits), np.concatenate(ways), np.concatenate(owners)
    player = players[trees.feature[split]]
    order = np.lexsort((player, leaf))
    split, is_left, leaf, player = split[order], is_left[order], leaf[order], player[order]
    is_pair = np.ones(len(split), dtype=np.bool_)
    is_pair[1:] = (leaf[1:] != leaf[:-1]) | (player[1:] != player[:-1])
    starts = np.flatnonzero(is_pair)
    leaf, player = leaf[starts], player[starts]
    is_first = np.ones(len(leaf), dtype=np.bool_)
    is_first[1:] = leaf[1:] != leaf[:-1]
    first = np.flatnonzero(is_first)
    place = np.arange(len(leaf)) - np.repeat(first, np.diff(np.append(first, len(leaf))))
    if place.max(initial=0) >= MOST_PLAYERS:
        raise TooManyToCount("too many columns on one path")
    return Paths(split, is_left, starts, leaf, player, np.int64(1) << place, first)
