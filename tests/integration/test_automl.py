"""AutoML as its users meet it: a budget in, one package out, whatever becomes of the process."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from ending import killed
from rows import table

import modelyard
from modelyard.domain.errors import InvalidValue, UsageError
from modelyard.kit.failpoints import VARIABLE

pytestmark = pytest.mark.processes

COMMAND = (sys.executable, "-m", "modelyard")
FEW = ("--trials", "3", "--only", "lightgbm,logistic-regression,extra-trees")
WAIT_S = 240


@pytest.fixture
def data(put):
    return put("data.csv", table(n_rows=240))


def test_a_budget_ends_in_a_package_that_says_what_it_is_made_of(cli, data):
    ended = cli("train", data, "--target", "y", *FEW, "--json")
    assert ended.code == 0, ended.err
    board = ended.document["leaderboard"]
    weights = [each["weight"] for each in board["entries"]]
    assert sum(weights) == pytest.approx(1.0)
    assert [each["status"] for each in board["entries"]] == ["succeeded"] * 3
    answered = cli("predict", "data@1", data, "--json")
    assert answered.code == 0, answered.err


def test_the_candidates_stand_in_the_record_of_the_run(cli, data):
    cli("train", data, "--target", "y", *FEW, "--json")
    (run,) = cli("runs", "list", "--json").document
    trials = cli("runs", "show", run["id"], "--json").document["trials"]
    # Whose turn is third depends on which of the first two ends first.
    names = {each["parameters"]["candidate"] for each in trials}
    assert len(names) == len(trials) == 3
    assert {"lightgbm-1", "logistic-regression-1"} < names


@pytest.mark.parametrize(
    ("only", "n_trials"),
    [
        (["lightgbm", "extra-trees"], 4),
        # More than its starts: the others are of the search.
        (["ridge"], 6),
        pytest.param(["catboost", "xgboost"], 5, marks=[pytest.mark.extras, pytest.mark.slow]),
        pytest.param(["real-mlp"], 3, marks=[pytest.mark.extras, pytest.mark.slow]),
    ],
    ids=str,
)
def test_two_deterministic_runs_leave_the_same_package(only, n_trials, data, numbers, tmp_path):
    asked = numbers if only == ["ridge"] else data
    folders = [tmp_path / "one", tmp_path / "two"]
    asked_for = {"target": "y", "n_trials": n_trials, "deterministic": True, "only": only}
    one, two = (modelyard.train(asked, **asked_for, out=folder) for folder in folders)
    assert one.content_sha256 == two.content_sha256
    for name in ("recipe.json", "model.onnx"):
        first, second = ((folder / name).read_bytes() for folder in folders)
        assert first == second, name
    kept = [json.loads((folder / "manifest.json").read_bytes()) for folder in folders]
    for manifest in kept:
        del manifest["created_at"], manifest["files"]
    assert kept[0] == kept[1]


def test_a_run_that_was_killed_goes_on_where_it_was(data, tmp_path, monkeypatch):
    home = tmp_path / "home"
    monkeypatch.setenv("MODELYARD_HOME", str(home))
    words = ["train", str(data), "--target", "y", "--trials", "6", "--only", "lightgbm"]
    with (
        subprocess.Popen([*COMMAND, *words], stderr=subprocess.DEVNULL) as process,
        killed(process),
    ):
        kept = home / "unfinished"
        ends = time.monotonic() + WAIT_S
        while not list(kept.glob("*/lightgbm-1/entry.json")):
            assert process.poll() is None
            assert time.monotonic() < ends
            time.sleep(0.02)
        os.kill(process.pid, signal.SIGKILL)
    finished = {path.parent.name for path in kept.glob("*/*/entry.json")}
    model = modelyard.train(data, target="y", n_trials=6, only=["lightgbm"])
    names = {each["name"] for each in model.manifest.leaderboard["entries"]}
    assert finished <= names
    assert not list(kept.iterdir())


def test_where_nothing_can_be_kept_a_run_ends_all_the_same(data, tmp_path, monkeypatch):
    home = tmp_path / "home"
    monkeypatch.setenv("MODELYARD_HOME", str(home))
    home.mkdir()
    (home / "unfinished").write_text("in the way", encoding="utf-8")
    model = modelyard.train(data, target="y", n_trials=2, only=["logistic-regression"])
    assert model.manifest.leaderboard["n_candidates"] == 2


def test_an_interrupted_run_packages_the_best_so_far(cli, data, tmp_path):
    words = ["train", str(data), "--target", "y", "--trials", "500", "--only", "lightgbm"]
    pipe = subprocess.PIPE
    with (
        subprocess.Popen([*COMMAND, *words], stdout=pipe, stderr=pipe, text=True) as process,
        killed(process),
    ):
        home = Path(os.environ["MODELYARD_HOME"])
        ends = time.monotonic() + WAIT_S
        while not list((home / "unfinished").glob("*/*/entry.json")):
            assert process.poll() is None
            assert time.monotonic() < ends
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        told, err = process.communicate(timeout=WAIT_S)
    assert process.returncode == 0, err
    assert "an interruption" in told
    assert cli("predict", "data@1", data, "--json").code == 0


def test_an_interruption_while_the_model_is_packaged_waits_for_it(cli, data):
    words = ["train", str(data), "--target", "y", "--trials", "2", "--only", "logistic-regression"]
    armed = {**os.environ, VARIABLE: "package.placed:stop"}
    pipe = subprocess.PIPE
    with (
        subprocess.Popen(
            [*COMMAND, *words], stdout=pipe, stderr=pipe, text=True, env=armed
        ) as process,
        killed(process),
    ):
        os.waitid(os.P_PID, process.pid, os.WSTOPPED)
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGCONT)
        _, err = process.communicate(timeout=WAIT_S)
    assert process.returncode == 0, err
    assert "Ctrl-C again gives it up" in err
    assert cli("predict", "data@1", data, "--json").code == 0


def test_a_run_goes_on_from_those_that_compete_in_it_alone(data, tmp_path, monkeypatch):
    home = tmp_path / "home"
    monkeypatch.setenv("MODELYARD_HOME", str(home))
    words = ["train", str(data), "--target", "y", "--trials", "6"]
    with (
        subprocess.Popen([*COMMAND, *words], stderr=subprocess.DEVNULL) as process,
        killed(process),
    ):
        kept = home / "unfinished"
        ends = time.monotonic() + WAIT_S
        while len(list(kept.glob("*/*/entry.json"))) < 2:
            assert process.poll() is None
            assert time.monotonic() < ends
            time.sleep(0.02)
    model = modelyard.train(data, target="y", n_trials=2, only=["logistic-regression"])
    board = model.manifest.leaderboard
    assert all(each["name"].startswith("logistic-regression") for each in board["entries"])
    assert board["n_candidates"] <= 2


@pytest.fixture
def numbers(put):
    """Return a table of 40,000 rows by 20 numbers, of which a forest holds over 500 MB."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(40_000, 20))
    columns = {f"x{at}": X[:, at] for at in range(20)}
    frame = pl.DataFrame(columns | {"y": X[:, 0] + rng.normal(size=len(X))})
    return put("numbers.csv", frame.write_csv())


