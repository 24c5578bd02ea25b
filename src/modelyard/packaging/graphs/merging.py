"""Joins the graphs of an ensemble to one: members side by side, then what combines their scores.

Graphs are joined as bytes, so that whatever a library wrote takes part, as long as it keeps to the
contract: `features` in, `scores` out. A member's values get its prefix; its nodes and constants are
copied as they are.

Source of field numbers: onnx.proto of ONNX 1.17 (IR version 10).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from modelyard.kit.protobuf.decoding import Field, fields_of
from modelyard.kit.protobuf.encoding import bytes_field, text_field
from modelyard.packaging.graphs.messages import INPUT, OUTPUT, Versions, model, node, tensor

_IR_VERSION, _GRAPH, _OPSET, _TRAINING, _FUNCTION = 1, 7, 8, 20, 25
_NODE, _INITIALIZER, _INPUT, _OUTPUT, _VALUE_INFO, _SPARSE = 1, 5, 11, 12, 13, 15
_VALUE_NAME = 1
_NODE_INPUT, _NODE_OUTPUT, _NODE_NAME, _ATTRIBUTE = 1, 2, 3, 5
_SUBGRAPH, _SUBGRAPHS = 6, 11
_TENSOR_NAME, _EXTERNAL_DATA = 8, 13
_DOMAIN, _VERSION = 1, 2


@dataclass(frozen=True)
class GraphPart:
    """One member's model.

    Attributes:
        model: with the input `features` and the output `scores`.
        columns: which columns of the ensemble's features are the member's, in its order.
    """

    model: bytes
    columns: npt.NDArray[np.int64]


@dataclass
class Joined:
    """What has been joined so far: nodes, constants, and for which operators they are written."""

    nodes: list[bytes] = field(default_factory=list)
    constants: list[bytes] = field(default_factory=list)
    opsets: dict[str, int] = field(default_factory=dict)
    ir_version: int = 0


def merge(parts: Sequence[GraphPart], combiner: bytes, *, n_features: int, n_outputs: int) -> bytes:
    """Return one model: features to the members' scores, these to the combiner's scores.

    Args:
        parts: the members, in the order in which the combiner takes their scores.
        combiner: takes the members' scores side by side.
        n_features: columns of the ensemble's features.
        n_outputs: columns of the result.

    Raises:
        ValueError: if a graph is not of the contract, or is written for other operator sets than
            those before it.
    """
    joined = Joined()
    scores = []
    for number, part in enumerate(parts):
        prefix = f"member_{number}/"
        chosen, ours, theirs = f"{prefix}columns", f"{prefix}{INPUT}", f"{prefix}{OUTPUT}"
        joined.constants.append(tensor(part.columns, chosen))
        joined.nodes.append(node("Gather", [INPUT, chosen], output=ours, attributes={"axis": 1}))
        join(joined, part.model, prefix=prefix, known={INPUT: ours, OUTPUT: theirs})
        scores.append(theirs)
    joined.nodes.append(node("Concat", scores, output="member_scores", attributes={"axis": 1}))
    join(joined, combiner, prefix="combiner/", known={INPUT: "member_scores", OUTPUT: OUTPUT})
    return model(
        joined.nodes,
        joined.constants,
        n_features=n_features,
        n_outputs=n_outputs,
        versions=Versions(joined.ir_version, joined.opsets),
    )


def join(joined: Joined, content: bytes, *, prefix: str, known: Mapping[str, str]) -> None:
    """Add a model's nodes and constants under new names.

    Args:
        joined: what they are added to.
        content: the model as its library wrote it.
        prefix: of every value that is not known.
        known: names of the model's input and output in the joined graph.
    """
    graph = b""
    for each in fields_of(content):
        if each.number in {_TRAINING, _FUNCTION}:
            raise ValueError("a member's model holds functions or what trains it")
        if each.number == _IR_VERSION:
            joined.ir_version = max(joined.ir_version, each.value or 0)
        elif each.number == _OPSET:
            _agree(joined.opsets, each.payload)
        elif each.number == _GRAPH:
            graph = each.payload
    _require_contract(graph)
    for each in fields_of(graph):
        if each.number == _NODE:
            joined.nodes.append(_renamed_node(each.payload, prefix, known))
        elif each.number == _INITIALIZER:
            joined.constants.append(_renamed_tensor(each.payload, prefix, known))


def _agree(opsets: dict[str, int], payload: bytes) -> None:
    found = {each.number: each for each in fields_of(payload)}
    domain = found[_DOMAIN].text if _DOMAIN in found else ""
    version = (found[_VERSION].value or 0) if _VERSION in found else 0
    domain = "" if domain == "ai.onnx" else domain
    if opsets.setdefault(domain, version) != version:
        raise ValueError(
            f"members are written for versions {opsets[domain]} and {version} of the operators "
            f"'{domain or 'ai.onnx'}'"
        )


def _require_contract(graph: bytes) -> None:
    constants, inputs, outputs = set(), [], []
    for each in fields_of(graph):
        if each.number == _SPARSE:
            raise ValueError("a member's graph holds sparse constants")
        if each.number == _INITIALIZER:
            constants.add(_name_of(each.payload, _TENSOR_NAME))
        elif each.number == _INPUT:
            inputs.append(_name_of(each.payload, _VALUE_NAME))
        elif each.number == _OUTPUT:
            outputs.append(_name_of(each.payload, _VALUE_NAME))
    # Before IR version 4 constants stood among the inputs as well.
    taken = [name for name in inputs if name not in constants]
    if taken != [INPUT] or outputs != [OUTPUT]:
        raise ValueError(f"a member's graph takes {taken} and gives {outputs}")


def _name_of(message: bytes, number: int) -> str:
    return next((each.text for each in fields_of(message) if each.number == number), "")


def _renamed_node(message: bytes, prefix: str, known: Mapping[str, str]) -> bytes:
    parts = []
    for each in fields_of(message):
        if each.number in {_NODE_INPUT, _NODE_OUTPUT, _NODE_NAME}:
            parts.append(_renamed(each, prefix, known))
        elif each.number == _ATTRIBUTE:
            parts.append(bytes_field(_ATTRIBUTE, _renamed_attribute(each.payload, prefix, known)))
        else:
            parts.append(each.encoded())
    return b"".join(parts)


def _renamed_attribute(message: bytes, prefix: str, known: Mapping[str, str]) -> bytes:
    return b"".join(
        bytes_field(each.number, _renamed_subgraph(each.payload, prefix, known))
        if each.number in {_SUBGRAPH, _SUBGRAPHS}
        else each.encoded()
        for each in fields_of(message)
    )


def _renamed_subgraph(message: bytes, prefix: str, known: Mapping[str, str]) -> bytes:
    """Rename a graph inside a node; it may take values from around it, so that names stay alike."""
    parts = []
    for each in fields_of(message):
        content = each.encoded()
        if each.number == _NODE:
            content = bytes_field(_NODE, _renamed_node(each.payload, prefix, known))
        elif each.number == _INITIALIZER:
            content = bytes_field(_INITIALIZER, _renamed_tensor(each.payload, prefix, known))
        elif each.number in {_INPUT, _OUTPUT, _VALUE_INFO}:
            content = bytes_field(each.number, _renamed_value(each.payload, prefix, known))
        elif each.number == _SPARSE:
            raise ValueError("a member's graph holds sparse constants")
        parts.append(content)
    return b"".join(parts)


def _renamed_tensor(message: bytes, prefix: str, known: Mapping[str, str]) -> bytes:
    parts = []
    for each in fields_of(message):
        if each.number == _EXTERNAL_DATA:
            raise ValueError("a member's graph keeps a constant in another file")
        is_name = each.number == _TENSOR_NAME
        parts.append(_renamed(each, prefix, known) if is_name else each.encoded())
    return b"".join(parts)


def _renamed_value(message: bytes, prefix: str, known: Mapping[str, str]) -> bytes:
    return b"".join(
        _renamed(each, prefix, known) if each.number == _VALUE_NAME else each.encoded()
        for each in fields_of(message)
    )


def _renamed(name: Field, prefix: str, known: Mapping[str, str]) -> bytes:
    # An optional input that is left out has an empty name, and keeps it.
    fresh = known.get(name.text, f"{prefix}{name.text}") if name.text else ""
    return text_field(name.number, fresh)
