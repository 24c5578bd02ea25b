"""The Open Inference Protocol V2: rows as tensors, one for each column, in JSON or in bytes.

Clients that were written for other servers send rows so. Source: Open Inference Protocol, REST,
version 2, and its extension for binary tensor data.
"""

import time
from collections.abc import Mapping, Sequence
from itertools import chain
from math import prod
from typing import Any

import msgspec
import numpy as np

from modelyard.domain.errors import MalformedBody
from modelyard.domain.tasks import Label
from modelyard.serving.answers import classes_of, joined
from modelyard.serving.batches import ColumnLists, predict_batch
from modelyard.serving.exchanges import Reply, Request, Work
from modelyard.serving.jsons import read_json, refuse
from modelyard.serving.shelf import Served

HEADER_LENGTH = b"inference-header-content-length"
PREDICTION, PROBABILITIES = "predictions", "probabilities"

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
_FIX = 'Send {"inputs": [{"name", "shape", "datatype", "data"}]}, a tensor for each column.'

Columns = Mapping[str, Sequence[Any]]


def answer_tensors(served: Served, request: Request) -> Reply:
    """Answer one inference request; one bad row refuses it, as the protocol knows no gaps.

    Raises:
        MalformedBody: if the tensors are of another form.
        DataError: if the cells do not suit the model.
    """
    started = time.perf_counter()
    asked, columns = _read(request)
    rows = _rows(served, columns)
    read = time.perf_counter()
    batch = predict_batch(served.predictor, rows, is_strict=True)
    values, scores = joined(served, batch)
    outputs = [_prediction(served, values)]
    if served.label_names:
        shape = [batch.n_rows, len(served.label_names)]
        outputs.append(_tensor(PROBABILITIES, "FP64", shape=shape, data=scores.ravel().tolist()))
    answer = {"model_name": served.name, "model_version": served.version}
    if "id" in asked:
        answer["id"] = asked["id"]
    wanted = _wanted(asked)
    kept = [each for each in outputs if not wanted or each["name"] in wanted]
    predicted = time.perf_counter()
    reply = Reply(msgspec.json.encode(answer | {"outputs": kept}))
    written = time.perf_counter() - predicted
    counted = classes_of(served, batch, values=values)
    reply.work = Work(served.name, batch.n_rows, counted, read - started, predicted - read, written)
    return reply


def metadata(served: Served) -> dict[str, Any]:
    """Return what the protocol tells of a model: the names and datatypes of its tensors."""
    inputs = [
        _shape(column.name, "FP64" if column.kind.is_number else "BYTES", shape=[-1])
        for column in served.manifest.inputs
    ]
    outputs = [_shape(PREDICTION, _datatype(served), shape=[-1])]
    if served.label_names:
        shape = [-1, len(served.label_names)]
        outputs.append(_shape(PROBABILITIES, "FP64", shape=shape))
    return {
        "name": served.name,
        "versions": [served.version],
        "platform": "onnxruntime_onnx",
        "inputs": inputs,
        "outputs": outputs,
    }


def _read(request: Request) -> tuple[dict[str, Any], Columns]:
    header, tail = request.body, b""
    length = request.headers.get(HEADER_LENGTH)
    if length is not None:
        if not length.isdigit() or int(length) > len(header):
            raise MalformedBody(
                "Inference-Header-Content-Length must be the length of the JSON in front of the "
                f"tensors, at most {len(header)}.",
                fix="Leave it out for a body of JSON alone.",
            )
        header, tail = header[: int(length)], header[int(length) :]
    asked = read_json(header)
    if type(asked) is not dict or type(asked.get("inputs")) is not list or not asked["inputs"]:
        refuse("$.inputs", expected="a list of tensors", came=_inputs_of(asked), fix=_FIX)
    if not isinstance(asked.get("id", ""), str):
        refuse("$.id", expected="a text", came=asked["id"], fix=_FIX)
    columns: dict[str, Any] = {}
    for at, tensor in enumerate(asked["inputs"]):
        path = f"$.inputs[{at}]"
        cells, tail = _cells(tensor, tail, path=path)
        columns |= _named(tensor, cells, path=path)
    return asked, columns


def _inputs_of(asked: Any) -> Any:
    return asked.get("inputs") if type(asked) is dict else None


def _cells(tensor: Any, tail: bytes, *, path: str) -> tuple[list[Any], bytes]:
    """Return the cells of one tensor, and the bytes that are left for the next ones."""
    if type(tensor) is not dict:
        refuse(path, expected="a tensor", came=tensor, fix=_FIX)
    if type(tensor.get("name")) is not str:
        refuse(f"{path}.name", expected="a text", came=tensor.get("name"), fix=_FIX)
    shape, datatype = tensor.get("shape"), tensor.get("datatype")
    if type(shape) is not list or not 1 <= len(shape) <= 2 or not all(map(_is_size, shape)):
        refuse(f"{path}.shape", expected="[rows] or [rows, columns]", came=shape, fix=_FIX)
    if datatype not in DATATYPES:
        refuse(
            f"{path}.datatype", expected=f"one of {', '.join(DATATYPES)}", came=datatype, fix=_FIX
        )
    parameters = tensor.get("parameters")
    size = parameters.get("binary_data_size") if type(parameters) is dict else None
    if size is None:
        cells = _flat(tensor.get("data"), path=f"{path}.data")
    else:
        if not _is_size(size) or size > len(tail):
            expected = f"the size of this tensor, at most the {len(tail)} bytes that are left"
            came, fix = size, "Send the bytes of the tensors behind the JSON, in their order."
            refuse(f"{path}.parameters.binary_data_size", expected=expected, came=came, fix=fix)
        cells, tail = _of_bytes(tail[:size], datatype, path=path), tail[size:]
    if len(cells) != prod(shape):
        expected = f"{prod(shape)} cells as its shape says, not {len(cells)}"
        refuse(f"{path}.data", expected=expected, came=cells, fix=_FIX)
    return cells, tail


