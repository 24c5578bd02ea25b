"""Before a training: what it would learn from, what AutoML may expect, and how it is written."""

from collections.abc import Callable
from typing import Any

import pytest
import yaml
from fastapi import FastAPI
from starlette.testclient import TestClient

from modelyard.bootstrap import Project
from modelyard.services.uploads import UploadRequest

Ask = Callable[..., TestClient]

API = "/api/v1/ml"
HEADER = "id,age,city,copy,left\n"
CITIES = ("Bern", "Basel", "Chur")


def _row(n: int) -> str:
    left = "yes" if (n * 7919) % 11 > 5 else "no"
    return f"K{n:04d},{20 + (n * 37) % 50},{CITIES[n % 3]},{left.upper()},{left}\n"


TABLE = (HEADER + "".join(_row(n) for n in range(120))).encode()


@pytest.fixture
def dataset(project: Project) -> None:
    """Keep a table with an identifier, and a column that gives the answer away."""
    request = UploadRequest(
        name="people", filename="people.csv", size_bytes=len(TABLE), created_by="user:e"
    )
    project.of("acme").uploads.take(request, [TABLE])


def _plan(*, target: str = "left", **ours: Any) -> dict[str, Any]:
    return {
        "dataset": "people",
        "configuration": {
            "data": {"tabular": {"target_column": target}},
            "model": {"name": "auto" if "automl" in ours else "logistic-regression"},
            "modelyard": ours,
        },
    }


@pytest.fixture
def outline(ask: Ask, dataset: None) -> Callable[..., dict[str, Any]]:
    """Return what asks for an outline, and returns the answer."""

    def outline_it(**wishes: Any) -> dict[str, Any]:
        response = ask("editor").post(f"{API}/training/outline", json=_plan(**wishes))
        assert response.status_code == 200, response.text
        told: dict[str, Any] = response.json()
        return told

    return outline_it


def test_the_task_of_a_target_is_told_with_its_reason(outline) -> None:
    told = outline(drop=["copy"])
    assert (told["task"], told["n_rows"], told["metric"]) == ("binary", 120, "roc-auc")
    assert told["task_reason"] == "it holds 2 different texts"
    assert told["n_seen"] == told["n_rows"]
    assert told["outlook"] is None


def test_a_column_that_names_the_rows_is_no_feature_and_says_why(outline) -> None:
    told = outline(drop=["copy"])
    features = {each["name"]: each["is_feature"] for each in told["columns"]}
    assert features == {"id": False, "age": True, "city": True, "left": False}
    (why,) = [each for each in told["findings"] if "id" in each["columns"]]
    assert why["code"] == "identifier-column"


def test_what_would_stop_a_training_is_told_and_may_be_accepted(outline) -> None:
    automl = {"time_limit": 20.0}
    stopped = outline(automl=automl)
    assert "leakage-copy:copy" in stopped["blocking"]
    assert stopped["outlook"] is None
    accepted = outline(automl=automl, accept=stopped["blocking"])
    assert accepted["blocking"] == []
    assert accepted["outlook"] is not None


def test_automl_is_told_what_fits_into_its_time(outline) -> None:
    short, long = (
        outline(automl={"time_limit": seconds}, drop=["copy"])["outlook"]
        for seconds in (3.0, 600.0)
    )
    assert short["time_s"] < 3.0 < long["time_s"] < 600.0
    # Where nothing is likely to be done, nobody counts what would come after it.
    assert short["n_starts"] + (short["n_more"] or 0) < long["n_starts"] + long["n_more"]


@pytest.mark.parametrize(
    ("wishes", "status", "code"),
    [
        ({"target": "age_of"}, 422, "missing-columns"),
        ({"target": "id"}, 422, "target"),
        ({"target": "city", "task": "regression"}, 422, "target"),
        ({"automl": {"only": ["no-such"]}, "drop": ["copy"]}, 422, "invalid-value"),
    ],
    ids=["no such target", "a target of names", "another task", "an algorithm that is not"],
)
def test_what_cannot_be_trained_is_told_as_the_training_would(
    ask: Ask, dataset: None, wishes: dict[str, Any], status: int, code: str
) -> None:
    response = ask("editor").post(f"{API}/training/outline", json=_plan(**wishes))
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert response.json()["fix"]


class _OutOfTime:
    """Runs what the API asks for apart, and is never done in time."""

    async def run(self, module: str, order: object, *, timeout_s: float) -> None:
        del module, order, timeout_s


def test_a_table_that_takes_too_long_is_refused_by_an_answer_that_nobody_asks_again_for(
    ask: Ask, app: FastAPI, dataset: None
) -> None:
    app.state.apart = _OutOfTime()
    response = ask("editor").post(f"{API}/training/outline", json=_plan())
    assert (response.status_code, response.json()["code"]) == (422, "too-large-to-outline")
    assert "Start the training" in response.json()["fix"]
    assert "retry-after" not in response.headers


class _AtFault:
    """Runs what the API asks for apart, and ends without an answer."""

    async def run(self, module: str, order: object, *, timeout_s: float) -> bytes:
        del module, order, timeout_s
        return b""


def test_a_process_that_fails_is_no_table_that_is_too_large(
    ask: Ask, app: FastAPI, dataset: None
) -> None:
    app.state.apart = _AtFault()
    response = ask("editor").post(f"{API}/training/outline", json=_plan())
    assert (response.status_code, response.json()["code"]) == (500, "internal")


def test_nothing_is_kept_of_an_outline(outline, ask: Ask) -> None:
    outline(drop=["copy"])
    assert ask("editor").get(f"{API}/runs").json()["items"] == []
    assert ask("editor").get(f"{API}/jobs").json()["items"] == []


@pytest.mark.parametrize("path", ["outline", "spellings"])
def test_the_dataset_of_another_tenant_is_not_there(ask: Ask, dataset: None, path: str) -> None:
    response = ask("stranger").post(f"{API}/training/{path}", json=_plan())
    assert response.status_code == 404


def test_a_training_is_spelled_for_every_door(ask: Ask, dataset: None) -> None:
    plan = _plan(automl={"time_limit": 90.0}, drop=["copy"])
    told = ask("editor").post(f"{API}/training/spellings", json=plan).json()
    kept = yaml.safe_load(told["yaml"])
    assert kept["data"]["tabular"] == {
        "path": "people.csv",
        "target_column": "left",
        "train_split": 0.9,
        "validation_split": 0.0,
        "test_split": 0.1,
    }
    assert kept["modelyard"]["automl"]["time_limit"] == 90.0
    assert kept["modelyard"]["drop"] == ["copy"]
    assert told["command"] == (
        "modelyard train people@1 --target left --drop copy --time-limit 90.0 --seed 0 "
        "--url http://testserver"
    )
    assert "time_limit_s=90.0" in told["python"]


def test_the_file_that_is_spelled_asks_for_the_same_training(
    ask: Ask, dataset: None, tmp_path
) -> None:
    from modelyard.wire.configurations import read_configuration

    plan = _plan(drop=["copy"], cv=3, parameters={"C": 0.5}, class_weight="balanced")
    told = ask("editor").post(f"{API}/training/spellings", json=plan).json()
    path = tmp_path / "people.yaml"
    path.write_text(told["yaml"])
    config = read_configuration(path).config
    assert (config.target, config.algorithm, config.drop) == (
        "left",
        "logistic-regression",
        ("copy",),
    )
    assert (config.n_folds, config.parameters) == (3, {"C": 0.5})
    assert config.class_weight == "balanced"
