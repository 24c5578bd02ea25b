"""Reads requests of the Open Inference Protocol: tensors, in JSON or in bytes, as columns.

What could be meant in two ways is refused: a name that comes twice, cells that their datatype
cannot hold, bytes that no tensor takes.
"""

from collections.abc import Mapping, Sequence
from itertools import chain
from math import prod
from typing import Any

import numpy as np

from modelyard.domain.errors import MalformedBody
from modelyard.serving.batches import ColumnLists
from modelyard.serving.exchanges import Request
from modelyard.wire.jsons import read_json, refuse

HEADER_LENGTH = b"inference-header-content-length"
# Of the length of the longest body that a server takes, 2 GB.
_MOST_DIGITS = 10

# Datatypes of the protocol to those of numpy; BYTES are texts.
_NUMBERS = {
    "BOOL": "?",
    "UINT8": "<u1",
    "UINT16": "<u2",
    "UINT32": "<u4",
    "UINT64": "<u8",
    "INT8": "<i1",
    "INT16": "<i2",
    "INT32": "<i4",
    "INT64": "<i8",
    "FP16": "<f2",
    "FP32": "<f4",
    "FP64": "<f8",
}
DATATYPES = (*_NUMBERS, "BYTES")
FIX = 'Send {"inputs": [{"name", "shape", "datatype", "data"}]}, a tensor for each column.'
_FIX_BYTES = "Send the bytes of the tensors behind the JSON, in their order."
_FIX_DATATYPE = "Name the datatype of the cells that are sent; BYTES holds any as it is written."


def read_tensors(request: Request, names: Sequence[str]) -> tuple[dict[str, Any], ColumnLists]:
    """Return what is asked beside the tensors, and the tensors as columns.

    Args:
        request: one inference request.
        names: of the columns that the model takes, in their order.

    Raises:
        MalformedBody: if the request is of another form, or says one thing in two ways.
    """
    header, tail = _parts(request)
    asked = read_json(header)
    if type(asked) is not dict or type(asked.get("inputs")) is not list or not asked["inputs"]:
        refuse("$.inputs", expected="a list of tensors", came=_inputs_of(asked), fix=FIX)
    if not isinstance(asked.get("id", ""), str):
        refuse("$.id", expected="a text", came=asked["id"], fix=FIX)
    tensors = asked["inputs"]
    columns: dict[str, list[Any]] = {}
    for at, tensor in enumerate(tensors):
        path = f"$.inputs[{at}]"
        cells, tail = _cells(tensor, tail, path=path)
        if _is_column(tensor):
            _require_new(tensor["name"], columns, path=f"{path}.name")
            columns[tensor["name"]] = cells
        else:
            columns = _every_column(tensor, cells, names=names, n_tensors=len(tensors), path=path)
    if tail:
        expected = f"tensors that take every byte behind the JSON, not all but {len(tail)}"
        refuse("$.inputs", expected=expected, came=tensors, fix=_FIX_BYTES)
    return asked, _of_equal_length(columns)


def _parts(request: Request) -> tuple[bytes, bytes]:
    """Return the JSON of a body, and the bytes of the tensors behind it."""
    body, length = request.body, request.headers.get(HEADER_LENGTH)
    if length is None:
        return body, b""
    # A number with more digits than this is longer than any body, and int() refuses very long ones.
    if not length.isdigit() or len(length) > _MOST_DIGITS or int(length) > len(body):
        raise MalformedBody(
            "Inference-Header-Content-Length must be the length of the JSON in front of the "
            f"tensors, at most {len(body)}.",
            fix="Leave it out for a body of JSON alone.",
        )
    return body[: int(length)], body[int(length) :]


def _inputs_of(asked: Any) -> Any:
    return asked.get("inputs") if type(asked) is dict else None


def _cells(tensor: Any, tail: bytes, *, path: str) -> tuple[list[Any], bytes]:
    """Return the cells of one tensor, and the bytes that are left for the next ones."""
    if type(tensor) is not dict:
        refuse(path, expected="a tensor", came=tensor, fix=FIX)
    if type(tensor.get("name")) is not str:
        refuse(f"{path}.name", expected="a text", came=tensor.get("name"), fix=FIX)
    shape, datatype = tensor.get("shape"), tensor.get("datatype")
    if type(shape) is not list or not 1 <= len(shape) <= 2 or not all(map(_is_size, shape)):
        refuse(f"{path}.shape", expected="[rows] or [rows, columns]", came=shape, fix=FIX)
    if datatype not in DATATYPES:
        refuse(
            f"{path}.datatype", expected=f"one of {', '.join(DATATYPES)}", came=datatype, fix=FIX
        )
    parameters = tensor.get("parameters")
    size = parameters.get("binary_data_size") if type(parameters) is dict else None
    if size is None:
        width = shape[1] if len(shape) == 2 else 1
        cells = _flat(tensor.get("data"), width, path=f"{path}.data")
        _require_datatype(cells, datatype, path=f"{path}.data")
    else:
        if not _is_size(size) or size > len(tail):
            expected = f"the size of this tensor, at most the {len(tail)} bytes that are left"
            place = f"{path}.parameters.binary_data_size"
            refuse(place, expected=expected, came=size, fix=_FIX_BYTES)
        cells, tail = _of_bytes(tail[:size], datatype, path=path), tail[size:]
    if len(cells) != prod(shape):
        expected = f"{prod(shape)} cells as its shape says, not {len(cells)}"
        refuse(f"{path}.data", expected=expected, came=cells, fix=FIX)
    return cells, tail


