"""The AutoML benchmark measures a system in its own processes, goes on, and tells of failures."""

import json
import os
import sys
from pathlib import Path

import automl
import pytest
from measuring.ledgers import Ledger
from measuring.process_trees import run_tree

# Remembers the share of the second label, and says when it was asked.
FAKE = """
import csv
from pathlib import Path
from worker import Loaded

def fit(job):
    rows = list(csv.DictReader(open(job.train)))
    share = sum(row[job.target] == "yes" for row in rows) / len(rows)
    (job.model / "share.txt").write_text(str(share))

def load(job):
    share = float((job.model / "share.txt").read_text())
    def read(path):
        return list(csv.DictReader(open(path)))
    def predict(table):
        return [[1 - share - int(row["x"]) / 1e4, share + int(row["x"]) / 1e4] for row in table]
    def rows(table, n):
        return [table[at % len(table)] for at in range(n)]
    return Loaded(["no", "yes"], read, predict, rows, lambda row: predict([row]))
"""
BROKEN = "def fit(job):\n    raise MemoryError('no more room')\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    lines = [f"{at},{'yes' if at > 60 else 'no'}" for at in range(100)]
    (tmp_path / "t.csv").write_text("\n".join(["x,y", *lines]) + "\n", encoding="utf-8")
    facts = {"t": {"file": "t.csv", "target": "y", "task": "binary"}}
    (tmp_path / "datasets.json").write_text(json.dumps(facts), encoding="utf-8")
    (tmp_path / "fake.py").write_text(FAKE, encoding="utf-8")
    (tmp_path / "broken.py").write_text(BROKEN, encoding="utf-8")
    return tmp_path


def _ask(folder: Path, *more: str, systems: str) -> None:
    names = [name for name in systems.split(",") if (folder / f"{name}.py").exists()]
    files = [word for name in names for word in ("--system-file", f"{name}={folder / name}.py")]
    results = str(folder / "results.json")
    cores = ["--cores", "1", "--budget", "900"]
    automl.main([str(folder), "--systems", systems, *files, "--results", results, *cores, *more])


def _runs(folder: Path) -> dict[str, dict]:
    found = json.loads((folder / "results.json").read_text(encoding="utf-8"))["runs"]
    return {run["system"]: run for run in found}


def test_a_system_of_one_s_own_is_measured_and_a_broken_one_ranks_last(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _ask(folder, systems="fake,broken")
    runs = _runs(folder)
    assert runs["fake"]["scores"]["roc_auc"] == 1.0
    assert runs["fake"]["is_held"]
    assert runs["fake"]["size_bytes"] == len("0.4875")
    assert min(runs["fake"][name] for name in ("peak_bytes", "cpu_s", "row_ms", "load_s")) > 0
    assert "no more room" in runs["broken"]["reason"]
    assert "Traceback" in (folder / "results" / "t-broken-900s-1c-0.log").read_text("utf-8")
    told = capsys.readouterr().out
    assert "broken failed, rank 2: fit: MemoryError: no more room" in told
    assert "Mean over 1 tables" in told


def test_what_was_run_is_not_run_again_on_resume(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _ask(folder, systems="fake")
    before = _runs(folder)["fake"]
    _ask(folder, "--resume", "--json", systems="fake,broken")
    after = _runs(folder)
    assert after["fake"] == before
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert told["tables"][0]["ranks"] == {"fake": 1.0, "broken": 2.0}


def test_rows_that_have_changed_are_run_again_on_resume(folder: Path) -> None:
    _ask(folder, systems="fake")
    before = _runs(folder)["fake"]["digest"]
    text = (folder / "t.csv").read_text(encoding="utf-8")
    (folder / "t.csv").write_text(text.replace("7,no", "7,yes"), encoding="utf-8")
    _ask(folder, "--resume", systems="fake")
    assert _runs(folder)["fake"]["digest"] != before


def test_a_system_that_is_not_installed_is_left_out_with_a_word(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nowhere = folder / "nowhere" / "python"
    _ask(folder, "--python", f"flaml={nowhere}", systems="broken,flaml")
    assert "flaml is left out" in capsys.readouterr().err
    assert list(_runs(folder)) == ["broken"]


def test_an_unknown_system_and_an_unknown_table_are_named(folder: Path) -> None:
    with pytest.raises(SystemExit, match="'fakes'"):
        _ask(folder, systems="fakes")
    with pytest.raises(SystemExit, match="elsewhere"):
        _ask(folder, "--datasets", "elsewhere", systems="fake")


def test_a_ledger_keeps_one_record_for_each_key_and_finds_them_again(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "runs.json"
    ledger = Ledger(path, key=("table",))
    for run in ({"table": "t", "n": 1}, {"table": "u", "n": 2}, {"table": "t", "n": 3}):
        ledger.add(run)
    again = Ledger(path, key=("table",))
    assert list(again) == [{"table": "u", "n": 2}, {"table": "t", "n": 3}]
    assert again.find({"table": "t"}) == {"table": "t", "n": 3}
    assert again.find({"table": "v"}) is None


def _run(code: str, folder: Path, *, timeout_s: float = 60):
    command = [sys.executable, "-c", code]
    log = folder / "log.txt"
    return run_tree(command, log=log, cwd=folder, env=dict(os.environ), timeout_s=timeout_s)


def test_memory_and_seconds_of_grandchildren_count(tmp_path: Path) -> None:
    burn = "b = bytearray(90_000_000); sum(range(20_000_000)); import time; time.sleep(0.4)"
    ran = _run(
        f"import subprocess, sys; subprocess.run([sys.executable, '-c', '{burn}'])", tmp_path
    )
    assert ran.code == 0
    assert ran.peak_bytes > 90_000_000
    assert ran.cpu_s > 0.1


def test_a_process_that_left_its_parent_is_ended(tmp_path: Path) -> None:
    code = (
        "import subprocess, sys; stay = [sys.executable, '-c', 'import time; time.sleep(600)']; "
        "print(subprocess.Popen(stay, start_new_session=True).pid)"
    )
    ran = _run(code, tmp_path)
    pid = int((tmp_path / "log.txt").read_text(encoding="utf-8"))
    assert ran.code == 0
    assert not Path(f"/proc/{pid}").exists()


def test_a_command_that_takes_too_long_is_stopped(tmp_path: Path) -> None:
    ran = _run("import time; time.sleep(600)", tmp_path, timeout_s=0.5)
    assert ran.is_stopped
    assert ran.code != 0
