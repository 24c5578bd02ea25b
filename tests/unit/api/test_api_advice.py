"""Advice before and after a training, and measurements on later rows as jobs."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from modelyard.bootstrap import Project
from modelyard.domain.errors import ClaimLost
from modelyard.domain.jobs import Job, Limits, WorkerSeen
from modelyard.domain.runs import Model
from modelyard.worker.assignments import Assignment, Report
from modelyard.worker.kinds.evaluation import perform

Ask = Callable[..., TestClient]
Register = Callable[..., Model]

API = "/api/v1/ml"
ROWS = b"age,member,since,city,bought\n" + b"".join(
    b"%d,%s,2024-01-0%d,%s,%s\n"
    % (20 + n, b"yes" if n % 3 else b"no", 1 + n % 9, b"Rome", b"yes" if n % 2 else b"no")
    for n in range(60)
)


@pytest.fixture
def dataset(ask: Ask) -> str:
    """Upload rows with a truth, and return what they are called."""
    answer = ask("editor").post(f"{API}/datasets?name=march&filename=march.csv", content=ROWS)
    assert answer.status_code == 201, answer.text
    return "march@1"


def _advice(client: TestClient, **asked: Any) -> list[dict[str, Any]]:
    answer = client.post(f"{API}/suggestions", json=asked)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def test_a_dataset_advises_what_to_mend_and_what_to_try(ask: Ask, dataset: str) -> None:
    advice = _advice(ask("viewer"), dataset=dataset)
    topics = [each["topic"] for each in advice]
    assert topics == ["columns"] * topics.count("columns") + ["algorithm"] * 3
    assert "columns" in topics
    tries = [each["told"] for each in advice if each["topic"] == "algorithm"]
    assert all(told.startswith("Try ") for told in tries)


def test_a_model_without_a_kept_report_advises_nothing(ask: Ask, register: Register) -> None:
    register("churn")
    assert _advice(ask("viewer"), model="churn") == []


@pytest.mark.parametrize("asked", [{}, {"model": "a", "dataset": "b"}])
def test_advice_is_about_a_model_or_a_dataset(ask: Ask, asked: dict[str, str]) -> None:
    answer = ask().post(f"{API}/suggestions", json=asked)
    assert (answer.status_code, answer.json()["path"]) == (422, "$")
    assert "a model or a dataset" in answer.json()["detail"]


def _evaluate(client: TestClient, **asked: Any) -> Any:
    return client.post(f"{API}/models/churn/evaluate", json=asked)


def test_a_measurement_is_asked_for_as_a_job_of_one_version(
    ask: Ask, register: Register, dataset: str
) -> None:
    register("churn")
    answer = _evaluate(ask("editor"), dataset="march", threshold=0.4)
    assert answer.status_code == 202
    assert answer.headers["location"] == f"{API}/jobs/{answer.json()['id']}"
    job = ask().get(answer.headers["location"]).json()
    assert (job["kind"], job["payload"]["model"]) == ("evaluation", "churn@1")
    assert (job["payload"]["dataset"], job["payload"]["threshold"]) == (dataset, 0.4)


def test_what_is_wrong_with_a_measurement_is_told_at_once(
    ask: Ask, register: Register, dataset: str
) -> None:
    register("churn")
    editor = ask("editor")
    assert _evaluate(editor, dataset="april").status_code == 404
    assert _evaluate(editor, dataset=dataset, metric="rmse").status_code == 422
    assert _evaluate(editor, dataset=dataset, threshold=1.5).status_code == 422


@pytest.fixture
def claimed(project: Project, ask: Ask, register: Register, dataset: str) -> Job:
    """Ask for a measurement, and take it as a worker would."""
    register("churn")
    assert _evaluate(ask("editor"), dataset=dataset).status_code == 202
    now = project.jobs.now()
    seen = WorkerSeen(id="w1", process="p", beats=1, n_places=1, started_at=now, seen_at=now)
    project.claims.enlist(seen)
    job = project.claims.claim("w1", at=now)
    assert job is not None
    return job


def test_a_measurement_and_the_end_of_its_job_appear_together_and_once(
    project: Project, ask: Ask, claimed: Job, tmp_path: Path
) -> None:
    assignment = Assignment.of(claimed, limits=Limits(), folder=tmp_path)
    perform(project.of("acme"), assignment, report=Report(lambda _: None))
    (kept,) = ask().get(f"{API}/models/churn/evaluations").json()["items"]
    assert (kept["id"], kept["model"], kept["n_rows"]) == (claimed.id, "churn@1", 60)
    job = ask().get(f"{API}/jobs/{claimed.id}").json()
    assert (job["state"], job["result"]["evaluation"]) == ("succeeded", claimed.id)
    with pytest.raises(ClaimLost):
        perform(project.of("acme"), assignment, report=Report(lambda _: None))
    assert len(ask().get(f"{API}/models/churn/evaluations").json()["items"]) == 1


def test_what_is_done_to_the_registry_is_on_record(ask: Ask, register: Register) -> None:
    register("churn")
    register("churn")
    editor = ask("editor")
    editor.put(f"{API}/models/churn/aliases/champion", json={"version": 1})
    editor.patch(f"{API}/models/churn@2/tags", json={"tags": {"a": "b"}})
    editor.delete(f"{API}/models/churn@2")
    editor.delete(f"{API}/models/churn@1")
    deeds = ask("admin").get(f"{API}/audit").json()["items"]
    assert [(each["actor"], each["action"], each["target"]) for each in deeds] == [
        ("user:e", "model.delete", "churn@2"),
        ("user:e", "model.tag", "churn@2"),
        ("user:e", "model.promote", "churn@1"),
    ]


def test_a_model_that_is_served_is_not_deleted(ask: Ask, register: Register) -> None:
    register("churn")
    editor = ask("editor")
    assert editor.post(f"{API}/models/churn/deploy", json={}).status_code == 202
    refused = editor.delete(f"{API}/models/churn@1")
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")
    assert editor.get(f"{API}/models/churn@1").status_code == 200
