"""What no training could do is refused when it is asked for, and not by a job that fails."""

from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from modelyard.bootstrap import Project
from modelyard.domain.identities import LOCAL_CALLER
from modelyard.domain.jobs import JobQuery
from modelyard.services.named_datasets import Reading
from modelyard.services.uploads import UploadRequest

Ask = Callable[..., TestClient]

START = "/api/v1/ml/training/start"
TABLE = b"height,weight,sort\n" + b"".join(b"%d,%d,%d\n" % (n, n * 3, n % 2) for n in range(40))


@pytest.fixture
def ready(project: Project) -> None:
    """Keep a small table that was read."""
    tenant = project.of("acme")
    tenant.uploads.take(UploadRequest("plants", len(TABLE), "user:e"), [TABLE])
    tenant.ingesting.ingest("plants")


def _body(target: str = "sort", *, data: Any = None, **model: Any) -> dict[str, Any]:
    sections = {"data": {"tabular": {"target_column": target}} | (data or {})}
    return {"dataset": "plants", "configuration": sections | model}


def _only(algorithm: str) -> dict[str, Any]:
    return {"automl": {"only": [algorithm]}}


@pytest.mark.parametrize(
    ("body", "code", "told"),
    [
        (_body("sorts"), "missing-columns", "Did you mean 'sort'?"),
        (_body(modelyard={"drop": ["hight"]}), "missing-columns", "'height'"),
        (_body(modelyard={"group": "wait"}), "missing-columns", "'weight'"),
        (_body(model={"name": "light-gbm"}), "unknown-key", "'lightgbm'"),
        (_body(modelyard={"metric": "acuracy"}), "unknown-key", "'accuracy'"),
        (
            _body(modelyard={"parameters": {"num_leafs": 3}}),
            "unknown-key",
            "'num_leaves'",
        ),
        (_body(modelyard=_only("lightgmb")), "unknown-key", "'lightgbm'"),
    ],
    ids=["target", "dropped", "group", "algorithm", "metric", "parameter", "AutoML"],
)
def test_a_misspelt_name_is_refused_with_the_nearest(
    project: Project, ask: Ask, ready: None, body: dict[str, Any], code: str, told: str
) -> None:
    answer = ask("editor").post(START, json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, code), answer.text
    assert told in answer.json()["fix"]
    assert project.of("acme").jobs.find(JobQuery()).items == ()


def test_columns_that_become_sequences_are_not_judged_by_those_of_the_file(
    ask: Ask, ready: None
) -> None:
    wide = {"wide": {"growth": ["height", "weight"]}}
    body = _body(modelyard={"sequences": wide, "drop": ["growth"]})
    assert ask("editor").post(START, json=body).status_code == 202


def test_columns_of_a_table_that_may_be_read_otherwise_are_not_judged(
    project: Project, ask: Ask, ready: None
) -> None:
    reading = Reading(fixes={"sort": "as-category"})
    project.of("acme").named_datasets.derive("plants", reading, caller=LOCAL_CALLER)
    project.of("acme").ingesting.ingest("plants")
    assert ask("editor").post(START, json=_body("sorts")).status_code == 202
