"""The history of trainings is handed to other programs whole, and harmless to spreadsheets."""

import csv
import io
import json
from dataclasses import asdict
from datetime import UTC, datetime

import pytest

from modelyard.domain.errors import InvalidValue
from modelyard.domain.runs import Run, RunStatus
from modelyard.domain.trials import Trial, TrialStatus
from modelyard.services.runs import runs_csv, trials_csv, write_runs, write_trials

AT = datetime(2026, 3, 4, tzinfo=UTC)
RUNS = tuple(map(asdict, (
    Run(
        "a1", "iris", RunStatus.SUCCEEDED, AT, {}, 0, "iris.csv", algorithm="lightgbm",
        metrics={"accuracy": {"value": 0.9}, "log-loss": {"value": 0.3}},
    ),
    Run("a2", "=cmd()", RunStatus.FAILED, AT, {}, 0, "x.csv", reason="no rows"),
)))  # fmt: skip


def test_every_training_is_a_line_and_every_metric_a_column():
    first, second = csv.DictReader(io.StringIO(runs_csv(RUNS)))

    assert first["id"] == "a1"
    assert (first["accuracy"], first["log-loss"]) == ("0.9", "0.3")
    assert (second["accuracy"], second["reason"]) == ("", "no rows")
    assert second["name"] == "'=cmd()"


def test_json_holds_the_whole_record(tmp_path):
    write_runs(RUNS, tmp_path / "runs.json")
    written = json.loads((tmp_path / "runs.json").read_text())

    assert [each["id"] for each in written] == ["a1", "a2"]
    assert written[0]["metrics"]["accuracy"]["value"] == 0.9


def test_another_suffix_is_refused(tmp_path):
    with pytest.raises(InvalidValue, match=r"\.xlsx"):
        write_runs(RUNS, tmp_path / "runs.xlsx")

    assert not list(tmp_path.iterdir())


def test_every_trial_is_a_line_and_every_hyperparameter_and_fold_a_column():
    trials = (
        Trial(2, {"depth": 3}, TrialStatus.SUCCEEDED, 0.9, 0.9, (0.8, 1.0), 1.5),
        Trial(1, {"depth": 9}, TrialStatus.FAILED, None, None, (), 0.1, "=too deep"),
    )
    first, second = csv.DictReader(io.StringIO(trials_csv(list(map(asdict, trials)))))

    assert (first["number"], first["depth"], first["fold_2"]) == ("2", "3", "1.0")
    assert (second["status"], second["fold_1"], second["reason"]) == ("failed", "", "'=too deep")


def test_trials_of_no_search_are_a_table_without_rows(tmp_path):
    write_trials((), tmp_path / "trials.csv")

    assert (
        tmp_path / "trials.csv"
    ).read_text() == "number,status,score,duration_s,reason,why,peak_bytes\n"
