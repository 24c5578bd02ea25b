"""Trees in the graph, against a walk through them in plain Python."""

from dataclasses import replace

import numpy as np
import onnx
import onnxruntime
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelyard.packaging.graphs.trees import Tree, mean_of_float32_trees, sum_of_trees

N_FEATURES = 3


def grown(rng: np.random.Generator, n_splits: int, *, width: int | None = None) -> Tree:
    """Split a random leaf at a time; the new leaf on the right gets the next number."""
    left, right = np.full(n_splits, ~0), np.full(n_splits, ~0)
    hanging: dict[int, tuple[np.ndarray, int]] = {}
    for split in range(n_splits):
        leaf = int(rng.integers(split + 1))
        if leaf in hanging:
            side, parent = hanging[leaf]
            side[parent] = split
        left[split], right[split] = ~leaf, ~(split + 1)
        hanging[leaf], hanging[split + 1] = (left, split), (right, split)
    shape = (n_splits + 1,) if width is None else (n_splits + 1, width)
    return Tree(
        feature=rng.integers(N_FEATURES, size=n_splits),
        threshold=rng.normal(size=n_splits),
        missing_left=rng.random(n_splits) < 0.5,
        left=left,
        right=right,
        leaves=rng.normal(size=shape),
    )


def leaf_of(tree: Tree, row) -> np.ndarray:
    if not len(tree.feature):
        return tree.leaves[0]
    at = 0
    while at >= 0:
        value = row[tree.feature[at]]
        goes_left = tree.missing_left[at] if np.isnan(value) else value <= tree.threshold[at]
        at = int(tree.left[at] if goes_left else tree.right[at])
    return tree.leaves[~at]


def rows_for(rng, trees, n_rows=40):
    """Rows with missing values, and values that lie exactly on thresholds."""
    X = rng.normal(size=(n_rows, N_FEATURES))
    X[rng.random(X.shape) < 0.2] = np.nan
    for tree in trees:
        for feature, threshold in zip(tree.feature, tree.threshold, strict=True):
            X[rng.integers(n_rows), feature] = threshold
    return X


def run(chain, X, *, n_outputs=1):
    model = chain.to_model(n_features=N_FEATURES, n_outputs=n_outputs)
    onnx.checker.check_model(onnx.load_from_string(model), full_check=True)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    return session.run(None, {"features": X})[0]


def sums(trees, X, n_targets):
    expected = np.zeros((len(X), n_targets))
    for index, tree in enumerate(trees):
        expected[:, index % n_targets] += [leaf_of(tree, row) for row in X]
    return expected


SIZES = st.lists(st.integers(0, 6), min_size=1, max_size=6)


@settings(max_examples=60, deadline=None)
@given(sizes=SIZES, seed=st.integers(0, 2**32 - 1), n_targets=st.integers(1, 3))
def test_sums_equal_a_walk_through_the_trees_to_the_last_bit(sizes, seed, n_targets):
    rng = np.random.default_rng(seed)
    trees = [grown(rng, size) for size in sizes]
    X = rows_for(rng, trees)
    got = run(sum_of_trees(trees, n_targets=n_targets), X, n_outputs=n_targets)
    assert np.array_equal(got, sums(trees, X, n_targets))


def test_a_root_whose_leaf_has_the_number_of_its_split_is_not_taken_for_a_leaf():
    tree = Tree(
        feature=np.array([0, 0]),
        threshold=np.array([1.0, 0.0]),
        missing_left=np.array([False, False]),
        left=np.array([1, ~0]),
        right=np.array([~1, ~2]),
        leaves=np.array([10.0, 20.0, 30.0]),
    )
    X = np.array([[-1.0, 0, 0], [0.5, 0, 0], [2.0, 0, 0]])
    chain = sum_of_trees([tree], n_targets=1)
    assert run(chain, X)[:, 0].tolist() == [10.0, 30.0, 20.0]
    # Newer ONNX Runtimes tell them apart by themselves; the graph must serve the older ones too.
    written = chain.link.attributes
    assert written["nodes_truenodeids"][0] != written["nodes_falsenodeids"][0]


@settings(max_examples=40, deadline=None)
@given(sizes=SIZES, seed=st.integers(0, 2**32 - 1), width=st.integers(1, 4))
def test_means_equal_a_walk_with_values_rounded_to_float32(sizes, seed, width):
    rng = np.random.default_rng(seed)
    trees = [grown(rng, size, width=width) for size in sizes]
    X = rows_for(rng, trees)
    total = np.zeros((len(X), width))
    for tree in trees:
        total += [leaf_of(tree, row) for row in X.astype(np.float32)]
    got = run(mean_of_float32_trees(trees), X, n_outputs=width)
    assert np.array_equal(got, total / len(trees))


@pytest.mark.parametrize("sign", [-1, 1])
def test_a_value_beyond_float32_goes_to_the_end_of_the_tree(sign):
    tree = grown(np.random.default_rng(1), 1, width=1)
    X = np.full((1, N_FEATURES), sign * 1e300)
    expected = leaf_of(tree, np.full(N_FEATURES, sign * np.inf))
    assert run(mean_of_float32_trees([tree]), X)[0].tolist() == expected.tolist()


def test_more_leaves_than_float32_can_number_are_refused():
    many = Tree(*[np.empty(0)] * 5, leaves=np.broadcast_to(0.0, (1 << 23, 1)))
    with pytest.raises(ValueError, match="25165824 leaves"):
        mean_of_float32_trees([many] * 3)


def test_equal_leaves_are_stored_once():
    leaves = np.array([[0.0, 1.0], [1.0, 0.0]])
    trees = [replace(grown(np.random.default_rng(at), 1), leaves=leaves) for at in range(50)]
    model = onnx.load_from_string(
        mean_of_float32_trees(trees).to_model(n_features=N_FEATURES, n_outputs=2)
    )
    assert max(tensor.dims[0] for tensor in model.graph.initializer) == 2
