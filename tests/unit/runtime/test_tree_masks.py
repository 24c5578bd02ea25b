"""Trees by masks answer as ONNX Runtime does walking them, to the last bit."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest

from modelyard.packaging.graphs.chains import INPUT, Chain
from modelyard.packaging.graphs.merging import GraphPart, merge
from modelyard.packaging.graphs.mixtures import MeanOfMembers
from modelyard.packaging.graphs.trees import Tree, sum_of_trees
from modelyard.runtime.batches import BatchForm
from modelyard.runtime.graphs import Node, read_graph
from modelyard.runtime.sessions import Session, open_graph
from modelyard.runtime.tree_masks import TreeMasks

N_FEATURES = 5


def grown(n_leaves: int, *, rng: np.random.Generator) -> Tree:
    """Return a tree of random shape and questions: one leaf after the other becomes a split."""
    left, right = [~0], [~1]
    open_ends = [(0, "left"), (0, "right")]
    for split in range(1, n_leaves - 1):
        parent, side = open_ends.pop(int(rng.integers(len(open_ends))))
        (left if side == "left" else right)[parent] = split
        left.append(~0)
        right.append(~0)
        open_ends += [(split, "left"), (split, "right")]
    for number, (parent, side) in enumerate(open_ends):
        (left if side == "left" else right)[parent] = ~number
    n = len(left)
    return Tree(
        feature=rng.integers(N_FEATURES, size=n),
        threshold=rng.integers(-6, 7, size=n) / 4,
        missing_left=rng.random(n) < 0.5,
        left=np.array(left),
        right=np.array(right),
        leaves=rng.normal(size=n + 1),
    )


def oblivious(n_levels: int, *, rng: np.random.Generator) -> Tree:
    """Return a tree all of whose splits of a level ask the same."""
    levels = np.repeat(np.arange(n_levels), 2 ** np.arange(n_levels))
    at = np.arange(len(levels))
    is_last = levels == n_levels - 1
    first = 2**n_levels - 1
    below = 2 * at + 1
    return Tree(
        feature=rng.integers(N_FEATURES, size=n_levels)[levels],
        threshold=(rng.integers(-6, 7, size=n_levels) / 4)[levels],
        missing_left=(rng.random(n_levels) < 0.5)[levels],
        left=np.where(is_last, ~(below - first), below),
        right=np.where(is_last, ~(below + 1 - first), below + 1),
        leaves=rng.normal(size=2**n_levels),
    )


def rows(n_rows: int, *, rng: np.random.Generator) -> npt.NDArray[np.float64]:
    """Return rows on, beside and beyond the thresholds, some of them missing."""
    found = rng.integers(-8, 9, size=(n_rows, N_FEATURES)) / 4
    found += rng.choice([0.0, 1e-9, -1e-9], size=found.shape)
    odd = rng.random(found.shape)
    found[odd < 0.05] = np.nan
    found[odd > 0.98] = np.inf
    found[(odd > 0.96) & (odd < 0.98)] = -np.inf
    return found


def masks_of(model: bytes) -> TreeMasks | None:
    node = next(each for each in read_graph(model).nodes if each.op == "TreeEnsemble")
    return TreeMasks.of(node)


def graph_of(trees: Sequence[Tree], *, n_targets: int) -> bytes:
    chain = sum_of_trees(trees, n_targets=n_targets)
    return chain.to_model(n_features=N_FEATURES, n_outputs=n_targets)


@pytest.mark.parametrize("n_targets", [1, 3])
@pytest.mark.parametrize("most_leaves", [2, 5, 8, 9, 16, 17, 31, 32, 33, 64])
def test_trees_of_any_shape_add_up_to_the_last_bit(most_leaves: int, n_targets: int) -> None:
    rng = np.random.default_rng(most_leaves)
    sizes = [most_leaves, *rng.integers(2, most_leaves + 1, size=10).tolist(), 2]
    model = graph_of([grown(size, rng=rng) for size in sizes], n_targets=n_targets)
    masks, features = masks_of(model), rows(2_000, rng=rng)
    assert masks is not None
    expected = open_graph(model).run(None, {INPUT: features})[0]
    np.testing.assert_array_equal(masks.sums(features), expected)
    for few in (1, 2, 3):
        np.testing.assert_array_equal(masks.sums(features[:few]), expected[:few])


@pytest.mark.parametrize("n_levels", [1, 3, 6, 8])
@pytest.mark.parametrize("n_targets", [1, 3])
def test_levels_that_ask_the_same_are_numbered(n_levels: int, n_targets: int) -> None:
    rng = np.random.default_rng(n_levels)
    trees = [oblivious(n_levels, rng=rng) for _ in range(6)]
    model = graph_of(trees, n_targets=n_targets)
    masks, features = masks_of(model), rows(2_000, rng=rng)
    assert masks is not None
    assert masks.numbers_levels
    expected = open_graph(model).run(None, {INPUT: features})[0]
    np.testing.assert_array_equal(masks.sums(features), expected)


def test_trees_that_ask_alike_for_each_class_are_looked_up_once() -> None:
    rng = np.random.default_rng(0)
    asked = [oblivious(4, rng=rng) for _ in range(5)]
    trees = [
        Tree(t.feature, t.threshold, t.missing_left, t.left, t.right, rng.normal(size=16))
        for t in asked
        for _ in range(3)
    ]
    model = graph_of(trees, n_targets=3)
    masks, features = masks_of(model), rows(500, rng=rng)
    assert masks is not None
    assert masks.tables[0].shape[1] == 5
    expected = open_graph(model).run(None, {INPUT: features})[0]
    np.testing.assert_array_equal(masks.sums(features), expected)


def test_a_tree_that_is_a_leaf_adds_it_to_every_row() -> None:
    nothing, leaf = np.zeros(0, dtype=np.int64), np.array([0.25])
    single = Tree(nothing, np.zeros(0), np.zeros(0, dtype=bool), nothing, nothing, leaf)
    rng = np.random.default_rng(0)
    model = graph_of([single, grown(4, rng=rng)], n_targets=1)
    masks, features = masks_of(model), rows(300, rng=rng)
    assert masks is not None
    expected = open_graph(model).run(None, {INPUT: features})[0]
    np.testing.assert_array_equal(masks.sums(features), expected)


def test_larger_trees_are_walked() -> None:
    rng = np.random.default_rng(0)
    model = graph_of([grown(65, rng=rng), grown(3, rng=rng)], n_targets=1)
    assert masks_of(model) is None
    features = rows(1_000, rng=rng)
    expected = open_graph(model).run(None, {INPUT: features})[0]
    np.testing.assert_array_equal(Session(model).scores(features), expected)


def test_members_of_a_blend_look_at_their_own_columns() -> None:
    rng = np.random.default_rng(0)
    members = [graph_of([grown(9, rng=rng)], n_targets=1) for _ in range(2)]
    line = Chain().then("MatMul", rng.normal(size=(2, 1)))
    parts = [
        GraphPart(members[0], np.array([5, 3, 1, 0, 2])),
        GraphPart(members[1], np.array([6, 1, 2, 3, 4])),
        GraphPart(line.to_model(n_features=2, n_outputs=1), np.array([6, 0])),
    ]
    combiner = MeanOfMembers(np.array([0.5, 0.3, 0.2]), 1, {}).to_onnx()
    model = merge(parts, combiner, n_features=7, n_outputs=1)
    form = BatchForm.of(model)
    assert form is not None
    assert len(form.trees) == 2
    features = np.nan_to_num(np.hstack([rows(700, rng=rng), rng.normal(size=(700, 2))]), posinf=9)
    expected = open_graph(model).run(None, {INPUT: features})[0]
    session = Session(model)
    np.testing.assert_array_equal(session.scores(features), expected)
    alone = np.concatenate([session.scores(features[at : at + 1]) for at in range(50)])
    np.testing.assert_allclose(alone, expected[:50], rtol=1e-14)


def test_a_graph_without_trees_has_no_other_form() -> None:
    line = Chain().then("MatMul", np.ones((N_FEATURES, 1)))
    model = line.to_model(n_features=N_FEATURES, n_outputs=1)
    assert BatchForm.of(model) is None
    features = np.random.default_rng(0).normal(size=(1_000, N_FEATURES))
    np.testing.assert_allclose(Session(model).scores(features), features.sum(axis=1)[:, None])


def test_a_split_that_leads_back_up_is_left_to_the_library() -> None:
    attributes = dict(next(iter(read_graph(graph_of([_endless()], n_targets=1)).nodes)).attributes)
    attributes["nodes_truenodeids"] = np.array([0, 1])
    attributes["nodes_trueleafs"] = np.array([0, 1])
    node = next(iter(read_graph(graph_of([_endless()], n_targets=1)).nodes))
    assert TreeMasks.of(type(node)(node.op, node.inputs, node.outputs, attributes)) is None


def _endless() -> Tree:
    return grown(3, rng=np.random.default_rng(0))


def _changed(**attributes: object) -> Node:
    (node,) = read_graph(graph_of([_endless(), _endless()], n_targets=1)).nodes
    known = {name: node.attributes[name] for name in node.attributes}
    changed = {name: each for name, each in {**known, **attributes}.items() if each is not None}
    return Node(node.op, node.inputs, node.outputs, changed)


@pytest.mark.parametrize(
    "attributes",
    [
        {"nodes_missing_value_tracks_true": None},
        {"leaf_weights": None},
        {"nodes_modes": np.array([0], dtype=np.uint8)},
        {"nodes_splits": np.array([0.0, np.nan, 0.0, 0.0])},
        {"tree_roots": np.array([0, 0])},
        {"tree_roots": np.array([0, 9])},
        {"nodes_truenodeids": np.array([9, 9, 9, 9])},
        {"aggregate_function": np.array(0)},
    ],
)
def test_trees_of_another_hand_are_left_to_the_library(attributes: dict[str, object]) -> None:
    assert TreeMasks.of(_changed()) is not None
    assert TreeMasks.of(_changed(**attributes)) is None


def test_tables_beyond_the_memory_that_is_left_are_not_made() -> None:
    node = _changed()
    masks = TreeMasks.of(node)
    assert masks is not None
    assert TreeMasks.of(node, most_bytes=masks.n_bytes) is not None
    assert TreeMasks.of(node, most_bytes=masks.n_bytes - 1) is None


def test_sums_beyond_a_double_are_as_the_graph_has_them(recwarn: pytest.WarningsRecorder) -> None:
    rng = np.random.default_rng(0)
    trees = [replace(grown(4, rng=rng), leaves=np.full(4, 1.7e308)) for _ in range(2)]
    masks = masks_of(graph_of(trees, n_targets=1))
    assert masks is not None
    assert np.isposinf(masks.sums(rows(300, rng=rng))).all()
    assert not recwarn.list
