"""Chains of ONNX nodes, which may take from one another, and the model that they encode to."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from modelyard.packaging.graphs.messages import (
    DOUBLE,
    FLOAT,
    INPUT,
    INT64,
    ML_DOMAIN,
    OUTPUT,
    Array,
    Attribute,
    Subgraph,
    model,
    node,
    tensor,
)

__all__ = [
    "DOUBLE",
    "FLOAT",
    "INPUT",
    "INT64",
    "ML_DOMAIN",
    "OUTPUT",
    "Chain",
    "Link",
    "encoded",
    "in_order",
]


@dataclass(frozen=True)
class Body:
    """A graph inside a node: what `Scan` does with each block, which are its features."""

    chain: "Chain"


@dataclass(frozen=True)
class Link:
    """One node: its inputs are constants and the values of chains.

    Attributes:
        output: which of the node's outputs is the value that it makes.
        n_outputs: of the node, where those behind it must be declared as well.
    """

    op: str
    inputs: tuple["Array | Chain", ...]
    attributes: Mapping[str, Attribute | Body]
    domain: str
    output: int
    n_outputs: int = 1


@dataclass(frozen=True, eq=False)
class Chain:
    """A value and the nodes that make it.

    Several nodes may take one value: it is computed once.

    Attributes:
        link: the node that makes it; None for an input of the model.
        taken: name of that input.
    """

    link: Link | None = None
    taken: str = INPUT

    def then(
        self,
        op: str,
        *inputs: "Array | Chain | None",
        domain: str = "",
        output: int = 0,
        n_outputs: int = 1,
        **attributes: Attribute | Body,
    ) -> "Chain":
        """Return the chain with one more node.

        Args:
            op: operator of the standard domain, or of `domain`.
            inputs: constants and the values of other chains, with None where this chain's value
                goes; without a None it goes first.
            domain: of the operator.
            output: which of the operator's outputs is wanted.
            n_outputs: that the operator must have.
            attributes: an int; a text; an int64 array for a list of integers; any other array for a
                tensor; a body for a graph.
        """
        placed = inputs if any(each is None for each in inputs) else (None, *inputs)
        taken = tuple(self if each is None else each for each in placed)
        return Chain(Link(op, taken, attributes, domain, output, n_outputs))

    def to_model(self, *, n_features: int, n_outputs: int) -> bytes:
        """Return the model: `features` double (rows, n_features), `scores` double likewise."""
        nodes, constants = encoded({OUTPUT: self})
        return model(nodes, constants, n_features=n_features, n_outputs=n_outputs)


def encoded(
    outputs: Mapping[str, Chain], *, prefix: str = "", around: str = ""
) -> tuple[list[bytes], list[bytes]]:
    """Return the nodes and the constants that make values.

    Args:
        outputs: name to value, which is made by a node, another one for each.
        prefix: of every other value that is made.
        around: what is put before the names of inputs; a graph inside another needs its own.
    """
    links = in_order(outputs.values())
    names = {id(link): f"{prefix}value_{at}" for at, link in enumerate(links)}
    names |= {id(chain.link): name for name, chain in outputs.items()}
    nodes, constants = [], []
    for position, link in enumerate(links):
        taken = []
        for place, source in enumerate(link.inputs):
            if isinstance(source, Chain):
                is_made = source.link is not None
                taken.append(names[id(source.link)] if is_made else around + source.taken)
            else:
                taken.append(f"{prefix}constant_{position}_{place}")
                constants.append(tensor(source, taken[-1]))
        inside = f"{prefix}inside_{position}_"
        nodes.append(_node(link, taken, names[id(link)], inside=inside))
    return nodes, constants


def _node(link: Link, taken: list[str], made: str, *, inside: str) -> bytes:
    attributes: dict[str, Attribute] = {}
    for name, value in link.attributes.items():
        if isinstance(value, Body):
            given = {inside + OUTPUT: value.chain}
            nodes, constants = encoded(given, prefix=inside, around=inside)
            attributes[name] = Subgraph(nodes, constants, inside + INPUT, inside + OUTPUT)
        else:
            attributes[name] = value
    outputs = [f"{inside}passed_{at}" for at in range(max(link.n_outputs, link.output + 1))]
    outputs[link.output] = made
    return node(link.op, taken, output=outputs, attributes=attributes, domain=link.domain)


def in_order(chains: Iterable[Chain]) -> list[Link]:
    """Return every node that the values need, each once and after those that it takes from."""
    placed: dict[int, Link] = {}
    waiting = [chain.link for chain in chains]
    while waiting:
        link = waiting[-1]
        lacking = [
            source.link
            for source in (link.inputs if link else ())
            if isinstance(source, Chain) and source.link and id(source.link) not in placed
        ]
        if lacking:
            waiting.extend(lacking)
            continue
        waiting.pop()
        if link:
            placed.setdefault(id(link), link)
    return list(placed.values())
