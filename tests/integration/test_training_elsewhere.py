"""`modelyard train --url`: a table is sent to a platform, trained on there, and the model shown."""

import json
from pathlib import Path

import pytest
from platform_jobs import TABLE, end, start_worker

from modelyard.bootstrap import Project
from modelyard.cli._group import run

pytestmark = pytest.mark.processes

ASKED = ("--target", "y", "--algorithm", "logistic-regression")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "prices.csv"
    path.write_bytes(TABLE)
    return path


def test_a_table_is_sent_and_a_model_comes_back(
    project: Project, url: str, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    worker = start_worker("--no-deployments")
    try:
        code = run(["train", str(file), *ASKED, "--url", url, "--tag", "stage=draft", "--json"])
    finally:
        end(worker)
    told = json.loads(capsys.readouterr().out)
    assert (code, told["job"]["state"]) == (0, "succeeded"), told
    assert told["model"]["id"] == told["job"]["result"]["model"] == "prices@1"
    assert project.runs.get(told["job"]["run_id"]).tags == {"stage": "draft"}


def test_what_the_platform_refuses_ends_with_the_code_of_the_error(
    url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["train", "no-such-dataset", *ASKED, "--url", url, "--json"]) == 5
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "not-found"


def test_what_only_this_machine_can_do_is_refused(
    url: str, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["train", str(file), *ASKED, "--url", url, "--out=there"]) == 4
    assert "--out is for trainings on this machine" in capsys.readouterr().err


def test_a_platform_says_what_the_budget_of_automl_buys(
    url: str, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["train", str(file), "--target", "y", "--url", url, "--estimate", "--json"]
    assert run([*asked, "--algorithm", "auto", "--time-limit", "60"]) == 0
    outlook = json.loads(capsys.readouterr().out)
    assert (outlook["n_columns"], outlook["time_s"] > 0) == (2, True)
    assert run([*asked, "--algorithm", "logistic-regression"]) == 4
    assert "one algorithm is named" in json.loads(capsys.readouterr().out)["error"]["detail"]
