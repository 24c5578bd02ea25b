"""Whatever goes wrong leaves the door as words, an exit code, and under --json one document."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from modelyard.cli._group import CommandFiles, run
from modelyard.cli._screen import print_json


def test_what_is_not_finite_is_null_in_json(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"a": float("nan"), "b": [float("inf"), 1.5]})
    assert json.loads(capsys.readouterr().out) == {"a": None, "b": [None, 1.5]}


def test_a_folder_that_the_system_refuses_is_no_fault_of_ours(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MODELYARD_HOME", "/proc/nowhere/project")
    assert run(["runs", "list", "--json"]) == 7
    assert "fix" in json.loads(capsys.readouterr().out)["error"]


def test_a_full_disk_behind_the_output_ends_without_a_trace() -> None:
    full = Path("/dev/full")
    if not full.is_char_device():
        pytest.skip("this system has no /dev/full")
    for arguments in (
        ["config", "schema"],
        ["runs", "list", "--json"],
        ["runs", "show", "x", "--json"],
    ):
        with full.open("w") as sink:
            done = subprocess.run(
                [sys.executable, "-m", "modelyard", *arguments],
                stdout=sink,
                stderr=subprocess.PIPE,
                text=True,
                check=False,
            )
        assert done.returncode in {5, 7}
        assert "Traceback" not in done.stderr


def test_a_reader_that_went_away_is_no_fault() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-m", "modelyard", "config", "schema"],
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, "")


def test_another_pipe_that_breaks_is_a_fault() -> None:
    def speak_to_nobody() -> None:
        raise BrokenPipeError

    group = CommandFiles(invoke_without_command=True, callback=speak_to_nobody)
    with pytest.raises(RuntimeError, match="is gone"):
        group.main([], standalone_mode=False)


def test_a_machine_must_say_yes_before_something_is_lost(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = tmp_path / "toy.csv"
    table.write_text("x,y\n" + "".join(f"{i % 7}.5,{'ab'[i % 2]}\n" for i in range(60)))
    assert run(["train", str(table), "--target", "y", "--algorithm", "dummy", "--json"]) == 0
    capsys.readouterr()
    assert run(["models", "delete", "toy@1", "--json"]) == 4
    assert "--yes" in json.loads(capsys.readouterr().out)["error"]["fix"]
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    assert run(["models", "delete", "toy@1"]) == 4
    assert "--yes" in capsys.readouterr().err
    assert run(["models", "delete", "toy", "--json", "--yes"]) == 4
    assert "toy@1" in json.loads(capsys.readouterr().out)["error"]["fix"]
    assert run(["models", "delete", "toy@1", "--json", "--yes"]) == 0


def test_predictions_never_replace_the_data(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    table = tmp_path / "toy.csv"
    table.write_text("x,y\n" + "".join(f"{i % 7}.5,{'ab'[i % 2]}\n" for i in range(60)))
    before = table.read_bytes()
    assert run(["train", str(table), "--target", "y", "--algorithm", "dummy"]) == 0
    assert run(["predict", "toy", str(table), "--out", str(table)]) == 4
    assert "the data itself" in capsys.readouterr().err
    assert table.read_bytes() == before
