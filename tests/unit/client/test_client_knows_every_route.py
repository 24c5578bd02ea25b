"""What the API answers, the client can ask: each operation is carried out as far as its request."""

import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from modelyard.api.routing import every_route
from modelyard.client.clients import Client
from modelyard.client.datasets import Datasets
from modelyard.client.operations import Noun, asks, tells
from modelyard.client.requests import Request
from modelyard.client.steps import Send, Work
from modelyard.domain.identities import Role
from modelyard.wire.batches import BatchPredictRequest
from modelyard.wire.credentials import KeyPost, SetupPost
from modelyard.wire.datasets import NewVersionRequest
from modelyard.wire.jobs import TrainingPlan, TrainingRequest
from modelyard.wire.models import EvaluateRequest
from modelyard.wire.people import TenantPost
from modelyard.wire.predictions import PredictRequest

TRAINING = {"dataset": "d", "configuration": {"data": {"tabular": {"target_column": "y"}}}}
BODIES: dict[str, BaseModel] = {
    "train": TrainingRequest.model_validate(TRAINING),
    "outline": TrainingPlan.model_validate(TRAINING),
    "spell": TrainingPlan.model_validate(TRAINING),
    "derive": NewVersionRequest(fixes={"all": "recommended"}),
    "evaluate": EvaluateRequest(dataset="d"),
    "ask": PredictRequest(row={"age": 41}),
    "set_up": SetupPost.model_validate(dict.fromkeys(("token", "email", "password"), "a@b")),
}
BODIES_OF_NOUNS: dict[tuple[str, str], BaseModel] = {
    ("keys", "add"): KeyPost(title="k"),
    ("batches", "ask"): BatchPredictRequest(model="churn", dataset="d"),
    ("tenants", "add"): TenantPost(id="acme", title="Acme", admin_email="a@example.org"),
}
GIVEN: dict[str, Any] = {
    "role": Role.VIEWER,
    "version": 3,
    "truth": "yes",
    "truths": {"p": "yes"},
    "tags": {"stage": "live"},
    "models": {"churn": True},
    "pictures": {"1.png": b"content"},
    "references": ["churn@2", "churn@3"],
    "run_ids": ["a", "b"],
    "is_operator": True,
    "is_disabled": True,
    "most_running": 4,
    "most_queued": 100,
    "email": "a@example.org",
}
# For a browser or a monitor, or the same under another path.
NOT_ASKED = {
    ("GET", "/"),
    ("GET", "/docs"),
    ("GET", "/openapi.json"),
    ("GET", "/metrics"),
    ("GET", "/api/v1/ml/training/jobs"),
    ("GET", "/api/v1/ml/training/jobs/{job_id}"),
    ("POST", "/api/v1/ml/training/jobs/{job_id}/cancel"),
    # A file in one piece, which is lost when it is cut.
    ("POST", "/api/v1/ml/datasets"),
    ("OPTIONS", "/api/v1/ml/uploads"),
}
# Steps of an upload, which `test_client_uploads` carries out.
OF_UPLOADS = {
    ("POST", "/api/v1/ml/uploads"),
    ("GET", "/api/v1/ml/uploads/{upload}"),
    ("HEAD", "/api/v1/ml/uploads/{upload}"),
    ("PATCH", "/api/v1/ml/uploads/{upload}"),
}


def _operations() -> Iterator[tuple[str, Noun[Any], str, Any]]:
    with Client("http://127.0.0.1:1") as client:
        for noun, asked in vars(client).items():
            for name, operation in vars(type(asked)).items():
                if isinstance(operation, asks | tells):
                    yield noun, asked, name, operation


def _arguments(noun: str, name: str, operation: Any, file: Path) -> dict[str, Any]:
    arguments: dict[str, Any] = {}
    for each in list(inspect.signature(operation.describe).parameters.values())[1:]:
        if each.name == "body":
            arguments["body"] = BODIES_OF_NOUNS.get((noun, name)) or BODIES[name]
        elif each.name == "file":
            arguments["file"] = file
        elif each.default is inspect.Parameter.empty:
            arguments[each.name] = GIVEN.get(each.name, "x")
    if name == "suggest":
        arguments["model"] = "x"
    return arguments


def _first_request(flow: Any) -> Request:
    step = next(flow)
    while isinstance(step, Work):
        step = flow.send(type("Done", (), {"content": step.do()}))
    assert isinstance(step, Send)
    return step.request


@pytest.fixture
def requests(tmp_path: Path) -> list[Request]:
    file = tmp_path / "table.csv"
    file.write_text("x,y\n1,2\n")
    flows = [
        operation.describe(asked, **_arguments(noun, name, operation, file))
        for noun, asked, name, operation in _operations()
    ]
    one_version = Datasets.delete.describe(None, "sales@3")
    return [_first_request(flow) for flow in [*flows, one_version]]


def test_every_route_can_be_asked_by_the_client(requests: list[Request]) -> None:
    asked = {
        (route.verbs[0], route.path)
        for route in every_route()
        for request in requests
        if request.method in route.verbs and route.path_regex.match(request.path.partition("?")[0])
    }
    every = {(route.verbs[0], route.path) for route in every_route()}
    assert every - asked == NOT_ASKED | OF_UPLOADS


def test_what_creates_carries_a_key_and_nothing_else_does(requests: list[Request]) -> None:
    for request in requests:
        if request.method != "POST":
            assert "idempotency-key" not in request.headers
            continue
        path = request.path.partition("?")[0]
        (route,) = [
            each for each in every_route() if "POST" in each.verbs and each.path_regex.match(path)
        ][:1]
        assert ("idempotency-key" in request.headers) is route.creates, path


def test_every_operation_says_what_it_does() -> None:
    undescribed = [f"{noun}.{name}" for noun, _, name, each in _operations() if not each.__doc__]
    assert undescribed == []