@pytest.fixture
def train(numbers):
    """Return a function that trains under a limit in a process of its own, which counts as well."""

    def trained(algorithms, *, limit_mb):
        words = ["train", str(numbers), "--target", "y", "--trials", "3", "--only", algorithms]
        limited = [*COMMAND, *words, "--memory-limit", str(limit_mb)]
        ended = subprocess.run(limited, check=False, capture_output=True, text=True, timeout=WAIT_S)
        assert "Traceback" not in ended.stderr
        return ended

    return trained


@pytest.fixture
def tight_mb(train):
    """Return megabytes that leave 150 to fits."""
    refused = train("extra-trees,ridge", limit_mb=50)
    assert refused.returncode == 4
    assert "Of the 50 MB that are allowed" in refused.stderr
    told = re.search(r"([\d,]+) MB are held before the first fit", refused.stderr)
    enough = re.search(r"Allow about ([\d,]+) MB with memory_limit_mb", refused.stderr)
    held_mb, enough_mb = (int(each[1].replace(",", "")) for each in (told, enough))
    assert enough_mb > held_mb > 50
    return held_mb + 150


def test_one_that_holds_too_much_memory_is_told_and_the_others_go_on(cli, train, tight_mb):
    assert train("extra-trees,ridge", limit_mb=tight_mb).returncode == 0
    run, *_ = cli("runs", "list", "--json").document
    trials = cli("runs", "show", run["id"], "--json").document["trials"]
    told = {each["parameters"]["candidate"]: each for each in trials}
    assert told["ridge-1"]["status"] == "succeeded"
    assert told["extra-trees-1"]["status"] == "failed"
    reason = told["extra-trees-1"]["reason"]
    assert re.search(r"lacked memory: it held .*, what was there before .*, of ", reason)


