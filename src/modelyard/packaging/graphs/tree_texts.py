"""Reads trees from the text in which LightGBM writes them."""

import numpy as np

from modelyard.packaging.graphs.trees import Tree


def read_trees(text: str) -> list[Tree]:
    """Return the trees of a model that LightGBM wrote as text (version v4).

    Raises:
        ValueError: if a split is of a kind that a training here never makes.
    """
    body = text.split("\nend of trees", maxsplit=1)[0]
    return [_read_tree(block) for block in body.split("\nTree=")[1:]]


def _read_tree(block: str) -> Tree:
    lines = dict(line.split("=", 1) for line in block.splitlines() if "=" in line)
    threshold = np.array(lines["threshold"].split(), dtype=np.float64)
    decision = np.array(lines["decision_type"].split(), dtype=np.int64)
    # Bits: 1 a split by categories, 2 missing goes left, 4 and 8 what counts as missing
    # (0 nothing, 1 zero, 2 NaN); include/LightGBM/tree.h.
    is_categorical, default_left, missing = decision & 1, decision & 2, decision >> 2 & 3
    if is_categorical.any() or (missing == 1).any():
        raise ValueError("a split by categories, or one that takes zero for missing")
    return Tree(
        feature=np.array(lines["split_feature"].split(), dtype=np.int64),
        threshold=threshold,
        # Where training saw nothing missing, LightGBM takes NaN for zero.
        missing_left=np.where(missing == 2, default_left > 0, threshold >= 0),
        left=np.array(lines["left_child"].split(), dtype=np.int64),
        right=np.array(lines["right_child"].split(), dtype=np.int64),
        leaves=np.array(lines["leaf_value"].split(), dtype=np.float64),
    )
