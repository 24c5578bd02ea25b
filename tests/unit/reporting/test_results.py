"""What a page is told of a training are the figures and sentences of its report."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from modelyard.domain.charts import ChartKind, ChartSpec, Series
from modelyard.domain.evaluations import Evaluation, MetricEstimate
from modelyard.domain.findings import Finding, Severity
from modelyard.domain.leaderboards import Candidate, Entry, Leaderboard
from modelyard.domain.suggestions import Suggestion, Topic
from modelyard.domain.tasks import Task
from modelyard.domain.trade_offs import TradeOffs
from modelyard.domain.trials import Ending, TrialStatus
from modelyard.domain.weaknesses import Slice, Weaknesses, WorstRow
from modelyard.reporting.advice import next_steps
from modelyard.reporting.results import results_of
from modelyard.reporting.subjects import ReportSubject
from modelyard.reporting.verdicts import Standing, Verdict
from modelyard.wire.results import ResultsAnswer

METRIC = MetricEstimate("roc-auc", "ROC AUC", True, 0.8, 0.7, 0.9, 0.5, 0.3, 0.2, 0.4)  # noqa: FBT003
NAN = float("nan")


def chart(key, *, x_label="x"):
    return ChartSpec(key, key, ChartKind.LINES, x_label, "y", (Series("a", (0.0,), (1.0,)),), "C.")


def entry(number, score, **changes):
    candidate = Candidate(f"c{number}", "ridge", {}, "as a start")
    found = Entry(number, candidate, TrialStatus.SUCCEEDED, score, score, fit_s=1.0, row_us=5.0)
    return replace(found, **changes)


BOARD = Leaderboard(
    metric="roc-auc",
    metric_title="ROC AUC",
    n_folds=3,
    n_rows=90,
    entries=(entry(1, 0.7), entry(2, 0.8, weight=1.0), entry(3, 0.79)),
    tied=(3,),
    blend_score=0.8,
    ending=Ending.TRIALS,
    duration_s=3.0,
    time_limit_s=None,
)
EVALUATION = Evaluation(
    task=Task.BINARY,
    n_rows=40,
    metric="roc-auc",
    metrics=(METRIC,),
    labels=("no", "yes"),
    confusion=((20, 5), (3, 12)),
    charts=(
        chart("roc-curve"),
        chart("importance"),
        chart("dependence", x_label="age"),
        chart("dependence", x_label="city"),
        chart("calibration-curve"),
    ),
    weaknesses=Weaknesses(
        "log loss",
        9,
        (Slice(("age > 3",), 20, 0.3, 0.1, 0.3, 0.1, 0.001),),
        (WorstRow(3, "no", "yes", 0.9, NAN, {"age": "4"}),),
    ),
    trade_offs=TradeOffs((0.0, 0.5), (15, 12), (25, 5), 15, 25),
)
FINDINGS = (
    Finding("constant", Severity.WARNING, "One value.", ("zip",), fix="Drop it."),
    Finding("leak", Severity.ERROR, "It tells the answer.", ("id",)),
)
SUBJECT = ReportSubject(
    "churn",
    "bought",
    "AutoML",
    datetime(2026, 3, 4, tzinfo=UTC),
    EVALUATION,
    leaderboard=BOARD,
    findings=FINDINGS,
    threshold=0.4,
)


def test_how_to_use_a_model_says_how_files_like_that_of_the_training_are_read():
    steps = next_steps(SUBJECT, Verdict(Standing.BETTER, "Good.", ""))
    assert steps[-1] == "Use it: modelyard predict churn NEW.csv --out answers.csv"

    asked = replace(SUBJECT, config={"header": False, "delimiter": ";", "seed": 3})
    steps = next_steps(asked, Verdict(Standing.BETTER, "Good.", ""))
    assert steps[-1].startswith(
        "Use it: modelyard predict churn NEW.csv --delimiter ';' --no-header"
    )


def test_findings_that_are_no_fault_are_counted_as_well():
    outliers = Finding("outlier-values", Severity.INFO, "Far out.", ("price",))
    told = results_of(replace(SUBJECT, findings=(outliers,))).reasons
    assert (
        "The checks found no fault in the data, and 1 thing to know of them: outlier values."
        in told
    )
    told = results_of(replace(SUBJECT, findings=())).reasons
    assert "The checks found nothing in the data to be wary of." in told


def test_how_the_target_is_mended_comes_before_the_columns():
    far = Finding("outlier-values", Severity.WARNING, "Far out.", ("bought",), fix="--metric mae.")
    steps = results_of(replace(SUBJECT, findings=(FINDINGS[0], far))).steps
    assert steps[:2] == ("Outlier values in bought: --metric mae.", "Constant in zip: Drop it.")


def test_of_a_model_that_does_not_beat_guessing_the_suggestions_say_what_it_lacks():
    unsure = replace(EVALUATION, metrics=(replace(METRIC, gain_low=-0.2),))
    advised = replace(BOARD, suggestions=(Suggestion(Topic.TIME, "Let more compete."),))
    steps = results_of(replace(SUBJECT, evaluation=unsure, leaderboard=advised)).steps
    assert steps[0] == "Do not use it yet."
    assert steps[-1] == "Let more compete."


def test_each_chart_stands_in_its_section_under_a_key_of_its_own():
    placed = [(each.section, each.chart.key) for each in results_of(SUBJECT).charts]

    assert placed == [
        ("quality", "roc-curve"),
        ("importance", "importance"),
        ("dependence", "dependence-age"),
        ("dependence", "dependence-city"),
        ("certainty", "calibration-curve"),
    ]


def test_the_leaderboard_is_ranked_and_says_what_is_tied_with_the_best():
    board = results_of(SUBJECT).board

    assert [(each.rank, each.name, each.is_tied) for each in board.candidates] == [
        (1, "c2", True),
        (2, "c3", True),
        (3, "c1", False),
    ]
    assert any(told.startswith("Tied with c2") for told in board.told)


def test_the_verdict_is_that_of_the_report():
    told = results_of(SUBJECT)

    assert told.verdict.headline == "The model beats guessing."
    assert "ROC AUC 0.80 (95 % interval 0.70 to 0.90)" in told.verdict.detail
    assert told.in_practice.startswith("Of 100 answers 80 are right.")


def test_findings_come_worst_first():
    assert [each.code for each in results_of(SUBJECT).findings] == ["leak", "constant"]


@pytest.mark.parametrize("task", [Task.REGRESSION, Task.MULTICLASS])
def test_a_threshold_is_told_of_two_labels_alone(task):
    labels = () if task is Task.REGRESSION else ("a", "b", "c")
    evaluation = replace(EVALUATION, task=task, labels=labels, confusion=(), trade_offs=None)

    assert results_of(replace(SUBJECT, evaluation=evaluation)).threshold is None
    assert results_of(SUBJECT).threshold == 0.4


def test_results_cross_the_wire_and_what_is_no_number_is_nothing():
    told = vars(results_of(SUBJECT)) | {"model": "churn@1"}
    answer = ResultsAnswer.model_validate(told)
    read = ResultsAnswer.model_validate_json(answer.model_dump_json())

    assert read.worst[0].loss is None
    assert read.trade_offs.found == [15, 12]
    assert read.metrics[0].beats_baseline
