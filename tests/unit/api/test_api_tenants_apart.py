"""Every id of one tenant, replayed by another at every route, is answered as one that is not there.

What is owned is made below, over HTTP where that is how it is made; a route whose path names
something else fails here until somebody says how that is made.
"""

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from starlette.testclient import TestClient

from modelyard.api.app import make_app
from modelyard.api.describing import SelfDescribing
from modelyard.api.routing import Route, every_route
from modelyard.bootstrap import Project
from modelyard.domain.logged_predictions import LoggedPrediction, SegmentPlace
from modelyard.domain.runs import Model, Run
from modelyard.store.predictions import Predictions

Ask = Callable[..., TestClient]

API = "/api/v1/ml"
PHRASE = "green kettle under stairs"
TABLE = b"x,y\n" + b"".join(b"%d,%d\n" % (n, n % 2) for n in range(40))
TRAINING: dict[str, Any] = {
    "dataset": "flags",
    "configuration": {
        "data": {"tabular": {"target_column": "y"}},
        "model": {"name": "logistic-regression"},
    },
}
TUS = {"tus-resumable": "1.0.0", "upload-offset": "0"}
# Words that name nothing by themselves.
WORDS = {"alias": "champion", "version": "1", "row": "1"}
# What never ends, and what the smallest run, package and table do not have: for the packages of
# trainings tests/integration/test_model_files_over_http.py asks for it.
LACKING = (
    "/stream",
    "/leaderboard",
    "/results",
    "/metrics",
    "/charts",
    "/onnx",
    "/pictures",
    "/pictures/{row}",
)
# Names of what comes with the product, and is everybody's.
SHIPPED = {"sample"}
# Where a small body that the schema allows asks for nothing.
BODIES = {"derive_version": {"fixes": {"x": "drop-column"}}, "predict": {"row": {"age": 1}}}


@pytest.fixture
def app(project: Project) -> SelfDescribing:
    """Return a platform where people log in."""
    return make_app(project, callers=project.access.identity)


@pytest.fixture
def ask(app: SelfDescribing, project: Project) -> Ask:
    """Return the clients of the admins of two tenants."""
    token = project.access.invitations.begin_setup().text
    operator = _logged_in(app, "/auth/setup", {"token": token, "email": "op@example.org"})
    clients = {}
    for name, tenant in (("admin", "acme"), ("stranger", "globex")):
        made = {"id": tenant, "title": tenant, "admin_email": f"{tenant}@example.org"}
        token = operator.post(f"{API}/tenants", json=made).json()["admin"]["token"]
        clients[name] = _logged_in(app, "/auth/password", {"token": token})
    return clients.__getitem__


def _logged_in(app: SelfDescribing, path: str, body: Mapping[str, str]) -> TestClient:
    told = TestClient(app).post(API + path, json={**body, "password": PHRASE})
    assert told.is_success, told.text
    return TestClient(app, headers={"authorization": f"Bearer {told.json()['access_token']}"})


@pytest.fixture
def owned(
    project: Project,
    ask: Ask,
    register: Callable[..., Model],
    add_run: Callable[..., Run],
) -> Mapping[str, str]:
    """Make one of everything in a tenant, and return its ids by the names that paths give them."""
    client = ask("admin")
    register("churn", run=add_run("20260101-secret"))
    client.put(f"{API}/models/churn/aliases/champion", json={"version": 1})
    made = client.post(f"{API}/datasets?name=flags&filename=flags.csv", content=TABLE)
    assert made.status_code == 201, made.text
    upload = client.post(
        f"{API}/uploads?name=parts&filename=parts.csv", headers=TUS | {"upload-length": "10"}
    )
    job = client.post(f"{API}/training/start", json=TRAINING)
    key = client.post(f"{API}/keys", json={"title": "ci", "role": "viewer", "expires_in_days": 1})
    user = client.post(f"{API}/users", json={"email": "eve@example.org", "role": "viewer"})
    deployment = client.post(f"{API}/models/churn/deploy", json={})
    batch = client.post(f"{API}/batch-predict", json={"model": "churn", "dataset": "flags"})
    for answer in (upload, job, key, user, deployment, batch):
        assert answer.is_success, answer.text
    prediction = LoggedPrediction(
        id="p-secret",
        deployment="churn",
        model="churn@1",
        package_sha256="ab" * 32,
        at=datetime(2026, 1, 1, tzinfo=UTC),
        subject="key:1",
        request_id="r",
        features={"age": 3},
        prediction="yes",
    )
    places = {"before": SegmentPlace("s.log", 0), "after": SegmentPlace("s.log", 9)}
    assert Predictions(project.of("acme").records).load([prediction], **places)
    return WORDS | {
        "model": "churn@1",
        "run": "20260101-secret",
        "name": "flags",
        "upload": upload.json()["id"],
        "job_id": job.json()["id"],
        "batch_id": batch.json()["id"],
        "key_id": key.json()["id"],
        "user_id": user.json()["user"]["id"],
        "deployment": "churn",
        "prediction_id": "p-secret",
    }


