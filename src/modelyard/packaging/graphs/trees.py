"""Ensembles of binary trees as `TreeEnsemble` of ai.onnx.ml 5, exact to the last bit.

A boosted ensemble adds numbers at the leaves, in double. A forest has a row of shares at each leaf,
which the operator has no word for: there each tree yields the number of its leaf, and the rows are
looked up and added after it. Equal rows are stored once, and the trees themselves need float32
alone, which makes a forest of classes a quarter smaller than numbers at the leaves would.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from modelyard.packaging.graphs.chains import FLOAT, INT64, ML_DOMAIN, Chain

_SUM = 1
_BRANCH_LEQ = 0
_FLOAT32_INTEGERS = 1 << 24


@dataclass(frozen=True)
class Tree:
    """One tree of m splits and m + 1 leaves; with m = 0 it is a single leaf.

    Attributes:
        feature: (m,) int64, column of each split.
        threshold: (m,) float64; a row goes left where its value is at most this.
        missing_left: (m,) bool; where a row with NaN goes.
        left, right: (m,) int64, a split at 0 or above, or ~leaf below 0; split 0 is the root.
        leaves: float64, (m + 1,) to be added up, or (m + 1, c) to be averaged.
    """

    feature: npt.NDArray[np.int64]
    threshold: npt.NDArray[np.float64]
    missing_left: npt.NDArray[np.bool_]
    left: npt.NDArray[np.int64]
    right: npt.NDArray[np.int64]
    leaves: npt.NDArray[np.float64]


def sum_of_trees(trees: Sequence[Tree], *, n_targets: int, over: Chain | None = None) -> Chain:
    """Return a chain to (n, n_targets) double: tree t adds its leaf's number to t % n_targets.

    Args:
        trees: in the order in which they are to be added; leaves are (m + 1,) numbers.
        n_targets: columns of the result.
        over: the values that the trees read; by default the features.
    """
    targets = [index % n_targets for index in range(len(trees))]
    weights = [tree.leaves for tree in trees]
    attributes = _ensemble(trees, weights, targets, dtype=np.dtype(np.float64))
    read = Chain() if over is None else over
    return read.then("TreeEnsemble", domain=ML_DOMAIN, n_targets=n_targets, **attributes)


def compared_in_float32(tree: Tree) -> Tree:
    """Return a tree that takes doubles where `tree` takes them rounded to float32.

    A double rounds to a float32 at or below the threshold where it lies below the middle between
    the greatest such float32 and the next; the middle itself rounds to the even one of the two.
    """
    greatest = _at_most(tree.threshold, np.dtype(np.float32))
    following = np.nextafter(greatest, np.float32(np.inf))
    middle = (greatest.astype(np.float64) + following.astype(np.float64)) / 2
    is_even = greatest.view(np.uint32) % 2 == 0
    return replace(tree, threshold=np.where(is_even, middle, np.nextafter(middle, -np.inf)))


def mean_of_float32_trees(trees: Sequence[Tree]) -> Chain:
    """Return a chain to the mean of the trees' leaves, where values are compared in float32.

    So does scikit-learn: a value is rounded to float32, then compared with a double threshold.
    That comparison is equal to one with the greatest float32 at or below the threshold.

    Args:
        trees: leaves are (m + 1, c) numbers, for a result of (n, c).

    Raises:
        ValueError: if there are more leaves than float32 can number.
    """
    n_leaves = sum(len(tree.leaves) for tree in trees)
    if n_leaves > _FLOAT32_INTEGERS:
        raise ValueError(f"{n_leaves} leaves; at most {_FLOAT32_INTEGERS} can be told apart")
    leaves = np.concatenate([tree.leaves for tree in trees])
    rows, places = _distinct(leaves)
    ends = np.cumsum([len(tree.leaves) for tree in trees])[:-1]
    numbers = np.split(places.astype(np.float64), ends)
    attributes = _ensemble(trees, numbers, range(len(trees)), dtype=np.dtype(np.float32))
    return (
        Chain()
        .then("Cast", to=FLOAT)
        .then("TreeEnsemble", domain=ML_DOMAIN, n_targets=len(trees), **attributes)
        .then("Cast", to=INT64)
        .then("Gather", rows, None, axis=0)
        .then("ReduceSum", np.array([1]), keepdims=0)
        .then("Div", np.array([[float(len(trees))]]))
    )


def _distinct(
    rows: npt.NDArray[np.float64],
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    """Return the rows that differ, in order, and the place of each row among them.

    `np.unique` along an axis compares whole rows and takes six times as long.
    """
    order = np.lexsort(rows.T[::-1])
    ordered = rows[order]
    is_new = np.ones(len(rows), dtype=np.bool_)
    is_new[1:] = (ordered[1:] != ordered[:-1]).any(axis=1)
    places = np.empty(len(rows), dtype=np.int64)
    places[order] = np.cumsum(is_new) - 1
    return ordered[is_new], places


def _ensemble(
    trees: Sequence[Tree],
    weights: Sequence[npt.NDArray[np.float64]],
    targets: Sequence[int],
    *,
    dtype: np.dtype[Any],
) -> dict[str, Any]:
    parts = []
    n_splits = n_leaves = 0
    roots = []
    for tree, weight, target in zip(trees, weights, targets, strict=True):
        roots.append(n_splits)
        part = _placed(tree, weight, first_split=n_splits, first_leaf=n_leaves)
        part["leaf_targetids"] = np.full(part["leaf_weights"].size, target, dtype=np.int64)
        n_splits += part["nodes_featureids"].size
        n_leaves += part["leaf_weights"].size
        parts.append(part)
    joined = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    joined["nodes_splits"] = _at_most(joined["nodes_splits"], dtype)
    joined["leaf_weights"] = joined["leaf_weights"].astype(dtype)
    modes = np.full(n_splits, _BRANCH_LEQ, dtype=np.uint8)
    return joined | {
        "tree_roots": np.array(roots, dtype=np.int64),
        "nodes_modes": modes,
        "aggregate_function": _SUM,
    }


def _at_most(values: npt.NDArray[np.float64], dtype: np.dtype[Any]) -> npt.NDArray[Any]:
    nearest = values.astype(dtype)
    return np.where(nearest > values, np.nextafter(nearest, dtype.type(-np.inf)), nearest)


def _placed(
    tree: Tree, weight: npt.NDArray[np.float64], *, first_split: int, first_leaf: int
) -> dict[str, Any]:
    if tree.feature.size == 0:
        tree = _SINGLE_LEAF
    left_is_leaf, right_is_leaf = tree.left < 0, tree.right < 0
    left = np.where(left_is_leaf, ~tree.left + first_leaf, tree.left + first_split)
    right = np.where(right_is_leaf, ~tree.right + first_leaf, tree.right + first_split)
    if left[0] == right[0] and left_is_leaf[0] != right_is_leaf[0]:
        # Older ONNX Runtimes take a root for a single leaf when both children have the same number,
        # though one counts splits and the other leaves (microsoft/onnxruntime#24679). A leaf that
        # nothing leads to moves them apart.
        left, right = left + left_is_leaf, right + right_is_leaf
        weight = np.concatenate([[0.0], weight])
    return {
        "nodes_featureids": tree.feature,
        "nodes_splits": tree.threshold,
        "nodes_missing_value_tracks_true": tree.missing_left.astype(np.int64),
        "nodes_truenodeids": left,
        "nodes_trueleafs": left_is_leaf.astype(np.int64),
        "nodes_falsenodeids": right,
        "nodes_falseleafs": right_is_leaf.astype(np.int64),
        "leaf_weights": weight,
    }


_SINGLE_LEAF = Tree(
    feature=np.zeros(1, dtype=np.int64),
    threshold=np.zeros(1),
    missing_left=np.zeros(1, dtype=np.bool_),
    left=np.array([~0]),
    right=np.array([~0]),
    leaves=np.zeros(1),
)
