"""Reads what stands in a model's graph: its nodes in order, and its constants; takes nodes out.

Source of field numbers: onnx.proto of ONNX 1.17 (IR version 10).
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from modelyard.kit.protobuf.decoding import Field, fields_of, integers_of
from modelyard.kit.protobuf.encoding import bytes_field, number_field, text_field

Array = npt.NDArray[Any]

_GRAPH = 7
_NODE, _INITIALIZER, _INPUT = 1, 5, 11
_NODE_INPUT, _NODE_OUTPUT, _OP, _ATTRIBUTE = 1, 2, 4, 5
_NAME, _INTEGER, _TENSOR, _INTEGERS = 1, 3, 5, 8
_VALUE_NAME, _VALUE_TYPE, _TENSOR_TYPE, _ELEMENT_TYPE, _DOUBLE = 1, 2, 1, 1, 11
_DIMS, _ELEMENT, _TENSOR_NAME, _RAW = 1, 2, 8, 9
_DTYPES: Mapping[int, str] = MappingProxyType(
    {1: "<f4", 2: "|u1", 6: "<i4", 7: "<i8", 9: "|b1", 11: "<f8"}
)


@dataclass(frozen=True)
class Node:
    """One node of a graph.

    Attributes:
        inputs, outputs: names of values.
        attributes: integers, lists of integers and tensors as arrays; what is written in another
            way is left out.
    """

    op: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: Mapping[str, Array]


@dataclass(frozen=True)
class Graph:
    """A model's graph: nodes in the order in which they run, constants by name."""

    nodes: tuple[Node, ...]
    constants: Mapping[str, Array]


def read_graph(model: bytes) -> Graph:
    """Return the graph of a verified model.

    Raises:
        ValueError: if the bytes are no model.
    """
    nodes, constants = [], {}
    for each in fields_of(model):
        if each.number != _GRAPH:
            continue
        for part in fields_of(each.payload):
            if part.number == _NODE:
                nodes.append(_node(part.payload))
            elif part.number == _INITIALIZER:
                name, array = _tensor(part.payload)
                if array is not None:
                    constants[name] = array
    return Graph(tuple(nodes), constants)


def given(model: bytes, values: Collection[str]) -> bytes:
    """Return the model without the nodes that make some values of doubles: it is given them.

    Raises:
        ValueError: if the bytes are no model.
    """
    return b"".join(
        bytes_field(_GRAPH, _given(each.payload, values))
        if each.number == _GRAPH
        else each.encoded()
        for each in fields_of(model)
    )


def _given(graph: bytes, values: Collection[str]) -> bytes:
    kept = [
        each.encoded()
        for each in fields_of(graph)
        if each.number != _NODE or not _makes(each.payload, values)
    ]
    doubles = bytes_field(_TENSOR_TYPE, number_field(_ELEMENT_TYPE, _DOUBLE))
    taken = [text_field(_VALUE_NAME, each) + bytes_field(_VALUE_TYPE, doubles) for each in values]
    return b"".join(kept + [bytes_field(_INPUT, each) for each in taken])


def _makes(node: bytes, values: Collection[str]) -> bool:
    return any(each.number == _NODE_OUTPUT and each.text in values for each in fields_of(node))


def _node(message: bytes) -> Node:
    inputs, outputs, op, attributes = [], [], "", {}
    for each in fields_of(message):
        if each.number == _NODE_INPUT:
            inputs.append(each.text)
        elif each.number == _NODE_OUTPUT:
            outputs.append(each.text)
        elif each.number == _OP:
            op = each.text
        elif each.number == _ATTRIBUTE:
            attributes[_text_of(each.payload, _NAME)] = each.payload
    return Node(op, tuple(inputs), tuple(outputs), _Attributes(attributes))


@dataclass(frozen=True)
class _Attributes(Mapping[str, Array]):
    """Attributes that are read when they are asked for: those of a large forest take a second."""

    messages: Mapping[str, bytes]
    known: dict[str, Array | None] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Array:
        if name not in self.known:
            self.known[name] = _attribute(self.messages[name])
        value = self.known[name]
        if value is None:
            raise KeyError(name)
        return value

    def __iter__(self) -> Iterator[str]:
        return (name for name in self.messages if name in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _text_of(message: bytes, number: int) -> str:
    return next((each.text for each in fields_of(message) if each.number == number), "")


def _attribute(message: bytes) -> Array | None:
    """Return the value of an attribute; None for one that is written in another way."""
    value, integers = None, []
    for each in fields_of(message):
        if each.number == _INTEGER:
            value = np.array(each.value)
        elif each.number == _TENSOR:
            value = _tensor(each.payload)[1]
        elif each.number == _INTEGERS:
            integers.append(_integers(each))
    return np.concatenate(integers) if integers else value


def _tensor(message: bytes) -> tuple[str, Array | None]:
    """Return name and values; None for values that are not written as raw bytes."""
    name, shape, element, raw = "", [], 0, None
    for each in fields_of(message):
        if each.number == _DIMS:
            shape.append(_integers(each))
        elif each.number == _ELEMENT:
            element = each.value or 0
        elif each.number == _TENSOR_NAME:
            name = each.text
        elif each.number == _RAW:
            raw = each.payload
    if raw is None or element not in _DTYPES:
        return name, None
    values = np.frombuffer(raw, dtype=_DTYPES[element])
    return name, values.reshape(np.concatenate(shape) if shape else ())


def _integers(field: Field) -> npt.NDArray[np.int64]:
    """Return the integers of a repeated field, which may be packed or stand alone."""
    if field.value is not None:
        return np.array([field.value], dtype=np.uint64).view(np.int64)
    return integers_of(field.payload)
