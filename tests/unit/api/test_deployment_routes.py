"""Deployments over HTTP: asked for, shown, ended; seen by nobody not given their model."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from starlette.testclient import TestClient

from modelyard.bootstrap import Project
from modelyard.domain.deployments import DeploymentState
from modelyard.domain.runs import Model

Ask = Callable[..., TestClient]
Register = Callable[..., Model]
HERE = "/api/v1/ml"


@pytest.fixture
def deployed(ask: Ask, register: Register) -> TestClient:
    """An editor's client, after two models were deployed."""
    register("given")
    register("hidden")
    editor = ask("editor")
    assert editor.post(f"{HERE}/models/given@1/deploy", json={"name": "eu"}).status_code == 202
    assert editor.post(f"{HERE}/models/hidden/deploy", json={}).status_code == 202
    return editor


def _make_ready(project: Project) -> None:
    watched, at = project.serving.watched, datetime.now(UTC)
    for each in watched.claim("w", at=at, until=at + timedelta(hours=1)):
        url = "http://127.0.0.1:9"
        watched.report(replace(each, state=DeploymentState.READY, url=url, ready_at=at), "w")


def test_what_is_deployed_begins_to_start_and_is_told_with_its_address(
    deployed: TestClient, project: Project
) -> None:
    told = deployed.get(f"{HERE}/deployments/eu").json()
    assert (told["model"], told["state"], told["predict_url"]) == ("given@1", "starting", None)
    assert (told["created_by"], told["is_wanted"]) == ("user:e", True)
    _make_ready(project)
    told = deployed.get(f"{HERE}/deployments/eu").json()
    assert (told["state"], told["predict_url"]) == ("ready", "http://127.0.0.1:9/predict")


def test_a_deployment_is_named_as_its_model_unless_it_is_told_otherwise(
    deployed: TestClient,
) -> None:
    told = deployed.get(f"{HERE}/deployments").json()["items"]
    assert [(each["name"], each["model"]) for each in told] == [
        ("eu", "given@1"),
        ("hidden", "hidden@1"),
    ]


def test_deployments_are_listed_by_model_and_by_version(deployed: TestClient) -> None:
    def names(model: str) -> list[str]:
        found = deployed.get(f"{HERE}/deployments", params={"model": model}).json()["items"]
        return [each["name"] for each in found]

    assert (names("given"), names("given@1"), names("given@2")) == (["eu"], ["eu"], [])


def test_a_model_tells_under_which_names_it_is_served(deployed: TestClient) -> None:
    told = deployed.get(f"{HERE}/models/given@1").json()["deployments"]
    assert [(each["name"], each["state"]) for each in told] == [("eu", "starting")]


def test_deploying_twice_with_one_key_asks_once(deployed: TestClient, register: Register) -> None:
    key = {"idempotency-key": "k1"}
    first = deployed.post(f"{HERE}/models/given/deploy", json={"name": "b"}, headers=key)
    register("given")
    again = deployed.post(f"{HERE}/models/given/deploy", json={"name": "b"}, headers=key)
    assert (first.json(), again.headers["idempotency-replayed"]) == (again.json(), "true")
    assert deployed.get(f"{HERE}/deployments/b").json()["model"] == "given@1"


def test_what_is_undeployed_stops_and_can_be_deployed_again(deployed: TestClient) -> None:
    gone = deployed.delete(f"{HERE}/deployments/eu").json()
    assert (gone["state"], gone["is_wanted"]) == ("stopping", False)
    assert deployed.delete(f"{HERE}/deployments/eu").status_code == 409
    again = deployed.post(f"{HERE}/models/given/deploy", json={"name": "eu"}).json()
    assert (again["state"], again["is_wanted"]) == ("starting", True)


def test_a_name_that_no_deployment_may_have_is_refused(deployed: TestClient) -> None:
    answer = deployed.post(f"{HERE}/models/given/deploy", json={"name": "../x"})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-value")


@pytest.mark.parametrize("caller", ["stranger", "bounded"])
def test_a_deployment_of_others_is_answered_as_if_there_were_none(
    deployed: TestClient, ask: Ask, caller: str
) -> None:
    client = ask(caller)
    assert client.get(f"{HERE}/deployments/hidden").status_code == 404
    listed = client.get(f"{HERE}/deployments").json()["items"]
    assert [each["name"] for each in listed] == (["eu"] if caller == "bounded" else [])
    if caller == "stranger":
        assert client.delete(f"{HERE}/deployments/hidden").status_code == 404
        assert client.post(f"{HERE}/models/hidden/deploy", json={}).status_code == 404


def test_what_is_deployed_and_undeployed_is_on_record(deployed: TestClient, ask: Ask) -> None:
    deployed.delete(f"{HERE}/deployments/eu")
    events = ask("admin").get(f"{HERE}/audit").json()["items"]
    told = [(each["action"], each["target"]) for each in events]
    assert told[:3] == [
        ("deployment.undeploy", "eu"),
        ("deployment.deploy", "hidden"),
        ("deployment.deploy", "eu"),
    ]


def test_asking_a_model_that_is_not_deployed_says_what_to_do(
    deployed: TestClient, project: Project, register: Register
) -> None:
    _make_ready(project)
    register("given")
    answer = deployed.post(f"{HERE}/models/given@2/predict", json={"row": {"a": 1}})
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
    assert "there is given@1" in answer.json()["detail"]
    assert "/models/given@2/deploy" in answer.json()["fix"]


def test_asking_what_no_worker_looks_after_says_so_and_to_come_again(
    deployed: TestClient, project: Project
) -> None:
    def told() -> tuple[int, str]:
        answer = deployed.post(f"{HERE}/models/given/predict", json={"row": {"a": 1}})
        return answer.status_code, answer.json()["detail"]

    status, detail = told()
    assert (status, "no worker has given a sign" in detail) == (503, True)
    now = datetime.now(UTC)
    project.serving.watched.claim("w", at=now, until=now + timedelta(seconds=60))
    status, detail = told()
    assert (status, "it is starting" in detail) == (503, True)


def test_asking_a_deployment_that_does_not_answer_is_503(
    deployed: TestClient, project: Project
) -> None:
    _make_ready(project)
    answer = deployed.post(f"{HERE}/models/given/predict", json={"row": {"a": 1}})
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert answer.headers["retry-after"] == "1"


@pytest.mark.parametrize("body", [{}, {"row": {}, "rows": []}, {"row": None}, {"features": [[1]]}])
def test_a_body_that_is_not_one_of_the_forms_is_refused(deployed: TestClient, body: object) -> None:
    assert deployed.post(f"{HERE}/models/given/predict", json=body).status_code == 422


def test_who_is_not_given_a_model_may_not_ask_it(deployed: TestClient, ask: Ask) -> None:
    for caller in ("bounded", "stranger"):
        answer = ask(caller).post(f"{HERE}/models/hidden/predict", json={"row": {"a": 1}})
        assert answer.status_code == 404
