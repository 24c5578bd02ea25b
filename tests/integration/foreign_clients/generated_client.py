"""Asks a server with the client that is generated from the protocol's own document."""

import json
import sys
from typing import Any

import httpx
from open_inference.openapi.client import OpenInferenceClient
from open_inference.openapi.core import ApiError
from open_inference.openapi.types import InferenceRequest, RequestInput, TensorData


def request_of(columns: dict[str, list[Any]]) -> InferenceRequest:
    """Return a request with a tensor of texts for each column; an empty text is a missing cell."""
    inputs = [
        RequestInput(
            name=name,
            shape=[len(cells)],
            datatype="BYTES",
            data=TensorData.parse_obj(["" if cell is None else str(cell) for cell in cells]),
        )
        for name, cells in columns.items()
    ]
    return InferenceRequest(id="mine", inputs=inputs)


def refusal_of(client: OpenInferenceClient, request: InferenceRequest) -> list[str]:
    """Return the status and the message of an error."""
    try:
        client.model_infer("penguins", request=request)
    except ApiError as error:
        return [str(error.status_code), str(error.body)]
    return []


def main() -> None:
    """Answer every question of the test."""
    question = json.load(sys.stdin)
    columns = question["columns"]
    with httpx.Client() as transport:
        client = OpenInferenceClient(base_url=question["url"], httpx_client=transport)
        client.check_server_liveness()
        client.check_server_readiness()
        client.check_model_readiness("penguins")
        model = client.read_model_metadata("penguins")
        client.check_model_version_readiness("penguins", model.versions[0])
        answer = client.model_infer("penguins", request=request_of(columns))
        labels, chances = (output.data.__root__ for output in answer.outputs)
        lacking = {name: columns[name] for name in list(columns)[:-1]}
        told = {
            "server": client.read_server_metadata().name,
            "inputs": [each.name for each in model.inputs],
            "rows": {"id": answer.id, "predictions": labels, "probabilities": chances},
            "refusal": refusal_of(client, request_of(lacking)),
        }
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    main()
