"""Recognises in a graph the models whose Shapley values are exact: sums of trees, and the like.

Weighted sums of features, sums of trees, and means of such are known. What is recognised is the
part that makes raw scores; what follows must turn them into answers one by one, so that reasons for
a raw score are reasons for the answer. A graph of any other form has no structure here, and is
explained by asking the model.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from modelyard.domain.explanations import Scale
from modelyard.runtime.explaining.links import with_link
from modelyard.runtime.explaining.structures import Linear, Member, Mixture, Structure, Trees
from modelyard.runtime.graphs import Graph, Node

FloatArray = npt.NDArray[np.float64]

_BRANCH_LEQ = 0
_SUM = 1
_FLOAT32 = 1


def structure_of(graph: Graph, *, n_outputs: int) -> Structure | Mixture | None:
    """Return the structure of a graph, or None where it is of another form.

    Args:
        graph: of a model that answers (n, n_outputs) scores.
        n_outputs: labels, or 1 for regression.
    """
    chain = _chain(graph, "scores")
    if chain is None:
        return _mixture(graph, n_outputs)
    return _structure(chain, n_outputs)


def _structure(graph: Graph, n_outputs: int) -> Structure | None:
    if not graph.nodes:
        return None
    for read in (_linear, _sum_of_trees, _mean_of_trees):
        found = read(graph)
        if found is not None:
            structure, rest = found
            return with_link(structure, rest, constants=graph.constants, n_outputs=n_outputs)
    return None


def _chain(graph: Graph, end: str) -> Graph | None:
    """Return the nodes from the features to a value; None where one takes more than the last made.

    Each takes what the one before made, and constants, and nothing else.
    """
    made = {name: node for node in graph.nodes for name in node.outputs}
    nodes, here = [], end
    while here != "features":
        node = made.get(here)
        given = [name for name in node.inputs if name not in graph.constants] if node else []
        if node is None or len(given) != 1:
            return None
        nodes.append(node)
        here = given[0]
    return Graph(tuple(reversed(nodes)), graph.constants)


def _mixture(graph: Graph, n_outputs: int) -> Mixture | None:
    """Return the members that are laid side by side and multiplied by one matrix of weights."""
    if [node.op for node in graph.nodes[-2:]] != ["Concat", "MatMul"]:
        return None
    beside, product = graph.nodes[-2:]
    places = graph.constants.get(product.inputs[1])
    weights = None if places is None else _weights(places, n_outputs)
    if weights is None or len(weights) != len(beside.inputs):
        return None
    members = []
    # Blending gives members that do not help a weight of zero.
    weighing = [each for each in zip(beside.inputs, weights, strict=True) if each[1] != 0]
    for name, weight in weighing:
        member = _member(graph, name, n_outputs=n_outputs, weight=weight)
        if member is None:
            return None
        members.append(member)
    scales = {member.structure.scale for member in members}
    if len(scales) != 1 or Scale.LOG_ODDS in scales:
        return None
    return Mixture(tuple(members), scales.pop())


def _weights(places: FloatArray, n_outputs: int) -> list[float] | None:
    """Return the weight of each member; None where their scores are mixed in another way."""
    weights = places[::n_outputs, 0]
    plain = np.kron(weights[:, None], np.eye(n_outputs))
    return weights.tolist() if np.array_equal(places, plain) else None


def _member(graph: Graph, end: str, *, n_outputs: int, weight: float) -> Member | None:
    chain = _chain(graph, end)
    if chain is None or len(chain.nodes) < 2 or chain.nodes[0].op != "Gather":
        return None
    first, *rest = chain.nodes
    structure = _structure(Graph(tuple(rest), graph.constants), n_outputs)
    columns = graph.constants.get(first.inputs[1])
    if structure is None or columns is None:
        return None
    return Member(structure, columns, weight)


def _linear(graph: Graph) -> tuple[Structure, Sequence[Node]] | None:
    first, *rest = graph.nodes
    if first.op != "Gemm" or first.attributes:
        return None
    weights = [graph.constants[name] for name in first.inputs if name in graph.constants]
    if len(weights) != 2:
        return None
    coefficients, intercepts = weights
    return Linear(coefficients, intercepts.reshape(-1), Scale.VALUE), rest


def _sum_of_trees(graph: Graph) -> tuple[Structure, Sequence[Node]] | None:
    first, *rest = graph.nodes
    if first.op != "TreeEnsemble" or not _is_plain(first):
        return None
    given = first.attributes
    leaves = np.zeros((len(given["leaf_weights"]), int(given["n_targets"])))
    leaves[np.arange(len(leaves)), given["leaf_targetids"]] = given["leaf_weights"]
    return _trees(given, leaves), rest


def _mean_of_trees(graph: Graph) -> tuple[Structure, Sequence[Node]] | None:
    ops = ["Cast", "TreeEnsemble", "Cast", "Gather", "ReduceSum", "Div"]
    nodes = graph.nodes
    if [node.op for node in nodes[: len(ops)]] != ops or not _is_plain(nodes[1]):
        return None
    if int(nodes[0].attributes["to"]) != _FLOAT32:
        return None
    given = nodes[1].attributes
    rows = graph.constants[nodes[3].inputs[0]]
    n_trees = float(graph.constants[nodes[5].inputs[1]].reshape(-1)[0])
    leaves = rows[given["leaf_weights"].astype(np.int64)] / n_trees
    return _trees(given, leaves), nodes[len(ops) :]


def _is_plain(node: Node) -> bool:
    given = node.attributes
    modes = np.asarray(given.get("nodes_modes", _BRANCH_LEQ))
    return bool((modes == _BRANCH_LEQ).all()) and int(given["aggregate_function"]) == _SUM


def _trees(given: Mapping[str, Any], leaves: FloatArray) -> Trees:
    n_splits = len(given["nodes_featureids"])
    parent = np.full(n_splits + len(leaves), -1, dtype=np.int64)
    is_left = np.zeros(len(parent), dtype=np.bool_)
    for side, ids, is_leaf in (
        (False, given["nodes_falsenodeids"], given["nodes_falseleafs"]),
        (True, given["nodes_truenodeids"], given["nodes_trueleafs"]),
    ):
        below = np.where(is_leaf.astype(np.bool_), ids + n_splits, ids)
        parent[below] = np.arange(n_splits)
        is_left[below] = side
    # A tree of one leaf is written as a split both of whose ways lead to it.
    is_single = given["nodes_truenodeids"] == given["nodes_falsenodeids"]
    is_single &= (given["nodes_trueleafs"] & given["nodes_falseleafs"]).astype(np.bool_)
    single = given["nodes_truenodeids"][is_single]
    parent[single + n_splits] = -1
    return Trees(
        feature=given["nodes_featureids"],
        threshold=given["nodes_splits"],
        missing_left=given["nodes_missing_value_tracks_true"].astype(np.bool_),
        parent=parent,
        is_left=is_left,
        leaves=leaves,
        start=leaves[single].sum(axis=0),
        scale=Scale.VALUE,
    )
