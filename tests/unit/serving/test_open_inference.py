"""Clients of the Open Inference Protocol are answered as it says, in JSON and in bytes."""

import json
import struct
from collections.abc import Callable
from typing import Any

import pytest

from modelyard.domain.columns import ColumnKind, InputColumn
from modelyard.domain.errors import MalformedBody, MissingColumns
from modelyard.runtime.reading import InputReader
from modelyard.serving.exchanges import Request
from modelyard.serving.routes import routes_of
from modelyard.serving.shelf import Shelf
from modelyard.serving.tensors import datatype_of, metadata

Post = Callable[..., Any]
Rows = list[dict[str, Any]]
PATH = "/v2/models/penguins/infer"


def _tensors(rows: Rows) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "shape": [len(rows)],
            "datatype": "BYTES" if isinstance(cell, str) else "FP64",
            "data": [row[name] for row in rows],
        }
        for name, cell in rows[0].items()
    ]


def test_tensors_are_answered_as_rows_are(post: Post, rows: Rows) -> None:
    wanted = post("/predict-batch", {"rows": rows})
    answer = post(PATH, {"id": "7", "inputs": _tensors(rows)})
    assert (answer["model_name"], answer["id"]) == ("penguins", "7")
    predictions, probabilities = answer["outputs"]
    assert (predictions["name"], predictions["datatype"]) == ("predictions", "BYTES")
    assert predictions["data"] == wanted["predictions"]
    assert probabilities["shape"] == [len(rows), 3]
    assert probabilities["data"] == [each for row in wanted["probabilities"] for each in row]


def test_tensors_in_bytes_are_read_as_those_in_json(post: Post, rows: Rows) -> None:
    inputs, tail = [], b""
    for tensor in _tensors(rows[:3]):
        cells = tensor.pop("data")
        if tensor["datatype"] == "BYTES":
            texts = [cell.encode() for cell in cells]
            content = b"".join(struct.pack("<I", len(text)) + text for text in texts)
        else:
            content = struct.pack("<3d", *(float("nan") if c is None else c for c in cells))
        inputs.append(tensor | {"parameters": {"binary_data_size": len(content)}})
        tail += content
    head = json.dumps({"inputs": inputs}).encode()
    answer = post(PATH, head + tail, inference_header_content_length=str(len(head)))
    plain = post(PATH, {"inputs": _tensors(rows[:3])})
    assert answer["outputs"] == plain["outputs"]


def test_one_tensor_may_hold_every_column_in_order(post: Post, rows: Rows) -> None:
    cells = [list(row.values()) for row in rows[:2]]
    tensor = {"name": "input-0", "shape": [2, len(rows[0])], "datatype": "BYTES", "data": cells}
    answer = post(PATH, {"inputs": [tensor]})
    assert answer["outputs"] == post(PATH, {"inputs": _tensors(rows[:2])})["outputs"]


def test_only_the_outputs_that_are_asked_for_are_answered(post: Post, rows: Rows) -> None:
    asked = {"inputs": _tensors(rows[:1]), "outputs": [{"name": "probabilities"}]}
    assert [each["name"] for each in post(PATH, asked)["outputs"]] == ["probabilities"]


@pytest.mark.parametrize(
    "changed",
    [
        {"inputs": []},
        {"inputs": [5]},
        {"inputs": [{"name": "x"}]},
        {"inputs": [{"name": "x", "shape": [1], "datatype": "FP99", "data": [1]}]},
        {"inputs": [{"name": "x", "shape": [2], "datatype": "FP64", "data": [1]}]},
        {"inputs": [{"name": "x", "shape": [-1], "datatype": "FP64", "data": [1]}]},
        {"inputs": [{"name": "x", "shape": [1, 2], "datatype": "FP64", "data": [1, 2]}]},
        {
            "inputs": [
                {"name": "x", "shape": [1], "datatype": "FP64", "data": [1]},
                {"name": "y", "shape": [2], "datatype": "FP64", "data": [1, 2]},
            ]
        },
        {
            "inputs": [
                {
                    "name": "x",
                    "shape": [1],
                    "datatype": "FP64",
                    "parameters": {"binary_data_size": 8},
                }
            ]
        },
        {"id": 7},
        {"outputs": [{"name": "logits"}]},
        {"outputs": 5},
    ],
)
def test_tensors_of_another_form_are_refused(
    post: Post, rows: Rows, changed: dict[str, Any]
) -> None:
    with pytest.raises(MalformedBody) as caught:
        post(PATH, {"inputs": _tensors(rows[:1])} | changed)
    assert caught.value.path


@pytest.mark.parametrize("length", ["x", "-1", "100000", "9" * 5_000])
def test_a_length_that_is_none_is_refused(post: Post, rows: Rows, length: str) -> None:
    body = {"inputs": _tensors(rows[:1])}
    with pytest.raises(MalformedBody, match="Length"):
        post(PATH, body, inference_header_content_length=length)


