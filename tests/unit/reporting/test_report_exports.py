"""An evaluation leaves the house as JSON and CSV that other programs read safely."""

import csv
import io
import json
from dataclasses import replace

import pytest

from modelyard.domain.charts import ChartKind, ChartSpec, Series
from modelyard.domain.evaluations import Evaluation, FoldScore, Importance, MetricEstimate
from modelyard.domain.tasks import Task
from modelyard.kit.spreadsheets import neutralise
from modelyard.reporting.exports import evaluation_to_dict, metrics_csv

NAN = float("nan")
ESTIMATE = MetricEstimate(
    key="rmse",
    title="RMSE",
    higher_is_better=False,
    value=2.5,
    low=2.0,
    high=3.0,
    baseline=5.0,
    gain=-0.5,
    gain_low=NAN,
    gain_high=float("inf"),
)
CHART = ChartSpec("c", "C", ChartKind.LINES, "x", "y", (Series("s", (0.0,), (1.0,)),), "see")
EVALUATION = Evaluation(
    Task.BINARY,
    10,
    "rmse",
    (ESTIMATE,),
    ("no", 1),
    ((3, 1), (0, 6)),
    (FoldScore(1, 5, 0.5),),
    (Importance("a", 0.1, 0.0),),
    (CHART,),
)


def test_the_dictionary_is_strict_json_and_reads_back_the_same():
    plain = evaluation_to_dict(EVALUATION)

    assert json.loads(json.dumps(plain, allow_nan=False)) == plain
    assert type(plain["task"]) is str
    assert plain["metrics"][0]["value"] == 2.5
    assert plain["labels"] == ["no", 1]
    assert plain["confusion"] == [[3, 1], [0, 6]]
    assert plain["charts"][0]["series"][0]["y"] == [1.0]


def test_what_is_not_a_finite_number_is_none():
    metric = evaluation_to_dict(EVALUATION)["metrics"][0]

    assert metric["gain_low"] is None
    assert metric["gain_high"] is None


def test_the_csv_has_a_line_a_metric_with_numbers_in_full():
    rows = list(csv.DictReader(io.StringIO(metrics_csv(EVALUATION))))

    assert len(rows) == 1
    assert rows[0]["metric"] == "rmse"
    assert rows[0]["higher_is_better"] == "false"
    assert float(rows[0]["value"]) == 2.5
    assert rows[0]["gain"] == "-0.5"
    assert rows[0]["gain_low"] == ""


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_text_that_a_spreadsheet_would_run_gets_an_apostrophe(start):
    hostile = replace(ESTIMATE, title=f"{start}1+1")
    written = metrics_csv(replace(EVALUATION, metrics=(hostile,)))
    rows = list(csv.reader(io.StringIO(written, newline="")))

    assert rows[1][1].startswith("'")


def test_harmless_text_is_left_alone():
    assert neutralise("a=b") == "a=b"
