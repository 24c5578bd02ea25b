"""Real processes are killed at the worst moments; the next training leaves nothing half-made."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from killed_training import POINTS
from rows import QUICK, table

import modelyard
from modelyard.bootstrap import open_project
from modelyard.domain.errors import InvalidValue
from modelyard.domain.queries import RunQuery

pytestmark = pytest.mark.processes

SCRIPT = Path(__file__).with_name("killed_training.py")
WAIT_S = 120


@pytest.fixture
def data(put) -> Path:
    return put("data.csv", table())


def _home() -> Path:
    return Path(os.environ["MODELYARD_HOME"])


def _end(data: Path, point: str, how: str, *out: Path) -> int:
    words = [sys.executable, str(SCRIPT), str(data), point, how, *map(str, out)]
    return subprocess.run(words, check=False, capture_output=True, timeout=WAIT_S).returncode


def _packages() -> list[str]:
    return sorted(path.name for path in (_home() / "models").iterdir())


@pytest.mark.parametrize("point", POINTS)
def test_what_a_killed_training_left_is_put_away_by_the_next(point, data, cli, done) -> None:
    assert _end(data, point, "kill") == -signal.SIGKILL
    (run,) = done("runs", "list")
    is_registered = point == "published"
    assert run["status"] == ("succeeded" if is_registered else "running")
    assert run["data_sha256"]
    done("train", data, *QUICK)
    _, run = done("runs", "list")
    if is_registered:
        assert (run["status"], run["model"]) == ("succeeded", "data@1")
    else:
        assert (run["status"], run["reason"]) == ("failed", "the process ended without a word")
    models = done("models", "list")
    assert len(models) == 1 + is_registered
    assert _packages() == sorted(model["artifact"] for model in models)
    for model in models:
        assert cli("predict", f"data@{model['version']}", data).code == 0


@pytest.mark.parametrize("point", POINTS)
def test_an_interruption_never_takes_a_registered_model_nor_leaves_half_of_one(
    point, data, done, tmp_path
) -> None:
    out = tmp_path / "copy"
    assert _end(data, point, "interrupt", out) == -signal.SIGINT
    (run,) = done("runs", "list")
    if point == "published":
        assert (run["status"], run["model"]) == ("succeeded", "data@1")
        assert done("predict", "data@1", data)["n_rows"] == 60
        assert len(_packages()) == 1
    else:
        assert (run["status"], run["reason"]) == ("cancelled", "interrupted by the user")
        assert done("models", "list") == []
        assert not (_home() / "models").exists() or _packages() == []
    assert not out.exists()
    assert not list(tmp_path.glob(".unfinished-*"))


def test_a_disk_that_fills_up_while_it_is_written_fails_the_run_and_nothing_is_left(
    data, done, tmp_path
) -> None:
    assert _end(data, "rename", "fill", tmp_path / "copy") == 1
    (run,) = done("runs", "list")
    assert run["status"] == "failed"
    assert "the disk is full" in run["reason"]
    assert done("models", "list") == []
    assert _packages() == []
    assert not (tmp_path / "copy").exists()


def test_a_training_that_is_told_to_end_is_recorded_as_cancelled(put, done, tmp_path) -> None:
    path = put("data.csv", table(n_rows=2000))
    words = ("train", path, "--target", "y", "--set", "n_estimators=10000", "--algorithm")
    command = [sys.executable, "-m", "modelyard", *map(str, words), "lightgbm"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if line.startswith("Fitting"):
                break
        process.terminate()
        told, err = process.communicate(timeout=WAIT_S)
    assert process.returncode == 143, err
    assert "Traceback" not in told + err
    assert "Told to end" in err
    (run,) = done("runs", "list")
    assert (run["status"], run["reason"]) == ("cancelled", "told to end (SIGTERM)")
    assert not (_home() / "models").exists() or _packages() == []


def test_a_moved_project_still_holds_its_models(data, done, tmp_path, monkeypatch) -> None:
    done("train", data, *QUICK)
    before = done("predict", "data@1", data)
    moved = shutil.move(_home(), tmp_path / "elsewhere")
    monkeypatch.setenv("MODELYARD_HOME", str(moved))
    assert done("predict", "data@1", data) == before
    done("models", "delete", "data@1", "--yes")
    assert _packages() == []


def test_a_model_whose_files_are_gone_already_can_be_deleted(data, done, cli) -> None:
    done("train", data, *QUICK)
    shutil.rmtree(_home() / "models")
    assert cli("predict", "data@1", data, "--json").error["code"] == "not-found"
    assert done("models", "delete", "data@1", "--yes") == {"deleted": "data@1"}
    assert done("models", "list") == []


def test_a_failed_run_remembers_the_data_and_what_was_found_in_it(put, cli, done) -> None:
    rows = table(lambda at: (str(at % 7), "abc"[at % 3], str(at % 2), str(at % 2)), header="xcdy")
    ending = cli("train", put("leaks.csv", rows), "--target", "y", "--json")
    assert ending.code == 2, ending.out
    (run,) = done("runs", "list", "--status", "failed")
    assert [each["name"] for each in run["findings"]] == [
        each["name"] for each in ending.error["findings"]
    ]
    assert done("models", "lineage", run["data_sha256"])["runs"][0]["id"] == run["id"]


def test_what_is_measured_right_after_training_is_kept_with_the_model(data) -> None:
    model = modelyard.train(data, target="y", algorithm="logistic-regression")
    model.evaluate(data)
    (run,) = model.project.runs.find(RunQuery())
    registered = model.project.models.get("data@1")
    assert (run.model, model.opened.reference) == ("data@1", "data@1")
    assert len(model.project.models.evaluations_of(registered)) == 1


def test_one_fingerprint_may_be_handed_over_alone(data, tmp_path, monkeypatch) -> None:
    made = modelyard.train(data, target="y", algorithm="logistic-regression", out=tmp_path / "m")
    fingerprint = made.opened.package.signer
    monkeypatch.setenv("MODELYARD_KEYS", str(tmp_path / "others"))
    assert modelyard.load(tmp_path / "m", trust=fingerprint).manifest == made.manifest
    with pytest.raises(InvalidValue, match="64 hexadecimal digits"):
        modelyard.load(tmp_path / "m", trust=fingerprint[:8])


def test_runs_sort_by_time_by_their_ids_even_within_a_second(data) -> None:
    project = open_project()
    for seed in range(3):
        modelyard.train(
            data, target="y", algorithm="logistic-regression", seed=seed, project=project
        )
    runs = project.runs.find(RunQuery(sort="started_at", is_descending=False))
    assert [run.seed for run in sorted(runs, key=lambda run: run.id)] == [0, 1, 2]


def test_a_folder_without_a_package_does_not_hide_a_model_of_its_name(data, done, tmp_path) -> None:
    done("train", data, *QUICK)
    (tmp_path / "data").mkdir()
    assert done("predict", "data", data)["n_rows"] == 60
