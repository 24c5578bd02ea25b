"""Where the splits and leaves of a graph's trees stand: levels, places from the left, ways down."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

# Sum, and "at most" at each split: the only words that trees of ours have.
_SUM, _BRANCH_LEQ = 1, 0
_OF_SPLITS = (
    "nodes_featureids",
    "nodes_splits",
    "nodes_modes",
    "nodes_truenodeids",
    "nodes_trueleafs",
    "nodes_falsenodeids",
    "nodes_falseleafs",
    "nodes_missing_value_tracks_true",
)
_OF_LEAVES = ("leaf_weights", "leaf_targetids")


@dataclass(frozen=True)
class TreeShape:
    """The trees of one node.

    Attributes:
        feature, threshold, missing_left: (m,) of each split; at most the threshold goes left.
        tree, level: (m,) of each split; a root has the level 0.
        first, n_left: (m,) below each split leaves begin there, counted from the left of its tree,
            and so many of them are to its left.
        leaf_tree, leaf_place: (l,) of each leaf, places counted from the left.
        leaf_way: (l,) the bit of each level is set where the way to the leaf goes right.
        weight: (l,) what each leaf adds.
        target: (t,) the column of the result that each tree adds to.
        n_targets: columns of the result.
    """

    feature: IntArray
    threshold: FloatArray
    missing_left: BoolArray
    tree: IntArray
    level: IntArray
    first: IntArray
    n_left: IntArray
    leaf_tree: IntArray
    leaf_place: IntArray
    leaf_way: IntArray
    weight: FloatArray
    target: IntArray
    n_targets: int

    @classmethod
    def of(cls, attributes: Mapping[str, npt.NDArray[Any]]) -> Self | None:
        """Return the shape of the trees of a node `TreeEnsemble`, in double.

        Returns:
            None for trees that are not written as ours are.
        """
        if not _is_as_ours(attributes):
            return None
        levels = list(_levels(attributes))
        met = np.concatenate([here for here, _ in levels])
        # Each split once: what two lead to would be counted for one of them alone.
        if len(met) != len(attributes["nodes_splits"]) or len(np.unique(met)) != len(met):
            return None
        return cls._placed(attributes, levels)

    @classmethod
    def _placed(
        cls,
        attributes: Mapping[str, npt.NDArray[Any]],
        levels: list[tuple[IntArray, IntArray]],
    ) -> Self | None:
        ends, below = _sides(attributes)
        n_splits = len(ends[0])
        n_leaves = np.ones((2, n_splits), dtype=np.int64)
        for here, _ in reversed(levels):
            for side in (0, 1):
                onward = here[~ends[side][here]]
                n_leaves[side, onward] = n_leaves[:, below[side][onward]].sum(axis=0)
        tree, level, first, way = (np.zeros(n_splits, dtype=np.int64) for _ in range(4))
        for at, (here, of_tree) in enumerate(levels):
            tree[here], level[here] = of_tree, at
            for side in (0, 1):
                onward = here[~ends[side][here]]
                first[below[side][onward]] = first[onward] + side * n_leaves[0, onward]
                way[below[side][onward]] = way[onward] | side << min(at, 62)
        above = [np.flatnonzero(ends[side]) for side in (0, 1)]
        leaf = np.concatenate([below[side][above[side]] for side in (0, 1)])
        over = np.concatenate(above)
        is_right = np.repeat([0, 1], [len(each) for each in above])
        targets = attributes["leaf_targetids"][leaf]
        target = np.zeros(len(attributes["tree_roots"]), dtype=np.int64)
        target[tree[over]] = targets
        if (target[tree[over]] != targets).any():
            return None
        return cls(
            feature=attributes["nodes_featureids"],
            threshold=attributes["nodes_splits"],
            missing_left=attributes["nodes_missing_value_tracks_true"] == 1,
            tree=tree,
            level=level,
            first=first,
            n_left=n_leaves[0],
            leaf_tree=tree[over],
            leaf_place=first[over] + is_right * n_leaves[0, over],
            leaf_way=way[over] | is_right << np.minimum(level[over], 62),
            weight=attributes["leaf_weights"][leaf].astype(np.float64),
            target=target,
            n_targets=int(attributes["n_targets"]),
        )

    @property
    def n_trees(self) -> int:
        """Number of trees."""
        return len(self.target)

    @cached_property
    def most_leaves(self) -> int:
        """Leaves of the largest tree."""
        return int(self.leaf_place.max()) + 1

    @cached_property
    def n_levels(self) -> int:
        """Levels of splits of the deepest tree."""
        return int(self.level.max()) + 1

    @cached_property
    def is_oblivious(self) -> bool:
        """Whether all splits of a level of a tree ask the same, as those of CatBoost do."""
        pair = self.tree * self.n_levels + self.level
        order = np.argsort(pair, kind="stable")
        pair, starts, counts = np.unique(pair[order], return_index=True, return_counts=True)
        if (counts != 1 << np.minimum(pair % self.n_levels, 62)).any():
            return False
        return all(
            (np.repeat(each[order][starts], counts) == each[order]).all()
            for each in (self.feature, self.threshold, self.missing_left)
        )


def _is_as_ours(attributes: Mapping[str, npt.NDArray[Any]]) -> bool:
    """Return whether everything is there, in double, and nothing is unusual."""
    wanted = (*_OF_SPLITS, *_OF_LEAVES, "tree_roots", "n_targets")
    splits = attributes.get("nodes_splits")
    if splits is None or splits.dtype != np.float64 or np.isnan(splits).any():
        return False
    if any(name not in attributes for name in wanted):
        return False
    if not len(splits) or any(len(attributes[name]) != len(splits) for name in _OF_SPLITS):
        return False
    n_leaves = len(attributes["leaf_weights"])
    is_sum = int(attributes.get("aggregate_function", np.array(_SUM))) == _SUM
    return (
        is_sum
        and len(attributes["leaf_targetids"]) == n_leaves
        and bool((attributes["nodes_modes"] == _BRANCH_LEQ).all())
        and _lead_on(attributes, n_splits=len(splits), n_leaves=n_leaves)
    )


def _lead_on(attributes: Mapping[str, npt.NDArray[Any]], *, n_splits: int, n_leaves: int) -> bool:
    """Return whether roots and splits lead to splits and leaves that there are."""
    roots = attributes["tree_roots"]
    ends, below = _sides(attributes)
    most = [np.where(end, n_leaves, n_splits) for end in ends]
    are_known = [bool(((to >= 0) & (to < top)).all()) for to, top in zip(below, most, strict=True)]
    return all(are_known) and bool(((roots >= 0) & (roots < n_splits)).all())


def _sides(
    attributes: Mapping[str, npt.NDArray[Any]],
) -> tuple[tuple[BoolArray, BoolArray], tuple[IntArray, IntArray]]:
    """Return, left and right: whether a split leads to a leaf, and the number of either."""
    ends = attributes["nodes_trueleafs"] != 0, attributes["nodes_falseleafs"] != 0
    return ends, (attributes["nodes_truenodeids"], attributes["nodes_falsenodeids"])


def _levels(attributes: Mapping[str, npt.NDArray[Any]]) -> Iterator[tuple[IntArray, IntArray]]:
    """Yield the splits that have as many splits above them, with the tree of each; roots first."""
    ends, below = _sides(attributes)
    here: IntArray = attributes["tree_roots"]
    tree, n_left = np.arange(len(here)), len(ends[0])
    # Splits that lead back up would go on for ever.
    while len(here) and n_left >= 0:
        yield here, tree
        n_left -= len(here)
        onward = [here[~ends[side][here]] for side in (0, 1)]
        tree = np.concatenate([tree[~ends[side][here]] for side in (0, 1)])
        here = np.concatenate([below[side][onward[side]] for side in (0, 1)])
