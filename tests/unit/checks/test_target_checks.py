"""Each fault of a target is found, with the figures and the rows."""

import numpy as np
import pytest

from modelyard.catalog import Catalog
from modelyard.domain.findings import Severity
from modelyard.domain.tasks import Task
from modelyard.engine.evaluation.estimates import default_metric

X = np.arange(40.0)


def _columns(y):
    return {"x": np.arange(float(len(y))), "y": y}


@pytest.mark.parametrize(
    ("y", "task"),
    [
        (["yes"] * 40, Task.BINARY),
        (["yes"] * 39 + [None], Task.BINARY),
        (np.ones(40), Task.REGRESSION),
    ],
    ids=["class", "class with gaps", "number"],
)
def test_target_with_one_value_is_an_error_that_names_it(run_check, y, task):
    (finding,) = run_check("one-class", _columns(y), "y", task=task)
    assert finding.severity is Severity.ERROR
    assert finding.sample[0] in {"yes", "1.0"}
    assert f"'{finding.sample[0]}'" in finding.message
    assert "--target" in finding.fix


def test_target_with_two_values_is_fine(run_check):
    assert run_check("one-class", _columns(["a", "b"] * 20), "y", task=Task.BINARY) == []


def test_class_with_one_member_is_a_warning_with_its_row(run_check):
    y = ["a", "b"] * 10 + ["c", None]
    (finding,) = run_check("rare-class", _columns(y), "y", task=Task.MULTICLASS)
    assert finding.severity is Severity.WARNING
    assert finding.rows == (21,)
    assert finding.sample == ("c",)
    assert "1 class of 'y' has one row alone (c)" in finding.message


def test_several_classes_with_one_member_are_told_together(run_check):
    y = ["a", "b"] * 10 + ["c", "d"]
    (finding,) = run_check("rare-class", _columns(y), "y", task=Task.MULTICLASS)
    assert "2 classes of 'y' have one row alone (c, d)" in finding.message


@pytest.mark.parametrize("y", [["a", "b"] * 10, ["a"]], ids=["all repeat", "one class"])
def test_no_rare_class_where_all_classes_repeat_or_one_is_alone(run_check, y):
    assert run_check("rare-class", _columns(y), "y", task=Task.BINARY) == []


def test_uneven_classes_are_a_warning_with_figures(run_check):
    y = ["rare"] * 4 + ["common"] * 96
    (finding,) = run_check("class-imbalance", _columns(y), "y", task=Task.BINARY)
    assert "'rare' has 4 of 100 rows (4.00%), 'common' has 96" in finding.message


@pytest.mark.parametrize(
    ("metric", "rare", "fix"),
    [
        ("accuracy", "rare", "Judge by a metric that weighs classes evenly"),
        (None, "rare", "--threshold f1"),
        ("average-precision", "a", "--threshold balanced-accuracy"),
        ("log-loss", "rare", "--cost"),
    ],
)
def test_another_metric_is_advised_only_where_the_one_that_judges_is_blind(
    run_check, metric, rare, fix
):
    y = [rare] * 4 + ["common"] * 96
    (finding,) = run_check("class-imbalance", _columns(y), "y", task=Task.BINARY, metric=metric)
    assert fix in finding.fix
    assert ("Judge by" in finding.fix) is (metric == "accuracy")


def test_of_many_classes_accuracy_judges_where_no_metric_is_named(run_check):
    assert default_metric(Catalog().metrics(), Task.MULTICLASS) == "accuracy"
    y = ["rare"] * 2 + ["b", "c"] * 49
    for metric, fix in ((None, "not by accuracy"), ("f1", "--class-weight balanced")):
        (found,) = run_check(
            "class-imbalance", _columns(y), "y", task=Task.MULTICLASS, metric=metric
        )
        assert fix in found.fix


@pytest.mark.parametrize(("metric", "severity"), [(None, Severity.WARNING), ("mae", Severity.INFO)])
def test_outliers_of_a_target_matter_where_squares_judge(run_check, metric, severity):
    y = np.concatenate([np.arange(199) % 20, [1e6]])
    columns = {"y": y, "x": np.arange(200.0)}
    (finding,) = run_check("outliers", columns, "y", task=Task.REGRESSION, metric=metric)
    assert finding.severity is severity
    assert ("--metric mae" in finding.fix) is (metric is None)


def test_moderately_uneven_classes_are_fine(run_check):
    y = ["rare"] * 10 + ["common"] * 90
    assert run_check("class-imbalance", _columns(y), "y", task=Task.BINARY) == []


def test_even_share_of_many_classes_is_fine(run_check):
    y = list("abcdefghijklmnopqrstuvwxyz") * 4
    assert run_check("class-imbalance", _columns(y), "y", task=Task.MULTICLASS) == []


@pytest.mark.parametrize("key", ["rare-class", "class-imbalance"])
def test_regression_has_no_classes_to_complain_of(run_check, key):
    assert run_check(key, _columns(X), "y", task=Task.REGRESSION) == []


def test_rows_with_missing_target_are_counted_and_named(run_check):
    y = np.where(X < 12, np.nan, X)
    (finding,) = run_check("missing-target", _columns(y), "y", task=Task.REGRESSION)
    assert finding.severity is Severity.INFO
    assert "12 of 40 rows" in finding.message
    assert finding.rows == tuple(range(1, 11))


def test_complete_target_is_fine(run_check):
    assert run_check("missing-target", _columns(X), "y", task=Task.REGRESSION) == []
