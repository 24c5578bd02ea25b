"""Asks a server with NVIDIA's client of Triton; the question and the answers are JSON."""

import json
import sys
from typing import Any

import numpy as np
from tritonclient.http import InferenceServerClient, InferInput, InferRequestedOutput
from tritonclient.utils import InferenceServerException, np_to_triton_dtype


def array_of(cells: list[Any]) -> Any:
    """Return cells as this client sends them; the protocol knows no null."""
    if any(isinstance(cell, str) for cell in cells):
        return np.array(["" if cell is None else cell for cell in cells], dtype=np.object_)
    if None in cells or isinstance(cells[0], float):
        return np.array(cells, dtype=np.float64)
    return np.array(cells, dtype=np.int64)


def tensors_of(columns: dict[str, list[Any]], *, is_binary: bool) -> list[InferInput]:
    """Return a tensor for each column."""
    tensors = []
    for name, cells in columns.items():
        array = array_of(cells)
        tensor = InferInput(name, array.shape, np_to_triton_dtype(array.dtype))
        tensors.append(tensor.set_data_from_numpy(array, binary_data=is_binary))
    return tensors


def asked(client: InferenceServerClient, tensors: list[InferInput], **options: Any) -> Any:
    """Return what the server answers, as plain lists."""
    answer = client.infer("penguins", tensors, request_id="mine", **options)
    found = {name: answer.as_numpy(name) for name in ("predictions", "probabilities")}
    told = {name: None if cells is None else cells.tolist() for name, cells in found.items()}
    return told | {"id": answer.get_response()["id"]}


def refusal_of(client: InferenceServerClient, tensors: list[InferInput]) -> list[str]:
    """Return the status and the message of an error."""
    try:
        client.infer("penguins", tensors)
    except InferenceServerException as error:
        return [str(error.status()), str(error.message())]
    return []


def main() -> None:
    """Answer every question of the test."""
    question = json.load(sys.stdin)
    columns, whole = question["columns"], question["whole"]
    client = InferenceServerClient(question["url"].removeprefix("http://"))
    binary = tensors_of(columns, is_binary=True)
    told = {
        "states": [
            client.is_server_live(),
            client.is_server_ready(),
            client.is_model_ready("penguins"),
            client.is_model_ready("puffins"),
        ],
        "server": client.get_server_metadata()["name"],
        "inputs": [each["name"] for each in client.get_model_metadata("penguins")["inputs"]],
        "rows": asked(client, binary),
        "json": asked(client, tensors_of(whole, is_binary=False)),
        "labels": asked(client, binary, outputs=[InferRequestedOutput("predictions")]),
        "refusal": refusal_of(client, binary[:-1]),
    }
    client.close()
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    main()
