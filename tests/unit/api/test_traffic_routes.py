"""The traffic of a deployment over HTTP, and what its process tells of itself."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from starlette.applications import Starlette
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from loopback import served
from modelyard.bootstrap import Project
from modelyard.domain.deployments import DeploymentState
from modelyard.domain.logged_predictions import LoggedPrediction, SegmentPlace
from modelyard.domain.runs import Model
from modelyard.store.predictions import Predictions

Ask = Callable[..., TestClient]
HERE = "/api/v1/ml/deployments"
AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def editor(project: Project, ask: Ask, register: Callable[..., Model]) -> TestClient:
    """An editor's client; a deployment that has answered four rows in two requests."""
    register("given")
    many = [
        LoggedPrediction(
            id=f"p-{number}",
            deployment="eu",
            model="given@1",
            package_sha256="ab",
            at=AT + timedelta(minutes=number),
            subject="key:1",
            request_id="r",
            features={},
            prediction="yes" if number % 2 else "no",
            confidence=0.75,
            probabilities={"no": 0.25, "yes": 0.75},
            request_ms=None if number % 2 else 2.0,
        )
        for number in range(4)
    ]
    Predictions(project.of("acme").records).load(
        many, before=SegmentPlace("s", 0), after=SegmentPlace("s", 9)
    )
    client = ask("editor")
    client.post("/api/v1/ml/models/given/deploy", json={"name": "eu"})
    return client


def test_traffic_is_told_by_steps_with_its_truths(editor: TestClient) -> None:
    for id_, truth in (("p-0", "no"), ("p-1", "no")):
        editor.put(f"/api/v1/ml/predictions/{id_}/truth", json={"truth": truth})
    query = {"since": "2026-03-01T12:00:00Z", "until": "2026-03-01T13:00:00Z"}
    told = editor.get(f"{HERE}/eu/traffic", params=query).json()
    assert (told["deployment"], told["step"]) == ("eu", "minute")
    assert [each["at"] for each in told["points"]][:2] == [
        "2026-03-01T12:00:00Z",
        "2026-03-01T12:01:00Z",
    ]
    total = told["total"]
    assert (total["n_rows"], total["n_requests"], total["n_known"]) == (4, 2, 2)
    assert (total["labels"], total["accuracy"], total["error"]) == ({"no": 2, "yes": 2}, 0.5, None)
    assert total["latency"]["p50_ms"] == pytest.approx(2, rel=0.13)


def test_without_a_time_it_is_the_last_day(editor: TestClient) -> None:
    told = editor.get(f"{HERE}/eu/traffic").json()
    lasts = datetime.fromisoformat(told["until"]) - datetime.fromisoformat(told["since"])
    assert (lasts, told["points"]) == (timedelta(days=1), [])
    assert told["total"]["latency"] is None


def test_times_in_the_wrong_order_or_without_end_are_refused(editor: TestClient) -> None:
    for since in ("2026-03-02T00:00:00Z", "1026-03-01T00:00:00Z"):
        query = {"since": since, "until": "2026-03-01T13:00:00Z"}
        answer = editor.get(f"{HERE}/eu/traffic", params=query)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid-value")


@pytest.mark.parametrize("page", ["traffic", "process"])
def test_the_pages_of_a_deployment_are_not_there_for_others(
    editor: TestClient, ask: Ask, page: str
) -> None:
    assert ask("stranger").get(f"{HERE}/eu/{page}").status_code == 404


def test_a_deployment_whose_process_does_not_answer_says_so(editor: TestClient) -> None:
    answer = editor.get(f"{HERE}/eu/process")
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")


def test_a_process_tells_what_it_uses_and_how_it_has_answered(
    editor: TestClient, project: Project
) -> None:
    now = datetime.now(UTC)
    health = {
        "timestamp": now.isoformat(),
        "uptime_s": 60.0,
        "memory_bytes": 5,
        "in_flight": 1,
    }
    requests = [
        {"labels": {"endpoint": path, "status": status}, "value": 2.0}
        for path, status in (("/predict", "200"), ("/predict-batch", "200"), ("/health", "200"))
    ]
    app = Starlette(
        routes=[
            Route("/health", lambda _: JSONResponse(health)),
            Route("/metrics", lambda _: _json_if_asked(_, {"requests_total": requests})),
        ]
    )
    with served(app) as url:
        watched = project.serving.watched
        for each in watched.claim("w", at=now, until=now + timedelta(hours=1)):
            ready = replace(each, state=DeploymentState.READY, url=url, ready_at=now)
            watched.report(ready, "w")
        told = editor.get(f"{HERE}/eu/process").json()
    assert (told["memory_bytes"], told["in_flight"], told["requests"]) == (5, 1, {"200": 4})
    started = datetime.fromisoformat(told["started_at"])
    assert abs(started - (now - timedelta(seconds=60))) < timedelta(seconds=1)


def _json_if_asked(request, told: object) -> Response:
    is_json = request.headers["accept"] == "application/json"
    return JSONResponse(told) if is_json else Response("text")


def test_a_key_cannot_ask_without_being_written_down(editor: TestClient, ask: Ask) -> None:
    body = {"row": {"age": 1}}
    answer = ask("predictor").post("/api/v1/ml/models/given/predict?trial=true", json=body)
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert "trial" in answer.json()["fix"]
