"""What only real processes show: interruption, two at once, a place that cannot be written."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from ending import killed
from rows import QUICK, table

from modelyard.store.databases import open_database

COMMAND = (sys.executable, "-m", "modelyard")
WAIT_S = 120


def _start(*arguments: object) -> "subprocess.Popen[str]":
    words = [str(argument) for argument in arguments]
    pipe = subprocess.PIPE
    return subprocess.Popen([*COMMAND, *words], stdout=pipe, stderr=pipe, text=True)


def test_a_real_process_trains_and_says_so_by_its_exit_code(put) -> None:
    out, err = (process := _start("train", put("data.csv", table()), *QUICK, "--json")).communicate(
        timeout=WAIT_S
    )
    assert process.returncode == 0, err
    assert json.loads(out)["reference"] == "data@1"


def test_a_real_process_refuses_without_a_trace(put) -> None:
    _, err = (process := _start("train", put("data.csv", "x,y\n1\n"), "--target", "y")).communicate(
        timeout=WAIT_S
    )
    assert process.returncode == 3
    assert "Row 1 has 1 field" in err
    assert "Traceback" not in err


@pytest.mark.parametrize(("algorithm", "n_trees"), [("lightgbm", 10_000), ("random-forest", 5_000)])
def test_an_interrupted_training_is_recorded_as_cancelled(
    algorithm, n_trees, put, cli, tmp_path
) -> None:
    """Ctrl-C while it fits; nothing half-made is left."""
    path, out = put("data.csv", table(n_rows=2000)), tmp_path / "package"
    endless = ("--algorithm", algorithm, "--set", f"n_estimators={n_trees}", "--out", out)
    with _start("train", path, "--target", "y", *endless) as process, killed(process):
        assert process.stderr is not None
        for line in process.stderr:
            if line.startswith("Fitting"):
                break
        process.send_signal(signal.SIGINT)
        told, err = process.communicate(timeout=WAIT_S)
    assert process.returncode == 130, err
    assert "Traceback" not in told + err
    assert "Interrupted" in err
    (run,) = cli("runs", "list", "--json").document
    assert (run["status"], run["reason"]) == ("cancelled", "interrupted by the user")
    assert cli("models", "list", "--json").document == []
    assert not out.exists()
    packages = Path(os.environ["MODELYARD_HOME"]) / "models"
    assert not packages.exists() or not list(packages.iterdir())


def test_two_trainings_at_once_get_versions_of_their_own(put, done) -> None:
    """Both make the project folder, the key and the database, since neither is there."""
    path = put("data.csv", table())
    processes = [_start("train", path, *QUICK, "--json") for _ in range(2)]
    outcomes = [(process.communicate(timeout=WAIT_S), process.returncode) for process in processes]
    assert [code for _, code in outcomes] == [0, 0], outcomes
    references = {json.loads(out)["reference"] for (out, _), _ in outcomes}
    assert references == {"data@1", "data@2"}
    for reference in sorted(references):
        assert done("predict", reference, path)["n_rows"] == 60


@pytest.mark.parametrize("variable", ["MODELYARD_HOME", "MODELYARD_KEYS"])
@pytest.mark.parametrize("place", ["a-file", "a-file/below"])
def test_a_folder_that_cannot_be_made_is_named_with_a_way_out(
    variable, place, put, cli, tmp_path, monkeypatch
) -> None:
    data, file = put("data.csv", table()), put("a-file", "in the way")
    monkeypatch.setenv(variable, str(tmp_path / place))
    ending = cli("train", data, *QUICK, "--json")
    assert (ending.code, ending.error["code"]) == (7, "store")
    assert variable in ending.error["fix"] or "Move that file away" in ending.error["fix"]
    assert file.read_text() == "in the way"


@pytest.mark.parametrize(
    "content", [b"not a database" * 100, b"SQLite format 3\0" + b"\xff" * 4000]
)
def test_a_damaged_database_is_named_with_a_way_out(content, put, cli) -> None:
    home = Path(os.environ["MODELYARD_HOME"])
    home.mkdir(parents=True)
    (home / "modelyard.db").write_bytes(content)
    ending = cli("train", put("data.csv", table()), *QUICK, "--json")
    assert (ending.code, ending.error["code"]) == (7, "store")
    assert ending.error["fix"]


def test_a_folder_that_fills_up_leaves_no_model_and_a_failed_run(put, cli) -> None:
    """A file where the packages belong stands for a disk that takes nothing more."""
    home = Path(os.environ["MODELYARD_HOME"])
    home.mkdir(parents=True)
    (home / "models").write_text("in the way")
    ending = cli("train", put("data.csv", table()), *QUICK, "--json")
    assert (ending.code, ending.error["code"]) == (7, "store")
    assert cli("models", "list", "--json").document == []
    (run,) = cli("runs", "list", "--json").document
    assert run["status"] == "failed"
    # Who gave the command is told where; what is recorded may be read by others.
    assert str(home / "models") in ending.error["detail"]
    assert "in the way" in run["reason"]
    assert str(home) not in run["reason"]


def test_a_surprise_is_a_short_message_and_its_trace_a_file(
    put, cli, monkeypatch, tmp_path
) -> None:
    """A row of the database that no version ever wrote stands for what nobody foresaw."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert cli("train", put("data.csv", table()), *QUICK).code == 0
    database = open_database(f"sqlite:///{os.environ['MODELYARD_HOME']}/modelyard.db")
    with database.writing() as connection:
        connection.exec_driver_sql("UPDATE training_jobs SET status = 'banana'")
    database.close()
    ending = cli("runs", "list", "--json")
    assert (ending.code, ending.error["code"]) == (1, "internal")
    (trace,) = tmp_path.glob("modelyard-error-*.log")
    assert str(trace) in ending.error["fix"]
    assert "Traceback" in trace.read_text()
