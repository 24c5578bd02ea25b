"""The messages of an ONNX model as bytes: nodes, constants, and the model around them.

Source of field numbers and enumerations: onnx.proto of ONNX 1.17 (IR version 10).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from modelyard.kit.protobuf.encoding import (
    bytes_field,
    number_field,
    packed_field,
    text_field,
)

ML_DOMAIN = "ai.onnx.ml"
INPUT = "features"
OUTPUT = "scores"

# IR 10 and these operator sets are read by ONNX Runtime 1.21 and later; TreeEnsemble in double
# came with ai.onnx.ml 5.
IR_VERSION = 10
OPSETS = {"": 18, ML_DOMAIN: 5}

FLOAT, UINT8, INT8, INT32, INT64, STRING, BOOL, DOUBLE = 1, 2, 3, 6, 7, 8, 9, 11
_ELEMENT_TYPES = {
    "float32": FLOAT,
    "uint8": UINT8,
    "int8": INT8,
    "int32": INT32,
    "int64": INT64,
    "object": STRING,
    "bool": BOOL,
    "float64": DOUBLE,
}
_ATTRIBUTE_INT, _ATTRIBUTE_TENSOR, _ATTRIBUTE_GRAPH, _ATTRIBUTE_INTS = 2, 4, 5, 7
_ATTRIBUTE_STRING, _ATTRIBUTE_STRINGS = 3, 8

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Subgraph:
    """A graph inside a node; it takes one tensor of doubles and gives one, and no other value."""

    nodes: Sequence[bytes]
    constants: Sequence[bytes]
    taken: str
    given: str


Attribute = int | str | Array | Subgraph


def node(
    op: str,
    inputs: Sequence[str],
    *,
    output: str | Sequence[str],
    attributes: Mapping[str, Attribute],
    domain: str = "",
) -> bytes:
    """Return a node.

    Args:
        op: operator of the standard domain, or of `domain`.
        inputs: names of the values that it takes.
        output: name of the value that it makes, or of each of them.
        attributes: an int; a text; an int64 array for a list of integers; an array of objects for
            a list of texts; any other array for a tensor; a subgraph.
        domain: of the operator.
    """
    outputs = (output,) if isinstance(output, str) else output
    return b"".join(
        [
            *(text_field(1, name) for name in inputs),
            *(text_field(2, name) for name in outputs),
            text_field(4, op),
            *(bytes_field(5, _attribute(*item)) for item in attributes.items()),
            text_field(7, domain),
        ]
    )


def tensor(array: Array, name: str) -> bytes:
    """Return an array as a constant; one of objects holds texts."""
    kind = number_field(2, _ELEMENT_TYPES[array.dtype.name])
    shape = packed_field(1, np.array(array.shape, dtype=np.int64))
    if array.dtype == object:
        texts = b"".join(text_field(6, each) for each in array.ravel().tolist())
        return shape + kind + texts + text_field(8, name)
    # ONNX stores raw data in little-endian order on every machine.
    raw = array.astype(array.dtype.newbyteorder("<"), copy=False).tobytes()
    return shape + kind + text_field(8, name) + bytes_field(9, raw)


@dataclass(frozen=True)
class Port:
    """An input or output of a model, a row for each row of the table.

    Attributes:
        element_type: of the values.
        n_columns: None where there is one value a row and no second dimension; sizes of all further
            dimensions where there are more, as of pictures.
    """

    name: str
    element_type: int
    n_columns: int | tuple[int, ...] | None


@dataclass(frozen=True)
class Versions:
    """Of the format, and by domain of the operators, that a graph is written for."""

    ir_version: int = IR_VERSION
    opsets: Mapping[str, int] = field(default_factory=lambda: OPSETS)


OURS = Versions()


def model(
    nodes: Sequence[bytes],
    constants: Sequence[bytes],
    *,
    n_features: int,
    n_outputs: int,
    versions: Versions = OURS,
) -> bytes:
    """Return the model: `features` double (rows, n_features), `scores` double likewise."""
    return model_of(
        nodes,
        constants,
        inputs=(Port(INPUT, DOUBLE, n_features),),
        outputs=(Port(OUTPUT, DOUBLE, n_outputs),),
        versions=versions,
    )


def model_of(
    nodes: Sequence[bytes],
    constants: Sequence[bytes],
    *,
    inputs: Sequence[Port],
    outputs: Sequence[Port],
    versions: Versions = OURS,
    facts: Mapping[str, str] | None = None,
) -> bytes:
    """Return a model; `facts` are texts that it carries along."""
    graph = b"".join(
        [
            *(bytes_field(1, each) for each in nodes),
            text_field(2, "model"),
            *(bytes_field(5, each) for each in constants),
            *(bytes_field(11, _port(each)) for each in inputs),
            *(bytes_field(12, _port(each)) for each in outputs),
        ]
    )
    operators = (text_field(1, name) + number_field(2, at) for name, at in versions.opsets.items())
    carried = (text_field(1, name) + text_field(2, text) for name, text in (facts or {}).items())
    return b"".join(
        [
            number_field(1, versions.ir_version),
            text_field(2, "modelyard"),
            bytes_field(7, graph),
            *(bytes_field(8, each) for each in operators),
            *(bytes_field(14, fact) for fact in carried),
        ]
    )


def _attribute(name: str, value: Attribute) -> bytes:
    if isinstance(value, int):
        return text_field(1, name) + number_field(3, value) + number_field(20, _ATTRIBUTE_INT)
    if isinstance(value, str):
        return text_field(1, name) + text_field(4, value) + number_field(20, _ATTRIBUTE_STRING)
    if isinstance(value, Subgraph):
        held = bytes_field(6, _subgraph(value))
        return text_field(1, name) + held + number_field(20, _ATTRIBUTE_GRAPH)
    if value.dtype == np.int64:
        return text_field(1, name) + packed_field(8, value) + number_field(20, _ATTRIBUTE_INTS)
    if value.dtype == object:
        texts = b"".join(text_field(9, each) for each in value.tolist())
        return text_field(1, name) + texts + number_field(20, _ATTRIBUTE_STRINGS)
    held = bytes_field(5, tensor(value, name))
    return text_field(1, name) + held + number_field(20, _ATTRIBUTE_TENSOR)


def _subgraph(graph: Subgraph) -> bytes:
    doubles = bytes_field(2, bytes_field(1, number_field(1, DOUBLE)))
    return b"".join(
        [
            *(bytes_field(1, each) for each in graph.nodes),
            text_field(2, "inside"),
            *(bytes_field(5, each) for each in graph.constants),
            bytes_field(11, text_field(1, graph.taken) + doubles),
            bytes_field(12, text_field(1, graph.given) + doubles),
        ]
    )


def _port(port: Port) -> bytes:
    dimensions = [text_field(2, "rows")]
    sizes = (port.n_columns,) if isinstance(port.n_columns, int) else port.n_columns or ()
    dimensions += [number_field(1, size) for size in sizes]
    shape = bytes_field(2, b"".join(bytes_field(1, each) for each in dimensions))
    tensor_type = bytes_field(1, number_field(1, port.element_type) + shape)
    return text_field(1, port.name) + bytes_field(2, tensor_type)
