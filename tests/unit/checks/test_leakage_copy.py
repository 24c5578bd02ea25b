"""The target under another name, scale or code is named; a look-alike by chance is not."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelyard.components.checks.leakage_copy import _is_copy
from modelyard.domain.findings import Severity
from modelyard.domain.tasks import Task

KEY = "leakage-copy"
Y = np.random.default_rng(3).normal(size=40)


@pytest.mark.parametrize(
    "copy",
    [Y, 3 * Y - 7, -Y, np.exp(Y), np.where(np.arange(40) < 10, np.nan, Y)],
    ids=["same", "scaled", "reversed", "stretched", "with gaps"],
)
def test_copy_of_a_regression_target_is_an_error(run_check, copy):
    (finding,) = run_check(KEY, {"y": Y, "x": copy}, "y", task=Task.REGRESSION)
    assert finding.severity is Severity.ERROR
    assert finding.name == "leakage-copy:x"
    assert "--accept leakage-copy:x" in finding.fix


@pytest.mark.parametrize(
    "recoded",
    [{"a": "x", "b": "y", "c": "z"}, {"a": 30, "b": 10, "c": 20}, {"a": "b", "b": "c", "c": "a"}],
    ids=["words", "numbers", "swapped"],
)
def test_one_to_one_recoding_of_classes_is_an_error_that_shows_the_code(run_check, recoded):
    y = list("abc" * 10)
    columns = {"y": y, "x": [recoded[label] for label in y]}
    (finding,) = run_check(KEY, columns, "y", task=Task.MULTICLASS)
    assert finding.sample == tuple(f"{recoded[label]} = {label}" for label in "abc")


def test_words_for_the_values_of_a_regression_are_found_where_they_repeat(run_check):
    y = [float(n % 7) for n in range(70)]
    columns = {"y": y, "x": [f"level {value}" for value in y]}
    assert len(run_check(KEY, columns, "y", task=Task.REGRESSION)) == 1


def test_shuffled_numbers_are_no_copy_of_a_regression_target(run_check):
    shuffled = np.random.default_rng(0).permutation(Y)
    assert run_check(KEY, {"y": Y, "x": shuffled}, "y", task=Task.REGRESSION) == []


def test_names_of_the_rows_are_no_copy_of_a_regression_target(run_check):
    names = [f"row {n}" for n in range(40)]
    assert run_check(KEY, {"y": Y, "x": names}, "y", task=Task.REGRESSION) == []


def test_one_exception_makes_it_no_copy(run_check):
    y = list("ab" * 30)
    assert run_check(KEY, {"y": y, "x": [*y[:-1], "a"]}, "y", task=Task.BINARY) == []


def test_agreement_that_chance_explains_is_no_copy(run_check):
    y = ["b"] + ["a"] * 29
    assert run_check(KEY, {"y": y, "x": y}, "y", task=Task.BINARY) == []


@given(
    st.lists(st.integers(-50, 50), min_size=12, max_size=60, unique=True),
    st.floats(0.1, 10),
    st.booleans(),
)
def test_every_monotone_rule_is_seen_through(values, factor, is_reversed):
    y = np.array(values, dtype=float)
    x = np.sinh(y / 10) * factor * (-1 if is_reversed else 1)
    assert _is_copy(x, y, by_order=True)
