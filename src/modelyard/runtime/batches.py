"""Answers many rows of a graph at once: its trees by masks, the rest as it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from modelyard.runtime.graphs import Graph, Node, given, read_graph
from modelyard.runtime.tree_masks import TreeMasks
from modelyard.runtime.tree_shapes import IntArray

_TREES, _FEATURES = "TreeEnsemble", "features"
# That tables and leaves of a graph may take together, and that the rest may have, which is opened
# beside the whole: a server keeps both.
_MOST_BYTES, _MOST_REST_BYTES = 64_000_000, 32_000_000


@dataclass(frozen=True)
class BatchForm:
    """A graph whose trees are taken out of it.

    Attributes:
        trees: by the name of the value that they make.
        rest: the graph without them, which is given these values.
    """

    trees: Mapping[str, TreeMasks]
    rest: bytes

    @classmethod
    def of(cls, content: bytes) -> Self | None:
        """Return this form of a graph, None where no trees of it gain by that.

        Raises:
            ValueError: if the bytes are no model.
        """
        if _TREES.encode() not in content:
            return None
        graph = read_graph(content)
        trees = _masks(graph)
        rest = given(content, trees) if trees else b""
        return cls(trees, rest) if trees and len(rest) <= _MOST_REST_BYTES else None

    def sums(self, features: npt.NDArray[np.float64]) -> dict[str, Any]:
        """Return what the rest is given for (n, k) features: (n, targets) of each of the trees."""
        return {name: masks.sums(features) for name, masks in self.trees.items()}


def _masks(graph: Graph) -> dict[str, TreeMasks]:
    """Return the trees that look at columns of the features, by the name of what they make."""
    columns: dict[str, IntArray | None] = {_FEATURES: None}
    found: dict[str, TreeMasks] = {}
    for node in graph.nodes:
        source = node.inputs[0] if node.inputs else ""
        if source not in columns:
            continue
        before = columns[source]
        if node.op == _TREES:
            left = _MOST_BYTES - sum(each.n_bytes for each in found.values())
            masks = TreeMasks.of(node, before, most_bytes=left)
            if masks is not None:
                found[node.outputs[0]] = masks
        elif node.op == "Gather" and node.inputs[1] in graph.constants and _axis(node) == 1:
            chosen = graph.constants[node.inputs[1]]
            columns[node.outputs[0]] = chosen if before is None else before[chosen]
    return found


def _axis(node: Node) -> int:
    return int(node.attributes.get("axis", np.array(0)))
