"""Columns that the target is computed from are named, columns that merely go with it are not."""

import numpy as np
import pytest

from modelyard.domain.findings import Severity
from modelyard.domain.tasks import Task

KEY = "leakage-sum"


@pytest.fixture
def parts():
    rng = np.random.default_rng(11)
    return {name: rng.gamma(2.0, size=500) * 100 for name in ("a", "b", "c", "d")}


def _found(run_check, parts, y, task=Task.REGRESSION):
    return run_check(KEY, {**parts, "y": y}, "y", task=task)


def test_total_names_its_parts_and_no_bystander(run_check, parts):
    (finding,) = _found(run_check, parts, parts["a"] + parts["c"])
    assert finding.severity is Severity.ERROR
    assert finding.columns == ("a", "c")
    assert finding.name == "leakage-sum"
    assert "y = a + c" in finding.message
    assert "--drop a --drop c" in finding.fix


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        (lambda p: p["a"] - p["b"], "y = a - b"),
        (lambda p: 2 * p["a"] + 3 * p["b"] + 17, "y = +2 · a +3 · b"),
        (lambda p: (p["a"] + p["b"] + p["c"]) / 3, "+0.333 · a +0.333 · b +0.333 · c"),
    ],
    ids=["balance", "whole factors", "average"],
)
def test_balances_and_averages_are_found(run_check, parts, rule, told):
    (finding,) = _found(run_check, parts, rule(parts))
    assert told in finding.message


def test_whole_numbers_add_up_as_well(run_check):
    rng = np.random.default_rng(0)
    a, b = rng.poisson(30, 400), rng.poisson(150, 400)
    (finding,) = run_check(KEY, {"a": a, "b": b, "y": a + b}, "y", task=Task.REGRESSION)
    assert finding.columns == ("a", "b")


def test_rows_with_a_gap_in_a_part_are_passed_over(run_check, parts):
    y = parts["a"] + parts["b"]
    parts["a"] = np.where(np.arange(500) % 20, parts["a"], np.nan)
    assert len(_found(run_check, parts, y)) == 1


def test_part_that_is_there_twice_is_named_once(run_check, parts):
    (finding,) = _found(run_check, {**parts, "e": parts["a"]}, parts["a"] + parts["b"])
    assert len(finding.columns) == 2


def test_linear_target_with_noise_is_honest(run_check, parts):
    noise = np.random.default_rng(0).normal(scale=10, size=500)
    assert _found(run_check, parts, parts["a"] + parts["b"] + noise) == []


def test_linear_rule_with_uneven_factors_is_a_law_and_no_bookkeeping(run_check, parts):
    assert _found(run_check, parts, 0.37 * parts["a"] + 1.91 * parts["b"]) == []


def test_single_column_is_left_to_the_check_of_copies(run_check, parts):
    assert _found(run_check, parts, 2 * parts["a"]) == []


def test_columns_beyond_the_rows_do_not_make_a_rule(run_check):
    rng = np.random.default_rng(0)
    columns = {f"x{n}": rng.normal(size=40) for n in range(60)}
    y = rng.normal(size=40)
    assert run_check(KEY, {**columns, "y": y}, "y", task=Task.REGRESSION) == []


@pytest.mark.parametrize(
    "columns",
    [
        {"a": np.ones(100), "b": np.arange(100.0), "y": np.ones(100)},
        {"a": np.ones(100), "b": np.full(100, 2.0), "y": np.arange(100.0)},
        {"a": np.arange(5.0), "b": np.arange(5.0) ** 2, "y": np.arange(5.0)},
        {"a": np.arange(100.0), "b": np.full(100, np.nan), "y": np.arange(100.0)},
        {"a": ["x", "y"] * 50, "b": ["x", "y"] * 50, "y": np.arange(100.0)},
    ],
    ids=["constant target", "constant parts", "few rows", "all missing", "words"],
)
def test_nothing_is_said_where_nothing_can_add_up(run_check, columns):
    assert run_check(KEY, columns, "y", task=Task.REGRESSION) == []


def test_gaps_that_leave_too_few_whole_rows_say_nothing(run_check):
    rows = np.arange(21.0)
    a, b = np.where(rows == 0, np.nan, rows), np.where(rows == 1, np.nan, rows**2)
    assert run_check(KEY, {"a": a, "b": b, "y": rows + rows**2}, "y", task=Task.REGRESSION) == []


def test_target_of_words_has_no_sum(run_check, parts):
    assert _found(run_check, parts, ["yes", "no"] * 250, Task.BINARY) == []


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        (lambda p: np.round(p["a"] * p["b"], 2), "y = a · b,"),
        (lambda p: 1e4 * p["a"] / p["b"] ** 2, "y = a · b^-2,"),
    ],
    ids=["price", "index"],
)
def test_product_of_columns_is_named_with_its_powers(run_check, parts, rule, told):
    (finding,) = _found(run_check, parts, rule(parts))
    assert finding.severity is Severity.ERROR
    assert finding.name == "leakage-product"
    assert finding.columns == ("a", "b")
    assert told in finding.message


def test_product_with_a_share_of_chance_is_left_alone(run_check, parts):
    rng = np.random.default_rng(3)
    assert _found(run_check, parts, parts["a"] * parts["b"] * rng.lognormal(0, 0.1, 500)) == []


def test_target_below_zero_is_no_product(run_check, parts):
    rng = np.random.default_rng(4)
    assert _found(run_check, parts, rng.normal(size=500)) == []
