"""Trainings, models and predictions are summed up for whoever is given them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from modelyard.bootstrap import Project
from modelyard.domain.jobs import Job, JobKind, JobState, Quota, Usage
from modelyard.domain.logged_predictions import LoggedPrediction, SegmentPlace
from modelyard.domain.runs import Dataset, Model, Run, RunStatus
from modelyard.store.datasets import Datasets
from modelyard.store.jobs import Jobs
from modelyard.store.predictions import Predictions

Ask = Callable[..., TestClient]
HERE = "/api/v1/ml/analytics"
SHA = "ab" * 32


def _measured(value: float, algorithm: str, metric: str = "roc-auc") -> dict[str, Any]:
    metrics = {metric: {"value": value, "low": value, "high": value, "baseline": 0.5}}
    told = {"algorithm": algorithm, "metric": metric, "metrics": metrics}
    return told | {"data_sha256": SHA}


@pytest.fixture
def editor(
    project: Project,
    ask: Ask,
    register: Callable[..., Model],
    add_run: Callable[..., Run],
) -> TestClient:
    """An editor's client: three trainings of two models that answer one question, one failed."""
    records, now = project.of("acme").records, datetime.now(UTC)
    Datasets(records).add(Dataset(SHA, "churn.csv", 10, 3, 100, now))
    begun = {"started_at": now - timedelta(days=2), "duration_s": 30.0, "data_sha256": SHA}
    done = begun | {"status": RunStatus.SUCCEEDED}
    first = add_run("r1", name="given", algorithm="forest", **done)
    second = add_run("r2", name="hidden", algorithm="boosting", **done)
    add_run("r3", name="given", algorithm="forest", status=RunStatus.FAILED, **begun)
    add_run("r4", name="given", algorithm="forest", status=RunStatus.FAILED)
    register("given", run=first, **_measured(0.8, "forest"))
    register("hidden", run=second, **_measured(0.9, "boosting"))
    many = [
        LoggedPrediction(
            id=f"p-{number}",
            deployment=name,
            model=f"{name}@1",
            package_sha256="ab",
            at=now - timedelta(hours=3),
            subject="key:1",
            request_id="r",
            features={},
            prediction="yes",
        )
        for number, name in enumerate(("given", "hidden", "hidden"))
    ]
    Predictions(records).load(many, before=SegmentPlace("s", 0), after=SegmentPlace("s", 9))
    return ask("editor")


def test_trainings_of_the_time_are_counted_by_day_and_by_algorithm(editor: TestClient) -> None:
    told = editor.get(HERE).json()
    assert (told["n_trainings"], told["n_succeeded"], told["duration_s"]) == (3, 2, 90.0)
    (day,) = told["days"]
    assert (day["n_trainings"], day["n_succeeded"], day["n_failed"]) == (3, 2, 1)
    uses = {each["algorithm"]: each for each in told["algorithms"]}
    assert (uses["forest"]["n_trainings"], uses["forest"]["n_succeeded"]) == (2, 1)
    since = {"since": "2025-06-01T00:00:00Z"}
    assert editor.get(HERE, params=since).json()["n_trainings"] == 4


def test_what_the_jobs_of_trainings_have_used_is_told_by_day_and_by_algorithm(
    editor: TestClient, project: Project
) -> None:
    used = (("j1", "r1", 10.0, 700), ("j2", "r1", 2.5, 900), ("j3", "r2", 1.0, 300))
    elsewhere = ("j4", "r1", 50.0, 5_000)
    for tenant, jobs in (("acme", used), ("other", (elsewhere,))):
        for id_, run_id, cpu_s, peak_bytes in jobs:
            Jobs(project.of(tenant).records, quota=Quota()).add(
                Job(
                    tenant=tenant,
                    id=id_,
                    kind=JobKind.TRAINING,
                    state=JobState.SUCCEEDED,
                    payload={},
                    created_by="user:1",
                    created_at=datetime.now(UTC),
                    run_id=run_id,
                    usage=Usage(cpu_s, peak_bytes),
                )
            )
    told = editor.get(HERE).json()
    (day,) = told["days"]
    for each in (told, day):
        assert (each["cpu_s"], each["peak_bytes"]) == (13.5, 900)
    uses = {each["algorithm"]: each for each in told["algorithms"]}
    assert (uses["forest"]["cpu_s"], uses["forest"]["peak_bytes"]) == (12.5, 900)
    assert (uses["boosting"]["cpu_s"], uses["boosting"]["peak_bytes"]) == (1.0, 300)


def test_the_best_model_of_a_question_is_told_with_its_dataset(editor: TestClient) -> None:
    told = editor.get(HERE).json()
    (best,) = told["best"]
    assert (best["model"], best["value"], best["n_models"]) == ("hidden@1", 0.9, 2)
    assert (best["target"], best["metric"]) == ("bought", "roc-auc")
    uses = {each["algorithm"]: each["n_best"] for each in told["algorithms"]}
    assert uses == {"forest": 0, "boosting": 1}


def test_of_a_metric_that_should_be_low_the_lowest_is_the_best(
    editor: TestClient, register: Callable[..., Model]
) -> None:
    for value in (3.0, 2.0, 4.0):
        register("price", **_measured(value, "forest", "rmse"))
    best = editor.get(HERE).json()["best"][0]
    assert (best["model"], best["value"]) == ("price@2", 2.0)


def test_predictions_are_counted_by_deployment_and_by_day(editor: TestClient) -> None:
    told = editor.get(HERE).json()
    assert told["n_predictions"] == 3
    assert told["deployments"] == [
        {"deployment": "hidden", "n_rows": 2},
        {"deployment": "given", "n_rows": 1},
    ]
    assert sum(each["n_rows"] for each in told["predictions"]) == 3


def test_what_is_of_models_that_are_not_given_is_left_out(editor: TestClient, ask: Ask) -> None:
    told = ask("bounded").get(HERE).json()
    assert (told["n_models"], told["n_trainings"], told["n_predictions"]) == (1, 2, 1)
    assert [each["model"] for each in told["best"]] == ["given@1"]


def test_another_tenant_has_nothing_of_it(editor: TestClient, ask: Ask) -> None:
    told = ask("stranger").get(HERE).json()
    assert (told["n_models"], told["n_trainings"], told["n_predictions"]) == (0, 0, 0)


@pytest.mark.parametrize("since", ["2999-01-01T00:00:00Z", "1000-01-01T00:00:00Z"])
def test_a_time_to_come_or_without_end_is_refused(editor: TestClient, since: str) -> None:
    answer = editor.get(HERE, params={"since": since})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-value")