def _refused(post: Post, body: Any, path: str) -> None:
    with pytest.raises(MalformedBody) as caught:
        post(PATH, body)
    assert caught.value.path == path


def test_a_matrix_is_not_completed_by_another_tensor(post: Post, rows: Rows) -> None:
    cells = list(rows[0].values())
    short = {"name": "x", "shape": [1, 6], "datatype": "BYTES", "data": cells[:6]}
    last = {"name": "island", "shape": [1], "datatype": "BYTES", "data": cells[6:]}
    _refused(post, {"inputs": [short, last]}, "$.inputs[0].shape")
    _refused(post, {"inputs": [last, short]}, "$.inputs[1].shape")
    _refused(post, {"inputs": [short]}, "$.inputs[0].shape")


def test_no_name_makes_columns_of_a_matrix(post: Post, rows: Rows) -> None:
    tensors = [each | {"name": f"\0{at}"} for at, each in enumerate(_tensors(rows[:1]))]
    with pytest.raises(MissingColumns, match="island"):
        post(PATH, {"inputs": tensors})


def test_two_tensors_of_one_name_are_refused(post: Post, rows: Rows) -> None:
    tensors = _tensors(rows[:1])
    _refused(post, {"inputs": [*tensors, tensors[1]]}, "$.inputs[7].name")


def test_a_tensor_that_the_model_does_not_take_is_named(shelf: Shelf, rows: Rows) -> None:
    rogue = {"name": "rogue", "shape": [1], "datatype": "FP64", "data": [1]}
    content = json.dumps({"inputs": [*_tensors(rows[:1]), rogue]}).encode()
    reply = routes_of(shelf.models)[PATH].answer(Request(b"", {}, content))
    assert reply.headers == [(b"x-ignored-columns", b"rogue")]


def test_bytes_that_no_tensor_takes_are_refused(post: Post, rows: Rows) -> None:
    head = json.dumps({"inputs": _tensors(rows[:1])}).encode()
    with pytest.raises(MalformedBody, match="not all but 3"):
        post(PATH, head + b"abc", inference_header_content_length=str(len(head)))


@pytest.mark.parametrize(
    ("datatype", "cell"),
    [
        ("INT8", 3_750),
        ("UINT8", -1),
        ("INT64", 39.5),
        ("INT64", "3750"),
        ("FP32", "3750"),
        ("FP64", True),
        ("BOOL", 1),
    ],
)
def test_cells_that_their_datatype_cannot_hold_are_refused(
    post: Post, rows: Rows, datatype: str, cell: object
) -> None:
    tensors = {each["name"]: each for each in _tensors(rows[:1])}
    tensors["body_mass_g"] |= {"datatype": datatype, "data": [cell]}
    with pytest.raises(MalformedBody, match=datatype):
        post(PATH, {"inputs": list(tensors.values())})
    tensors["body_mass_g"]["data"] = [None]
    assert post(PATH, {"inputs": list(tensors.values())})["outputs"]


def test_data_are_nested_as_their_shape_or_not_at_all(post: Post, rows: Rows) -> None:
    cells = list(rows[0].values())
    matrix = {"name": "x", "shape": [2, 7], "datatype": "BYTES", "data": [cells[:6], cells * 2]}
    _refused(post, {"inputs": [matrix]}, "$.inputs[0].data[0]")


@pytest.mark.parametrize(
    ("kind", "datatype"),
    [
        (ColumnKind.NUMERIC, "FP64"),
        (ColumnKind.INTEGER, "FP64"),
        (ColumnKind.BOOLEAN, "BOOL"),
        (ColumnKind.DATETIME, "BYTES"),
        (ColumnKind.CATEGORY, "BYTES"),
    ],
)
def test_a_column_is_told_in_a_datatype_that_its_reader_takes(
    kind: ColumnKind, datatype: str
) -> None:
    column = InputColumn("x", kind)
    assert datatype_of(column) == datatype
    cell = {"FP64": 7, "BOOL": True, "BYTES": "2026-11-21"}[datatype]
    read = InputReader([column], ()).read_row({"x": cell})
    [value] = [*read.numbers[0].tolist(), *read.strings[0].tolist()]
    assert value == {"FP64": 7, "BOOL": 1}.get(datatype, value)
    assert value is not None


def test_metadata_names_the_columns(shelf: Shelf, rows: Rows) -> None:
    told = metadata(shelf.models["penguins"])
    assert [each["name"] for each in told["inputs"]] == list(rows[0])
    assert {each["name"]: each["shape"] for each in told["outputs"]} == {
        "predictions": [-1],
        "probabilities": [-1, 3],
    }
