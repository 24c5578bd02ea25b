"""Leaks that lie in how rows belong together: groups, order, spans between dates, gaps."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from modelyard.catalog import Catalog
from modelyard.domain.columns import ColumnKind
from modelyard.domain.tasks import Task

N = 600
DAY_US = 86_400_000_000


def _rng():
    return np.random.default_rng(5)


def _grouped(y):
    order = np.argsort(y, kind="stable")
    group = np.empty(N, dtype=int)
    group[order] = np.arange(N) // 6
    return _rng().permutation(N // 6)[group]


@pytest.mark.parametrize("task", [Task.REGRESSION, Task.BINARY])
def test_groups_that_share_their_answer_are_named_with_the_way_to_keep_them_together(
    run_check, task
):
    y = _rng().normal(size=N)
    target = y if task is Task.REGRESSION else np.where(y > 0, "a", "b").tolist()
    (finding,) = run_check("leakage-group", {"shop": _grouped(y), "y": target}, "y", task=task)
    assert finding.safe_fix == "group-by:shop"


@pytest.mark.parametrize("task", [Task.REGRESSION, Task.BINARY])
def test_groups_of_rows_with_answers_of_their_own_are_no_leak(run_check, task):
    rng = _rng()
    y = rng.normal(size=N)
    target = y if task is Task.REGRESSION else np.where(y > 0, "a", "b").tolist()
    columns = {"shop": rng.integers(0, 100, N), "y": target}
    assert run_check("leakage-group", columns, "y", task=task) == []


@pytest.mark.parametrize("task", [Task.REGRESSION, Task.BINARY])
def test_counter_of_rows_that_are_sorted_by_the_answer_is_a_leak(run_check, task):
    y = np.sort(_rng().normal(size=N))
    target = y if task is Task.REGRESSION else np.where(y > 0, "a", "b").tolist()
    (finding,) = run_check("leakage-order", {"id": np.arange(N), "y": target}, "y", task=task)
    assert finding.name == "leakage-order:id"


def test_counter_of_rows_in_no_order_is_no_leak(run_check):
    columns = {"id": np.arange(N), "y": _rng().normal(size=N)}
    assert run_check("leakage-order", columns, "y", task=Task.REGRESSION) == []


def test_sorted_rows_without_a_counter_are_no_leak(run_check):
    columns = {"x": _rng().permutation(N), "y": np.arange(N) / 2}
    assert run_check("leakage-order", columns, "y", task=Task.REGRESSION) == []


def _dates(days):
    return pl.Series((days * DAY_US).astype(np.int64)).cast(pl.Datetime("us"))


def test_two_dates_whose_distance_is_the_target_are_named(run_check):
    rng = _rng()
    begun, lasted = rng.integers(0, 5_000, N), rng.integers(1, 400, N)
    columns = {"begun": _dates(begun), "ended": _dates(begun + lasted), "hours": lasted * 24}
    (finding,) = run_check("leakage-date", columns, "hours", task=Task.REGRESSION)
    assert finding.columns == ("begun", "ended")


def test_two_dates_whose_distance_tells_the_class_are_named(run_check):
    rng = _rng()
    begun, has_left = rng.integers(0, 5_000, N), rng.random(N) < 0.3
    updated = begun + np.where(has_left, rng.integers(200, 300, N), rng.integers(0, 100, N))
    columns = {"begun": _dates(begun), "updated": _dates(updated), "left": has_left}
    (finding,) = run_check("leakage-date", columns, "left", task=Task.BINARY)
    assert finding.columns == ("begun", "updated")


@pytest.mark.parametrize("task", [Task.REGRESSION, Task.BINARY])
def test_two_dates_that_tell_nothing_are_no_leak(run_check, task):
    rng = _rng()
    y = rng.normal(size=N)
    columns = {
        "a": _dates(rng.integers(0, 900, N)),
        "b": _dates(rng.integers(0, 900, N)),
        "y": y if task is Task.REGRESSION else y > 0,
    }
    assert run_check("leakage-date", columns, "y", task=task) == []


def test_gaps_that_stand_at_small_answers_are_a_leak_of_a_regression(run_check):
    rng = _rng()
    y = rng.normal(size=N)
    columns = {"fee": np.where(y < 0.2, np.nan, rng.normal(size=N)), "y": y}
    (finding,) = run_check("leakage-missingness", columns, "y", task=Task.REGRESSION)
    assert "the small ones" in finding.message


def test_gaps_by_chance_are_no_leak_of_a_regression(run_check):
    rng = _rng()
    columns = {"fee": np.where(rng.random(N) < 0.3, np.nan, 1.0), "y": rng.normal(size=N)}
    assert run_check("leakage-missingness", columns, "y", task=Task.REGRESSION) == []


def test_column_that_finds_a_rare_class_with_some_false_alarms_is_a_leak(run_check):
    rng = _rng()
    n = 3_000
    is_rare = rng.random(n) < 0.04
    flag = is_rare ^ (rng.random(n) < 0.005)
    columns = {"flag": flag, "x": rng.normal(size=n), "y": np.where(is_rare, "oil", "sea").tolist()}
    (finding,) = run_check(
        "leakage-single", columns, "y", task=Task.BINARY, kinds={"flag": ColumnKind.BOOLEAN}
    )
    assert finding.columns == ("flag",)


def _days(order):
    return pl.Series(np.asarray(order) * DAY_US).cast(pl.Datetime("us"))


@pytest.mark.parametrize("task", [Task.REGRESSION, Task.BINARY])
@pytest.mark.parametrize("step", [1, -1])
def test_rows_in_the_order_of_a_date_are_told_with_the_way_to_test_later_ones(
    run_check, task, step
):
    y = _rng().normal(size=N)
    target = y if task is Task.REGRESSION else np.where(y > 0, "a", "b").tolist()
    # Five hours a day, and a clock that is set back once.
    order = (np.arange(N) // 5)[::step].copy()
    order[[104, 105]] = order[[105, 104]]
    columns = {"seen on": _days(order), "y": target}
    (finding,) = run_check("rows-in-time-order", columns, "y", task=task)
    assert finding.name == "rows-in-time-order:seen on"
    assert "from 1970-01-01 to 1970-04-30" in finding.message
    assert finding.fix.endswith("--time 'seen on'.")


@pytest.mark.parametrize(
    "order",
    [
        _rng().permutation(N),
        np.sort(np.arange(N) % 12),
        np.arange(N) % 40,
        np.repeat(_rng().permutation(30), N // 30),
    ],
    ids=["in no order", "twelve editions", "many short courses", "a date for each of many rows"],
)
def test_rows_in_no_course_of_time_are_not_told_of(run_check, order):
    columns = {"on": _days(order), "y": _rng().normal(size=N)}
    assert run_check("rows-in-time-order", columns, "y", task=Task.REGRESSION) == []


def test_a_date_that_some_rows_lack_deals_none(run_check):
    days = _days(range(N)).to_list()
    columns = {"on": pl.Series([None, *days[1:]]), "y": _rng().normal(size=N)}
    assert run_check("rows-in-time-order", columns, "y", task=Task.REGRESSION) == []


def test_rows_that_a_column_deals_are_not_told_of(subject):
    columns = {"on": _days(range(N)), "y": _rng().normal(size=N)}
    asked = replace(subject(columns, "y", Task.REGRESSION), is_dealt_by_lot=False)
    assert list(Catalog().checks()["rows-in-time-order"].check(asked)) == []