def _is_size(value: Any) -> bool:
    return type(value) is int and 0 <= value < 2**31


def _flat(data: Any, width: int, *, path: str) -> list[Any]:
    """Return the cells of a tensor in JSON, which may be nested as its shape is."""
    if type(data) is not list:
        refuse(path, expected="a list of cells", came=data, fix=FIX)
    if not any(type(each) is list for each in data):
        return data
    for at, each in enumerate(data):
        if type(each) is not list or len(each) != width:
            expected = f"a list of {width} cells as the shape says"
            refuse(f"{path}[{at}]", expected=expected, came=each, fix=FIX)
    return list(chain.from_iterable(data))


def _require_datatype(cells: list[Any], datatype: str, *, path: str) -> None:
    """Refuse cells in JSON that their datatype cannot hold; null is a missing value of any."""
    # BYTES are whatever is written.
    if datatype == "BYTES":
        return
    is_whole = "INT" in datatype
    kinds: set[type] = {bool} if datatype == "BOOL" else {int} if is_whole else {int, float}
    if not set(map(type, cells)) <= kinds | {type(None)}:
        at = next(at for at, each in enumerate(cells) if type(each) not in kinds | {type(None)})
        expected = f"{'a whole number of ' if is_whole else ''}{datatype}"
        refuse(f"{path}[{at}]", expected=expected, came=cells[at], fix=_FIX_DATATYPE)
    numbers = [cell for cell in cells if cell is not None]
    if is_whole and numbers:
        ends, low, high = np.iinfo(_NUMBERS[datatype]), min(numbers), max(numbers)
        if low < int(ends.min) or high > int(ends.max):
            expected = f"{datatype}, {ends.min} to {ends.max}, not {low} to {high}"
            refuse(path, expected=expected, came=cells, fix=_FIX_DATATYPE)


def _of_bytes(content: bytes, datatype: str, *, path: str) -> list[Any]:
    """Return the cells of a tensor in bytes; a text stands behind its length in four bytes."""
    if datatype != "BYTES":
        kind = np.dtype(_NUMBERS[datatype])
        if len(content) % kind.itemsize:
            expected = f"cells of {kind.itemsize} bytes, not {len(content)} bytes"
            refuse(path, expected=expected, came="", fix=FIX)
        cells: list[Any] = np.frombuffer(content, dtype=kind).tolist()
        return cells
    texts, at = [], 0
    while at < len(content):
        end = at + 4 + int.from_bytes(content[at : at + 4], "little")
        if end > len(content) or at + 4 > len(content):
            refuse(path, expected="texts behind their lengths", came="", fix=FIX)
        try:
            texts.append(content[at + 4 : end].decode())
        except UnicodeDecodeError as error:
            raise MalformedBody(f"{path} must hold UTF-8: {error}.", fix=FIX, path=path) from error
        at = end
    return texts


def _is_column(tensor: dict[str, Any]) -> bool:
    shape = tensor["shape"]
    return len(shape) == 1 or shape[1] == 1


def _require_new(name: str, columns: Mapping[str, Any], *, path: str) -> None:
    if name in columns:
        raise MalformedBody(
            f"{path}: two tensors are named '{name[:60]}'.", fix="Send each once.", path=path
        )


def _every_column(
    tensor: dict[str, Any],
    cells: list[Any],
    *,
    names: Sequence[str],
    n_tensors: int,
    path: str,
) -> dict[str, list[Any]]:
    """Return the columns of a tensor that holds them all, in the model's order."""
    shape = tensor["shape"]
    if n_tensors > 1:
        expected = "[rows] or [rows, 1]: only a single tensor may hold every column"
        refuse(f"{path}.shape", expected=expected, came=shape, fix=FIX)
    if shape[1] != len(names):
        expected = f"[rows, {len(names)}], a column for each that the model takes"
        refuse(f"{path}.shape", expected=expected, came=shape, fix=FIX)
    return {name: cells[at :: len(names)] for at, name in enumerate(names)}


def _of_equal_length(columns: dict[str, list[Any]]) -> ColumnLists:
    lengths = [len(cells) for cells in columns.values()]
    if len(set(lengths)) > 1:
        expected = f"tensors of equal length, not {', '.join(map(str, lengths))}"
        refuse("$.inputs", expected=expected, came=[], fix=FIX)
    return ColumnLists(columns, lengths[0])
