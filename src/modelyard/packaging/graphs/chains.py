"""A chain of ONNX nodes, each taking what the one before made, and the model that it encodes to.

Source of field numbers and enumerations: onnx.proto of ONNX 1.17 (IR version 10).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from modelyard.packaging.graphs.encoding import (
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
_IR_VERSION = 10
_OPSETS = {"": 18, ML_DOMAIN: 5}

FLOAT, UINT8, INT64, DOUBLE = 1, 2, 7, 11
_ELEMENT_TYPES = {"float32": FLOAT, "uint8": UINT8, "int64": INT64, "float64": DOUBLE}
_ATTRIBUTE_INT, _ATTRIBUTE_TENSOR, _ATTRIBUTE_INTS = 2, 4, 7

Array = npt.NDArray[Any]
Attribute = int | Array


@dataclass(frozen=True)
class Link:
    """One node: `inputs` holds constants, and None where the chain's value goes."""

    op: str
    inputs: tuple[Array | None, ...]
    attributes: Mapping[str, Attribute]
    domain: str


@dataclass(frozen=True)
class Chain:
    """Nodes in the order in which they run, from `features` to `scores`."""

    links: tuple[Link, ...] = field(default=())

    def then(
        self, op: str, *inputs: Array | None, domain: str = "", **attributes: Attribute
    ) -> "Chain":
        """Return the chain with one more node.

        Args:
            op: operator of the standard domain, or of `domain`.
            inputs: constants, with None where the chain's value goes; without a None it goes first.
            domain: of the operator.
            attributes: an int; an int64 array for a list of integers; any other array for a tensor.
        """
        placed = inputs if any(each is None for each in inputs) else (None, *inputs)
        return Chain((*self.links, Link(op, placed, attributes, domain)))

    def to_model(self, *, n_features: int, n_outputs: int) -> bytes:
        """Return the model: `features` double (rows, n_features), `scores` double likewise."""
        nodes, constants = [], []
        here = INPUT
        for position, link in enumerate(self.links):
            there = OUTPUT if position == len(self.links) - 1 else f"value_{position}"
            names = []
            for place, constant in enumerate(link.inputs):
                names.append(here if constant is None else f"constant_{position}_{place}")
                if constant is not None:
                    constants.append(bytes_field(5, _tensor(constant, names[-1])))
            nodes.append(bytes_field(1, _node(link, names, there)))
            here = there
        graph = b"".join(
            [
                *nodes,
                text_field(2, "model"),
                *constants,
                bytes_field(11, _matrix(INPUT, n_features)),
                bytes_field(12, _matrix(OUTPUT, n_outputs)),
            ]
        )
        opsets = (text_field(1, name) + number_field(2, at) for name, at in _OPSETS.items())
        return b"".join(
            [
                number_field(1, _IR_VERSION),
                text_field(2, "modelyard"),
                bytes_field(7, graph),
                *(bytes_field(8, opset) for opset in opsets),
            ]
        )


def _node(link: Link, inputs: list[str], output: str) -> bytes:
    return b"".join(
        [
            *(text_field(1, name) for name in inputs),
            text_field(2, output),
            text_field(4, link.op),
            *(bytes_field(5, _attribute(*item)) for item in link.attributes.items()),
            text_field(7, link.domain),
        ]
    )


def _attribute(name: str, value: Attribute) -> bytes:
    if isinstance(value, int):
        return text_field(1, name) + number_field(3, value) + number_field(20, _ATTRIBUTE_INT)
    if value.dtype == np.int64:
        return text_field(1, name) + packed_field(8, value) + number_field(20, _ATTRIBUTE_INTS)
    tensor = bytes_field(5, _tensor(value, name))
    return text_field(1, name) + tensor + number_field(20, _ATTRIBUTE_TENSOR)


def _tensor(array: Array, name: str) -> bytes:
    # ONNX stores raw data in little-endian order on every machine.
    raw = array.astype(array.dtype.newbyteorder("<"), copy=False).tobytes()
    return b"".join(
        [
            packed_field(1, np.array(array.shape, dtype=np.int64)),
            number_field(2, _ELEMENT_TYPES[array.dtype.name]),
            text_field(8, name),
            bytes_field(9, raw),
        ]
    )


def _matrix(name: str, n_columns: int) -> bytes:
    rows = bytes_field(1, text_field(2, "rows"))
    columns = bytes_field(1, number_field(1, n_columns))
    shape = bytes_field(2, rows + columns)
    tensor_type = bytes_field(1, number_field(1, DOUBLE) + shape)
    return text_field(1, name) + bytes_field(2, tensor_type)
