"""The Open Inference Protocol V2: rows as tensors, one for each column, in JSON or in bytes.

Clients that were written for other servers send rows so. Source: Open Inference Protocol, REST,
version 2, and its extension for binary tensor data.
"""

import time
from typing import Any

import msgspec

from modelyard.domain.columns import ColumnKind, InputColumn
from modelyard.domain.tasks import Label
from modelyard.serving.answers import batch_answer, beside, classes_of, joined
from modelyard.serving.batches import predict_batch
from modelyard.serving.exchanges import Reply, Request, Told, Work
from modelyard.serving.kept_rows import kept_rows
from modelyard.serving.shelf import Served
from modelyard.serving.tensor_requests import FIX, read_tensors
from modelyard.wire.jsons import refuse

PREDICTION, PROBABILITIES = "predictions", "probabilities"


def answer_tensors(served: Served, request: Request) -> Reply:
    """Answer one inference request; one bad row refuses it, as the protocol knows no gaps.

    Raises:
        MalformedBody: if the tensors are of another form.
        DataError: if the cells do not suit the model.
    """
    started = time.perf_counter()
    names = [column.name for column in served.manifest.inputs]
    asked, rows = read_tensors(request, names)
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
    headers = beside(rows.ignored(served.taken))
    reply = Reply(msgspec.json.encode(answer | {"outputs": kept}), headers=headers)
    written = time.perf_counter() - predicted
    if request.is_logged:
        kept_answer = batch_answer(served, batch, values=values, scores=scores)
        reply.told = Told(served, kept_rows(served, rows), msgspec.json.encode(kept_answer))
    counted = classes_of(served, batch, values=values)
    reply.work = Work(served.name, batch.n_rows, counted, read - started, predicted - read, written)
    return reply


def metadata(served: Served) -> dict[str, Any]:
    """Return what the protocol tells of a model: the names and datatypes of its tensors."""
    inputs = [
        _shape(column.name, datatype_of(column), shape=[-1]) for column in served.manifest.inputs
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


def datatype_of(column: InputColumn) -> str:
    """Return the datatype in which any cell of a column may come."""
    if column.kind is ColumnKind.BOOLEAN:
        return "BOOL"
    # A date is a number inside alone: it comes as it is written.
    is_number = column.kind.is_number and column.kind is not ColumnKind.DATETIME
    return "FP64" if is_number else "BYTES"


def _wanted(asked: dict[str, Any]) -> frozenset[str]:
    """Return the outputs that are asked for; empty for all."""
    outputs = asked.get("outputs", [])
    if type(outputs) is not list or not all(type(each) is dict for each in outputs):
        refuse("$.outputs", expected="a list of objects with a name", came=outputs, fix=FIX)
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
