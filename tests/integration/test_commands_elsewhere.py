"""Commands with `--url` do on a platform what they do here, with the same documents and errors."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from platform_jobs import TABLE, end, start_worker

from modelyard.bootstrap import Project
from modelyard.cli._group import run
from modelyard.workbench.training import train
from projects import own_project

pytestmark = pytest.mark.processes

Ask = Callable[..., Any]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "prices.csv"
    path.write_bytes(TABLE)
    return path


@pytest.fixture
def project(file: Path) -> Iterator[Project]:
    """Yield a project with one model, which a platform serves as well."""
    train(file, target="y", algorithm="logistic-regression", name="prices", tags={"a": "b"})
    with own_project() as opened:
        yield opened


@pytest.fixture
def ask(capsys: pytest.CaptureFixture[str]) -> Ask:
    """Return what runs a command that must end with a code, and reads what it prints."""

    def ask_for(*arguments: str, code: int = 0) -> Any:
        assert run([*arguments, "--json"]) == code, capsys.readouterr()
        return json.loads(capsys.readouterr().out)

    return ask_for


@pytest.mark.parametrize(
    "command",
    ["models list", "models list --sort roc-auc --tag a=b", "runs list --status succeeded"],
)
def test_lists_name_the_same_records_here_and_there(ask: Ask, url: str, command: str) -> None:
    here, there = ask(*command.split()), ask(*command.split(), "--url", url)
    assert [each["name"] for each in here] == [each["name"] for each in there]
    assert here[0]["metrics"] == there[0]["metrics"] != {}


def test_a_model_is_shown_with_its_origin(
    ask: Ask, url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    here, there = ask("models", "show", "prices"), ask("models", "show", "prices", "--url", url)
    assert here["run"]["id"] == there["run"]["id"] == there["model"]["run_id"]
    assert here["dataset"]["sha256"] == there["dataset"]["sha256"]
    assert run(["models", "show", "prices", "--url", url]) == 0
    told = capsys.readouterr().out
    assert f"Trained by run {here['run']['id']} with seed 0." in told
    assert "From data (60 rows" in told
    # What a person reads holds no lists, dictionaries and None of a programming language.
    assert "a=b" in told
    assert not {"[", "{", "None", "True"} & set(re.findall(r"[\[{]|None|True", told))


def test_a_run_is_shown_tagged_and_forgotten(ask: Ask, url: str, project: Project) -> None:
    (only,) = project.runs.runs.find()
    assert ask("runs", "show", only.id, "--url", url)["config"]["target"] == "y"
    assert ask("runs", "tag", only.id, "c=d", "--url", url)["tags"] == {"a": "b", "c": "d"}
    assert ask("runs", "untag", only.id, "a", "c", "--url", url)["tags"] == {}
    ask("models", "delete", "prices@1", "--yes", "--url", url)
    assert ask("runs", "delete", only.id, "--yes", "--url", url) == {"deleted": only.id}
    assert project.runs.runs.find() == ()


def test_a_model_is_promoted_and_tagged(ask: Ask, url: str) -> None:
    assert ask("models", "promote", "prices@1", "--url", url)["aliases"] == ["champion"]
    assert ask("models", "tag", "prices", "stage=live", "--url", url)["tags"]["stage"] == "live"
    refused = ask("models", "delete", "prices@1", "--yes", "--url", url, code=4)
    assert "champion" in refused["error"]["detail"]


def test_datasets_are_kept_mended_shown_and_deleted(ask: Ask, url: str, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text(
        "city,y\n" + "".join(f"{('Oslo', 'Rome', 'oslo')[at % 3]},{at % 2}\n" for at in range(60))
    )
    there = ("--url", url)
    added = ask("datasets", "add", str(file), "--name", "sales", *there)
    assert (added["reference"], added["n_rows"]) == ("sales@1", 60)
    assert ask("datasets", "preview", "sales", "--rows", "1", *there)["n_rows"] == 60
    mended = ask("datasets", "fix", "sales", "spelling-variants:city=merge-spellings", *there)
    assert (mended["version"], mended["derived_from"]) == (2, 1)
    assert [each["version"] for each in ask("datasets", "versions", "sales", *there)] == [2, 1]
    assert ask("datasets", "show", "sales@1", *there) == ask("datasets", "show", "sales@1")
    assert ask("datasets", "delete", "sales", "--all", "--yes", *there)["deleted"] == [
        "sales@2",
        "sales@1",
    ]
    assert ask("datasets", "list", *there) == []


def test_a_deployment_is_asked_for_told_and_ended(
    ask: Ask, url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ask("deploy", "prices", "--name", "eu", "--url", url)
    assert (asked["name"], asked["model"], asked["state"]) == ("eu", "prices@1", "starting")
    assert ask("deployments", "list", "--url", url) == ask("deployments", "list")
    assert run(["deployments", "show", "eu", "--url", url]) == 0
    assert "prices@1" in capsys.readouterr().out
    assert ask("deployments", "end", "eu")["is_wanted"] is False
    assert ask("deployments", "show", "none", "--url", url, code=5)["error"]["code"] == "not-found"


def test_a_platform_predicts_what_this_machine_predicts(
    ask: Ask, url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows, here = tmp_path / "rows.csv", tmp_path / "here.csv"
    rows.write_text(TABLE.decode().replace("0.000,a", "many,a"))
    asked = ["predict", "prices", str(rows), "--proba", "--keep", "x"]
    assert run([*asked, "--out", str(here)]) == 9
    capsys.readouterr()
    worker = start_worker("--no-deployments")
    try:
        assert run([*asked, "--url", url]) == 9
        printed = capsys.readouterr()
        told = ask("predict", "prices", "rows", "--url", url, code=9)
    finally:
        end(worker)
    assert printed.out == here.read_text()
    assert "Error in row 1" in printed.err
    assert (told["n_rows"], told["n_failed"], told["errors"][0]["column"]) == (60, 1, "x")
    assert len(told["prediction"]) == 60
    assert told["prediction"][0] is None


@pytest.mark.parametrize(
    ("command", "option"),
    [("predict prices rows.csv", "--trust=abc"), ("train prices.csv --target y", "--out=there")],
)
def test_what_a_platform_has_nothing_for_is_refused(
    ask: Ask, url: str, command: str, option: str
) -> None:
    refused = ask(*command.split(), option, "--url", url, code=4)["error"]
    assert option.partition("=")[0] in refused["detail"]
    assert refused["fix"]


@pytest.mark.parametrize("suffix", ["csv", "json"])
def test_trainings_are_written_to_a_file_as_here(
    ask: Ask, url: str, tmp_path: Path, suffix: str
) -> None:
    here, there = tmp_path / f"here.{suffix}", tmp_path / f"there.{suffix}"
    ask("runs", "list", "--out", str(here))
    (found,) = ask("runs", "list", "--out", str(there), "--url", url)
    for path in (here, there):
        text = path.read_text()
        assert found["id"] in text
        assert "logistic-regression" in text
    ask("runs", "show", found["id"], "--out", str(there), "--url", url)
    assert there.read_text().startswith("[]" if suffix == "json" else "number,status,score")


def test_what_came_of_data_is_asked_of_a_platform_by_the_name_of_a_dataset(
    ask: Ask, url: str
) -> None:
    refused = ask("models", "lineage", "abc", "--url", url, code=4)["error"]
    assert "modelyard datasets show NAME" in refused["fix"]


def test_a_platform_loads_the_rows_of_a_dataset_as_a_job(
    ask: Ask, url: str, file: Path, project: Project
) -> None:
    ask("datasets", "add", str(file), "--name", "sales")
    told = ask("datasets", "load", "sales", "--url", url)
    assert told == {"dataset": "sales@1", "loaded": None}
    (job,) = ask("jobs", "list", "--url", url)
    assert (job["kind"], job["dataset"]) == ("ingest", "sales@1")
    assert ask("datasets", "load", "sales") == {"dataset": "sales@1", "loaded": 60}


def test_a_model_that_is_nowhere_is_not_found_alike(ask: Ask, url: str) -> None:
    here = ask("models", "show", "none", code=5)["error"]
    assert ask("models", "show", "none", "--url", url, code=5)["error"]["detail"] == here["detail"]


def test_a_kept_dataset_is_trained_on_by_its_name_as_its_version_says(
    ask: Ask, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ask("datasets", "add", str(file), "--name", "sales")
    told = ask("train", "sales@1", "--target", "y", "--algorithm", "logistic-regression")
    assert told["reference"] == "sales@1"
    (kept,) = ask("runs", "list", "--name", "sales")
    assert kept["data_location"] == "sales@1"
    assert run(["train", "sale", "--target", "y"]) == 5
    assert "sale" in capsys.readouterr().err