def _names(route: Route) -> list[str]:
    return re.findall(r"{(\w+)", route.path)


ROUTES = [
    route
    for route in every_route()
    if route.policy.name not in {"public", "operator"} and set(_names(route)) - set(WORDS) - SHIPPED
]


def test_what_one_tenant_owns_is_not_there_for_another(
    app: SelfDescribing, ask: Ask, owned: Mapping[str, str]
) -> None:
    document = app.openapi()
    wrong = {}
    for route in ROUTES:
        for method in route.verbs:
            answer = _replay(ask("stranger"), document, route, method, owned)
            if answer.status_code != 404:
                wrong[f"{method} {route.path}"] = (answer.status_code, answer.text[:200])
    assert not wrong, json.dumps(wrong, indent=1)


def test_the_owner_does_find_it(app: SelfDescribing, ask: Ask, owned: Mapping[str, str]) -> None:
    document, client = app.openapi(), ask("admin")
    for route in ROUTES:
        if route.verbs == ("GET",) and not route.path.endswith(LACKING):
            answer = _replay(client, document, route, "GET", owned)
            # What nobody has read yet is a conflict, and what no process serves is unavailable;
            # neither is a thing that is missing.
            is_process = route.path.endswith("/{deployment}/process")
            expected = {503} if is_process else {200, 409}
            assert answer.status_code in expected, (route.path, answer.text)


def test_an_id_within_a_body_is_not_there_either(ask: Ask, owned: Mapping[str, str]) -> None:
    run = owned["run"]
    for path, body in (
        ("/training/start", TRAINING),
        ("/models/compare", {"models": ["churn@1", "churn"]}),
        ("/runs/compare", {"runs": [run, run]}),
        ("/suggestions", {"model": "churn"}),
        ("/suggestions", {"dataset": "flags"}),
        ("/batch-predict", {"model": "churn", "dataset": "flags"}),
    ):
        answer = ask("stranger").post(API + path, json=body)
        assert answer.status_code == 404, (path, answer.text)


def test_lists_of_another_tenant_hold_nothing_of_it(ask: Ask, owned: Mapping[str, str]) -> None:
    assert owned
    shared = {"/algorithms", "/metrics", "/samples", "/tenants"}
    lists = {
        route.path
        for route in every_route()
        if route.verbs == ("GET",) and not _names(route) and route.path.startswith(API)
    }
    for path in sorted(lists - {API + each for each in shared}):
        told = ask("stranger").get(path).text
        for secret in ("churn", "20260101-secret", "flags", "eve@", "p-secret", owned["job_id"]):
            assert secret not in told, (path, secret)


def _replay(
    client: TestClient,
    document: Any,
    route: Route,
    method: str,
    owned: Mapping[str, str],
) -> Any:
    path = re.sub(r"{(\w+)(:path)?}", lambda it: owned[it[1]], route.path)
    operation = document["paths"].get(route.path_format, {}).get(method.lower(), {})
    content = operation.get("requestBody", {}).get("content", {})
    if "application/json" in content:
        body = BODIES.get(route.name) or _sample(content["application/json"]["schema"], document)
        return client.request(method, path, json=body)
    headers = TUS | {"content-type": next(iter(content), "application/octet-stream")}
    return client.request(method, path, content=b"0123" if content else None, headers=headers)


def _sample(schema: Any, document: Any) -> Any:
    """Return a small value that a schema allows."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return _sample(document["components"]["schemas"][name], document)
    for known in ("examples", "enum"):
        if known in schema:
            return schema[known][0]
    if "anyOf" in schema:
        return _sample(schema["anyOf"][0], document)
    kind = schema.get("type", "object")
    if kind == "object":
        fields = schema.get("properties", {})
        return {name: _sample(fields[name], document) for name in schema.get("required", ())}
    if kind == "array":
        return [_sample(schema["items"], document)] * schema.get("minItems", 0)
    return {"string": "x" * schema.get("minLength", 1), "boolean": True}.get(
        kind, schema.get("minimum", 1)
    )
