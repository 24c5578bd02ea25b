"""Whatever goes wrong is told as a problem document that says what came, where, and the fix."""

from collections.abc import Callable, Mapping

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient
from structlog.testing import capture_logs

from modelyard.api.app import make_app
from modelyard.api.bodies import MOST_BYTES
from modelyard.api.policies import public
from modelyard.api.routing import router
from modelyard.bootstrap import Project
from modelyard.domain.errors import StoreUnavailable
from modelyard.domain.identities import Caller

Ask = Callable[..., TestClient]

COMPARE = "/api/v1/ml/models/compare"
JSON = {"content-type": "application/json"}


@pytest.mark.parametrize(
    ("body", "path"),
    [
        (b'{"models": NaN}', "$.models"),
        (b'{"models": ["a", "b"], "models": []}', "$.models"),
        (b"[" * 100_000, "$[0][0][0][0][0]"),
        (b'{"metric": ' + b"1" * 5000 + b"}", "$.metric"),
        (rb'{"metric": "\ud800"}', "$.metric"),
        (b'{"metric": 1, "models": ["a", "b"]}', "$.metric"),
        (b'{"models": ["a", 2]}', "$.models[1]"),
        (b'{"models": ["a", "b"], "metrik": "x"}', "$.metrik"),
        (b"{", "$"),
    ],
)
def test_a_body_that_cannot_be_used_is_refused_with_its_place(
    ask: Ask, body: bytes, path: str
) -> None:
    answer = ask().post(COMPARE, content=body, headers=JSON)
    assert (answer.status_code, answer.json()["path"]) == (422, path)
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_misspelt_name_is_answered_with_the_nearest_right_one(ask: Ask) -> None:
    in_body = ask().post(COMPARE, json={"models": ["a", "b"], "metrik": "x"})
    assert "Did you mean 'metric'?" in in_body.json()["fix"]
    in_query = ask().get("/api/v1/ml/runs?limt=3")
    assert in_query.status_code == 422
    assert "Did you mean 'limit'?" in in_query.json()["fix"]


@pytest.mark.parametrize(
    ("path", "body", "fix"),
    [
        ("models/compare", {}, 'Add models. For example: {"models": ["churn@2", "churn@3"]}'),
        ("batch-predict", {"model": "m"}, "Add dataset: `name`, `name@3`, or the SHA-256 of a"),
        ("runs/compare", None, "Add a JSON body."),
    ],
)
def test_what_lacks_is_told_with_what_is_to_stand_there(
    ask: Ask, path: str, body: object, fix: str
) -> None:
    answer = ask().post(f"/api/v1/ml/{path}", json=body).json()
    assert answer["fix"].startswith(fix), answer


def test_a_body_in_another_form_is_refused(ask: Ask) -> None:
    for headers in ({"content-type": "text/plain"}, JSON | {"content-encoding": "gzip"}):
        answer = ask().post(COMPARE, content=b"{}", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (415, "unsupported-media")


def test_a_body_that_is_too_long_is_refused_however_it_is_declared(ask: Ask) -> None:
    body = b" " * (MOST_BYTES + 1)
    declared = ask().post(COMPARE, content=body, headers=JSON)
    streamed = ask().post(COMPARE, content=iter([body[:-10], body[-10:]]), headers=JSON)
    assert [declared.status_code, streamed.status_code] == [413, 413]


def test_who_asks_is_found_out_before_a_body_is_read(ask: Ask) -> None:
    assert ask(None).post(COMPARE, content=b"no json", headers=JSON).status_code == 401


def test_an_unknown_path_and_a_wrong_method_are_problems_too(ask: Ask) -> None:
    assert ask().get("/api/v1/ml/nowhere").json()["code"] == "not-found"
    wrong = ask().put("/api/v1/ml/models/a")
    assert (wrong.status_code, wrong.headers["allow"]) == (405, "DELETE, GET")
    assert wrong.json()["code"] == "wrong-method"


def test_what_came_as_a_password_is_not_told_back(app: FastAPI) -> None:
    from modelyard.wire.bodies import RequestBody

    class Login(RequestBody):
        password: int

    extra = router("Extra")

    @extra.post("/extra", dependencies=[public()])
    async def _take(body: Login) -> None: ...

    app.include_router(extra)
    answer = TestClient(app).post("/api/v1/ml/extra", json={"password": "hunter2"})
    assert answer.status_code == 422
    assert "hunter2" not in answer.text


@pytest.fixture
def faulty(app: FastAPI) -> TestClient:
    """Return a client of an application with a route that fails, with a secret at hand."""
    extra = router("Extra")

    @extra.get("/fails", dependencies=[public()])
    async def _fail() -> None:
        secret = "hunter2"  # noqa: S105 -- what must not be told
        raise KeyError(len(secret))

    app.include_router(extra)
    return TestClient(app)


def test_what_nobody_foresaw_is_told_in_the_log_alone(faulty: TestClient) -> None:
    with capture_logs() as lines:
        answer = faulty.get("/api/v1/ml/fails")
    assert answer.status_code == 500
    assert "KeyError" not in answer.text
    fault, request = lines
    assert fault["event"] == "fault"
    assert "KeyError" in fault["trace"]
    assert "hunter2" not in repr(lines).replace("secret = ", "")
    assert (request["event"], request["status"]) == ("request", 500)


class _CallersOfNoDatabase:
    """Cannot find out who asks, for the database is away."""

    def resolve(self, headers: Mapping[str, str], *, address: str) -> Caller:
        del headers, address
        raise StoreUnavailable("db.internal does not answer.", fix="Start it.", retry_after_s=5)


def test_where_the_database_is_that_does_not_answer_is_told_in_the_log_alone(
    project: Project,
) -> None:
    client = TestClient(make_app(project, callers=_CallersOfNoDatabase()))
    with capture_logs() as lines:
        answer = client.get("/api/v1/ml/models")
    told = (answer.status_code, answer.json()["code"], answer.headers["retry-after"])
    assert told == (503, "store-unavailable", "5")
    assert "db.internal" not in answer.text
    assert "db.internal" in lines[0]["error"]


def test_every_answer_names_its_request_as_the_log_does(ask: Ask) -> None:
    given = ask().get("/version", headers={"x-request-id": "abc-1"})
    assert given.headers["x-request-id"] == "abc-1"
    refused = ask().get("/api/v1/ml/runs/none")
    assert refused.json()["request_id"] == refused.headers["x-request-id"]
    odd = ask().get("/version", headers={"x-request-id": "a b\t"})
    assert odd.headers["x-request-id"] != "a b"


def test_each_request_is_one_line_of_the_log_that_says_who_asked(ask: Ask) -> None:
    with capture_logs() as lines:
        ask("viewer").get("/api/v1/ml/models?name=secret-name")
    (line,) = lines
    assert (line["path"], line["status"]) == ("/api/v1/ml/models", 200)
    assert (line["tenant"], line["subject"]) == ("acme", "user:v")


def test_requests_are_counted_by_route_and_not_by_what_they_name(ask: Ask) -> None:
    client = ask()
    client.get("/api/v1/ml/models/one")
    client.get("/api/v1/ml/models/two")
    client.request("BREW", "/version")
    counted = client.get("/metrics").text
    path = 'endpoint="/api/v1/ml/models/{model}",method="GET",status="404"'
    assert f"modelyard_api_requests_total{{{path}}} 2.0" in counted
    assert "BREW" not in counted
    assert "models/one" not in counted
