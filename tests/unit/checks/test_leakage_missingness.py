"""Gaps that follow the answer are named, gaps that fall anywhere are not."""

import numpy as np

from modelyard.domain.findings import Severity
from modelyard.domain.tasks import Task

KEY = "leakage-missingness"
N = 400
RNG = np.random.default_rng(5)
X = RNG.normal(size=N)
IS_UNKNOWN = np.arange(N) % 20 == 0
Y = np.where(IS_UNKNOWN, np.nan, RNG.normal(size=N))


def _gaps(where, values=X):
    return np.where(where, np.nan, values)


def test_column_that_is_missing_just_where_the_target_is_is_an_error(run_check):
    columns = {"y": Y, "x": X, "z": X, "landed": _gaps(IS_UNKNOWN)}
    (finding,) = run_check(KEY, columns, "y", task=Task.REGRESSION)
    assert finding.severity is Severity.ERROR
    assert finding.name == "leakage-missingness:landed"
    assert "20 of 20 rows where the target is missing, and in 0 of 380" in finding.message


def test_column_that_is_there_only_where_the_target_is_missing_is_an_error(run_check):
    columns = {"y": Y, "x": X, "z": X, "why": _gaps(~IS_UNKNOWN)}
    assert [f.columns for f in run_check(KEY, columns, "y", task=Task.REGRESSION)] == [("why",)]


def test_gaps_anywhere_are_honest(run_check):
    columns = {"y": Y, "x": _gaps(RNG.random(N) < 0.5), "z": X}
    assert run_check(KEY, columns, "y", task=Task.REGRESSION) == []


def test_blank_rows_at_the_end_accuse_no_column(run_check):
    is_blank = np.arange(N) >= N - 30
    columns = {"y": _gaps(is_blank), "x": _gaps(is_blank), "z": _gaps(is_blank)}
    assert run_check(KEY, columns, "y", task=Task.REGRESSION) == []


def test_few_rows_without_a_target_prove_nothing(run_check):
    is_unknown = np.arange(N) < 9
    columns = {"y": _gaps(is_unknown), "x": _gaps(is_unknown), "z": X, "w": X}
    assert run_check(KEY, columns, "y", task=Task.REGRESSION) == []


def test_column_that_is_missing_for_one_class_alone_is_an_error(run_check):
    y = np.where(X > 1, "died", "lived")
    columns = {"y": y.tolist(), "boat": _gaps(y == "died", np.ones(N))}
    (finding,) = run_check(KEY, columns, "y", task=Task.BINARY)
    assert "of class 'died'" in finding.message or "of class 'lived'" in finding.message
    assert "--drop boat" in finding.fix


def test_gaps_of_one_class_among_many_are_found(run_check):
    y = np.array(list("abcd"))[np.arange(N) % 4]
    columns = {"y": y.tolist(), "x": _gaps(y == "c")}
    (finding,) = run_check(KEY, columns, "y", task=Task.MULTICLASS)
    assert "100 of 100 rows of class 'c', and in 0 of 300 other rows" in finding.message


def test_gaps_that_only_lean_towards_a_class_are_honest(run_check):
    y = np.where(X > 0, "a", "b")
    chance = np.where(y == "a", 0.8, 0.1)
    columns = {"y": y.tolist(), "x": _gaps(RNG.random(N) < chance)}
    assert run_check(KEY, columns, "y", task=Task.BINARY) == []


def test_class_with_few_rows_proves_nothing(run_check):
    y = np.where(np.arange(N) < 5, "rare", "common")
    columns = {"y": y.tolist(), "x": _gaps(y == "rare")}
    assert run_check(KEY, columns, "y", task=Task.BINARY) == []