def _is_size(value: Any) -> bool:
    return type(value) is int and 0 <= value < 2**31


def _flat(data: Any, *, path: str) -> list[Any]:
    """Return the cells of a tensor in JSON, which may be nested as its shape is."""
    if type(data) is not list:
        refuse(path, expected="a list of cells", came=data, fix=_FIX)
    if any(type(each) is list for each in data):
        parts = (each if type(each) is list else [each] for each in data)
        return list(chain.from_iterable(parts))
    return data


def _of_bytes(content: bytes, datatype: str, *, path: str) -> list[Any]:
    """Return the cells of a tensor in bytes; a text stands behind its length in four bytes."""
    if datatype != "BYTES":
        kind = np.dtype(_NUMBERS[datatype])
        if len(content) % kind.itemsize:
            expected = f"cells of {kind.itemsize} bytes, not {len(content)} bytes"
            refuse(path, expected=expected, came="", fix=_FIX)
        cells: list[Any] = np.frombuffer(content, dtype=kind).tolist()
        return cells
    texts, at = [], 0
    while at < len(content):
        end = at + 4 + int.from_bytes(content[at : at + 4], "little")
        if end > len(content) or at + 4 > len(content):
            refuse(path, expected="texts behind their lengths", came="", fix=_FIX)
        try:
            texts.append(content[at + 4 : end].decode())
        except UnicodeDecodeError as error:
            raise MalformedBody(f"{path} must hold UTF-8: {error}.", fix=_FIX, path=path) from error
        at = end
    return texts


def _named(tensor: dict[str, Any], cells: list[Any], *, path: str) -> dict[str, list[Any]]:
    """Return the columns of a tensor; one of several columns holds them in the model's order."""
    shape, name = tensor["shape"], tensor["name"]
    if len(shape) == 1 or shape[1] == 1:
        return {name: cells}
    if path != "$.inputs[0]" or shape[1] == 0:
        expected = "[rows] or [rows, 1]: only a single tensor may hold every column"
        refuse(f"{path}.shape", expected=expected, came=shape, fix=_FIX)
    return {f"\0{at}": cells[at :: shape[1]] for at in range(shape[1])}


def _rows(served: Served, columns: Columns) -> ColumnLists:
    names = tuple(columns)
    if names[0].startswith("\0"):
        wanted = [column.name for column in served.manifest.inputs]
        if len(names) != len(wanted):
            expected = f"[rows, {len(wanted)}], a column for each that the model takes"
            refuse("$.inputs[0].shape", expected=expected, came=[], fix=_FIX)
        columns = dict(zip(wanted, columns.values(), strict=True))
    lengths = {name: len(cells) for name, cells in columns.items()}
    if len(set(lengths.values())) > 1:
        expected = f"tensors of equal length, not {', '.join(map(str, lengths.values()))}"
        refuse("$.inputs", expected=expected, came=[], fix=_FIX)
    return ColumnLists(columns, next(iter(lengths.values())))


def _wanted(asked: dict[str, Any]) -> frozenset[str]:
    """Return the outputs that are asked for; empty for all."""
    outputs = asked.get("outputs", [])
    if type(outputs) is not list or not all(type(each) is dict for each in outputs):
        refuse("$.outputs", expected="a list of objects with a name", came=outputs, fix=_FIX)
    names = frozenset(each.get("name") for each in outputs if isinstance(each.get("name"), str))
    if names - {PREDICTION, PROBABILITIES} or len(names) < len(outputs):
        expected = f"of '{PREDICTION}' and '{PROBABILITIES}'"
        refuse("$.outputs", expected=expected, came=outputs, fix="Leave it out for both.")
    return names


def _prediction(served: Served, values: list[Any]) -> dict[str, Any]:
    datatype = _datatype(served)
    told = [str(value) for value in values] if datatype == "BYTES" else values
    return _tensor(PREDICTION, datatype, shape=[len(told)], data=told)


def _datatype(served: Served) -> str:
    labels: tuple[Label, ...] = served.manifest.labels
    if not labels:
        return "FP64"
    kinds = {type(label) for label in labels}
    return {frozenset({bool}): "BOOL", frozenset({int}): "INT64"}.get(frozenset(kinds), "BYTES")


def _tensor(name: str, datatype: str, *, shape: list[int], data: list[Any]) -> dict[str, Any]:
    return _shape(name, datatype, shape=shape) | {"data": data}


def _shape(name: str, datatype: str, *, shape: list[int]) -> dict[str, Any]:
    return {"name": name, "datatype": datatype, "shape": shape}