def test_where_all_hold_too_much_memory_the_fix_names_the_option(cli, train, tight_mb):
    ended = train("extra-trees", limit_mb=tight_mb)
    assert ended.returncode == 4
    assert "No candidate had enough memory" in ended.stderr
    assert "memory_limit_mb (--memory-limit)" in ended.stderr
    run, *_ = cli("runs", "list", "--json").document
    assert run["status"] == "failed"
    first, *_ = cli("runs", "show", run["id"], "--json").document["trials"]
    assert "random thresholds" in first["why"]
    assert first["peak_bytes"] > 50_000_000
    shown = cli("runs", "show", run["id"]).out
    assert {"memory", "why", "error"} <= set(shown.split())


def test_what_does_not_go_together_is_refused_before_anything_is_read(data):
    with pytest.raises(UsageError, match="search_folds belongs to a search of one algorithm"):
        modelyard.train(data, target="y", time_limit_s=10, search_folds=3)
    with pytest.raises(UsageError, match="serve belongs to AutoML"):
        modelyard.train(data, target="y", algorithm="lightgbm", serve="fast")
    with pytest.raises(UsageError, match="deterministic, only, refit_full belong to AutoML"):
        modelyard.train(
            data,
            target="y",
            algorithm="lightgbm",
            refit_full=False,
            only="lightgbm",
            deterministic=True,
        )
    with pytest.raises(UsageError, match="Two runs end alike only where"):
        modelyard.train(data, target="y", time_limit_s=10, deterministic=True)
    with pytest.raises(InvalidValue, match=r"time_limit_s \(--time-limit\) must be"):
        modelyard.train(data, target="y", time_limit_s=0.5)
    with pytest.raises(InvalidValue, match="'lightgmb' cannot take part"):
        modelyard.train(data, target="y", time_limit_s=10, only="lightgmb")


def test_fast_answers_by_one_model(data):
    model = modelyard.train(
        data, target="y", n_trials=3, serve="fast", only=["lightgbm", "logistic-regression"]
    )
    assert len(model.manifest.parameters["members"]) == 1


def test_what_was_measured_is_packaged_where_a_label_stands_in_the_newest_rows_alone(put):
    rows = table(
        lambda at: (str(at), str(at % 7), "new" if at >= 235 else "yes" if at % 7 > 3 else "no"),
        header=("at", "x", "y"),
        n_rows=240,
    )
    model = modelyard.train(
        put("newest.csv", rows),
        target="y",
        time="at",
        n_trials=1,
        only=["logistic-regression"],
        accept=["rare-class", "untaught-class", "leakage-order", "leakage-single"],
    )
    shipped = [each["shipped"] for each in model.manifest.leaderboard["entries"]]
    assert [each["is_full"] for each in shipped if each] == [False]
    assert json.loads((model.path / "statistics.json").read_bytes())["n_rows"] == 216


def test_what_was_measured_is_fitted_again_on_all_rows_for_the_package(data):
    asked = {"target": "y", "n_trials": 2, "deterministic": True, "only": ["logistic-regression"]}
    twin = modelyard.train(data, refit_full=False, **asked)
    full = modelyard.train(data, **asked)
    # The rows that measured have not taught what they measured.
    assert full.metrics == twin.metrics
    taught = [
        json.loads((model.path / "statistics.json").read_bytes())["n_rows"]
        for model in (twin, full)
    ]
    assert taught == [216, 240]
    graphs = [(model.path / "model.onnx").read_bytes() for model in (twin, full)]
    assert graphs[0] != graphs[1]
    for model, is_full in ((twin, False), (full, True)):
        shipped = [each["shipped"] for each in model.manifest.leaderboard["entries"]]
        assert {each["is_full"] for each in shipped if each} == {is_full}
        report = (model.path / "report.html").read_text()
        assert ("it was fitted again on 240 rows" in report) == is_full
