"""What AutoML loses without a technique is told right, and by work done, not by the clock."""

import json
import subprocess
import sys
from pathlib import Path

import automl_ablation
import numpy as np
import pytest
from measuring.ablation_tables import error_of, is_beyond_chance, mean_change, table_of
from measuring.ablations import CONTESTS, MADE, WHOLE, Spending, is_at_work
from measuring.processor_clock import ProcessorClock, WorkCounted

# Works for a while by the clock of its own process, says so, and waits.
BUSY = """
import sys, time
while time.process_time() < 0.5: pass
print("done", flush=True)
sys.stdin.read()
"""
SPENDING = Spending(budget_s=60, memory_bytes=1_000_000_000, seed=0)


def _run(without: str, *, rmse: float | None, seed: int = 0, table: str = "t") -> dict:
    scores = None if rmse is None else {"rmse": rmse, "r2": 0.0}
    return {
        "table": table,
        "without": without,
        "seed": seed,
        "task": "regression",
        "scores": scores,
        "n_candidates": 9,
    }


def _answers(run: dict) -> dict[str, np.ndarray]:
    """Answers that all err by what the run says."""
    truth = np.arange(40.0)
    return {"truth": truth, "answers": truth + run["scores"]["rmse"]}


def _judge(folder: Path, *, target: list[str], task: str):
    rows = [f"{at % 7},{at % 3},{value}" for at, value in enumerate(target)]
    path = folder / "t.csv"
    path.write_text("\n".join(["a,b,y", *rows]) + "\n", encoding="utf-8")
    facts = {"target": "y", "task": task}
    return automl_ablation.judge_of_table(facts, path, seed=0, n_cores=2)


def test_what_an_area_lacks_to_one_is_its_error_and_a_loss_is_its_own() -> None:
    assert error_of({"roc_auc": 0.9}, task="binary") == pytest.approx(0.1)
    assert error_of({"log_loss": 0.4}, task="multiclass") == 0.4


def test_without_a_technique_answers_that_err_twice_as_much_have_a_hundred_percent_more() -> None:
    runs = [_run(WHOLE, rmse=1.0), _run("the network", rmse=2.0)]
    (found,) = table_of(runs, answers=_answers)
    assert found == {
        "without": "the network",
        "table": "t",
        "more_error": pytest.approx(1.0),
        "is_beyond_chance": True,
        "n_seeds": 1,
    }


def test_each_seed_stands_beside_the_whole_of_its_own_split() -> None:
    runs = [
        _run(WHOLE, rmse=1.0),
        _run("blending", rmse=1.5),
        _run(WHOLE, rmse=4.0, seed=1),
        _run("blending", rmse=4.0, seed=1),
        _run("blending", rmse=9.0, seed=2),
    ]
    (found,) = table_of(runs, answers=_answers)
    assert found["n_seeds"] == 2
    assert found["more_error"] == pytest.approx(0.25)


def test_a_technique_without_a_part_in_a_table_has_no_figure_there() -> None:
    runs = [_run(WHOLE, rmse=1.0), _run("logarithm twins", rmse=None)]
    assert table_of(runs, answers=_answers) == []


def test_a_mapping_that_was_not_chosen_has_no_figure_and_a_network_that_was_not_has_zero() -> None:
    runs = [_run(name, rmse=1.0) for name in (WHOLE, "calibration", "the network")]
    (found,) = table_of(runs, answers=_answers)
    assert found["without"] == "the network"
    assert found["more_error"] == 0.0
    assert not found["is_beyond_chance"]


def test_the_mean_is_over_the_tables_in_percent() -> None:
    assert mean_change([{"more_error": 0.1}, {"more_error": -0.02}]) == pytest.approx(4.0)


@pytest.mark.parametrize(
    ("gains", "expected"),
    [
        ([(0.5, 0.1, 0.9)], True),
        ([(-0.5, -0.9, -0.1)], True),
        ([(0.5, -0.1, 1.1)], False),
        # Each alone says nothing; four that agree do.
        ([(0.5, -0.1, 1.1)] * 4, True),
        ([(0.5, 0.1, 0.9), (-0.5, -0.9, -0.1)], False),
    ],
)
def test_a_change_counts_where_its_interval_does_not_reach_zero(
    gains: list[tuple[float, float, float]], expected: bool
) -> None:
    assert is_beyond_chance(gains) is expected


def test_the_clock_counts_the_work_of_a_child_that_runs_and_of_one_that_has_ended() -> None:
    clock = ProcessorClock(2)
    begun = clock()
    with subprocess.Popen(
        [sys.executable, "-c", BUSY], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout.readline() == "done\n"
        running = clock()
        child.communicate(timeout=60)
    # Half a second of one core; /proc counts in hundredths.
    assert running - begun >= 0.24
    assert clock() >= running


def test_a_pool_that_counts_work_takes_fits_alone() -> None:
    with pytest.raises(TypeError, match="fits alone"):
        WorkCounted(None).submit(1, print, argument=None)


@pytest.mark.parametrize(
    ("target", "task", "expected"),
    [
        (["no", "yes", "no"] * 40, "binary", False),
        ([f"{100 + value * 1.37 % 9:.2f}" for value in range(120)], "regression", False),
        ([f"{np.exp(value / 10):.3f}" for value in range(120)], "regression", True),
    ],
)
def test_logarithms_have_a_part_where_the_target_has_a_long_tail(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    target: list[str],
    task: str,
    expected: bool,
) -> None:
    monkeypatch.setenv("MODELYARD_HOME", str(tmp_path))
    judge = _judge(tmp_path, target=target, task=task)
    assert is_at_work(CONTESTS["logarithm twins"], judge, spending=SPENDING) is expected
    assert is_at_work(CONTESTS["the network"], judge, spending=SPENDING)
    assert not is_at_work(CONTESTS["fewer folds for many rows"], judge, spending=SPENDING)


@pytest.mark.slow
def test_every_way_of_answering_is_run_once_and_goes_on_where_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("MODELYARD_HOME", "MODELYARD_KEYS", "PYTHONPATH"):
        monkeypatch.setenv(name, str(tmp_path))
    rng = np.random.default_rng(0)
    numbers = rng.normal(size=(200, 2)).round(3)
    words = np.where(numbers[:, 0] + rng.normal(size=200) > 0, "yes", "no")
    lines = [f"{a},{b},{word}" for (a, b), word in zip(numbers, words, strict=True)]
    (tmp_path / "t.csv").write_text("\n".join(["a,b,y", *lines]) + "\n", encoding="utf-8")
    facts = {"t": {"file": "t.csv", "target": "y", "task": "binary"}}
    (tmp_path / "datasets.json").write_text(json.dumps(facts), encoding="utf-8")
    kept = tmp_path / "kept.json"
    words = [str(tmp_path), "--budget", "8", "--cores", "1", "--results", str(kept), "--resume"]
    words += ["--without", "order by turns"]
    automl_ablation.main(words)
    told, runs = capsys.readouterr().out, kept.read_text(encoding="utf-8")
    assert [run["without"] for run in json.loads(runs)["runs"]] == [
        *reversed(MADE),
        WHOLE,
        "order by turns",
    ]
    assert "More error without it" in told
    automl_ablation.main(words)
    assert kept.read_text(encoding="utf-8") == runs
