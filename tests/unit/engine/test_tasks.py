"""The task follows from the target, may be overruled, and refuses what cannot be learned."""

from datetime import datetime

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelyard.domain.columns import Column, ColumnKind
from modelyard.domain.errors import MissingColumns, TargetError
from modelyard.domain.tables import Table
from modelyard.domain.tasks import Task
from modelyard.engine.tasks import check_task, encode_target, find_task, labels_of, rows_with_target

DAYS = [datetime(2020, 1, day) for day in range(1, 31)]  # noqa: DTZ001


def _table(kind, values):
    return Table(pl.DataFrame({"target": values}), (Column("target", ColumnKind(kind)),))


@pytest.mark.parametrize(
    ("kind", "values", "task"),
    [
        ("category", ["yes", "no"] * 10, Task.BINARY),
        ("category", list("ABCDEFGHIJKLMNOPQRSTUVWXYZ") * 5, Task.MULTICLASS),
        ("text", ["a long answer", "another long answer"] * 5, Task.BINARY),
        ("category", ["only"] * 10, Task.BINARY),
        ("boolean", [True, False, None] * 5, Task.BINARY),
        ("integer", [0, 1] * 10, Task.BINARY),
        ("integer", [3, 4, 5, 6, 7, 8, 9] * 10, Task.MULTICLASS),
        ("integer", list(range(20)) * 5, Task.MULTICLASS),
        ("integer", list(range(20)) * 4, Task.REGRESSION),
        ("integer", list(range(21)) * 50, Task.REGRESSION),
        ("integer", [1, 2, 3, 4, 5, 6], Task.REGRESSION),
        ("numeric", [0.0, 1.0, None] * 10, Task.BINARY),
        ("numeric", [1.0, 2.0, 3.0] * 10, Task.MULTICLASS),
        ("numeric", [0.5, 1.0] * 10, Task.REGRESSION),
        ("numeric", [n / 7 for n in range(50)], Task.REGRESSION),
    ],
)
def test_task_follows_from_the_values(kind, values, task):
    table = _table(kind, values)
    found, reason = find_task(table, "target")
    assert found is task
    assert reason.startswith("it holds")
    check_task(table, "target", task=found)


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("datetime", DAYS),
        ("category", [f"name {n}" for n in range(30)]),
        ("identifier", [str(n) for n in range(30)]),
    ],
    ids=["dates", "names", "keys"],
)
def test_column_that_is_no_answer_is_refused_as_a_target(kind, values):
    with pytest.raises(TargetError, match="target") as caught:
        find_task(_table(kind, values), "target")
    assert caught.value.column == "target"


@pytest.mark.parametrize("ask", [find_task, rows_with_target])
def test_target_that_is_missing_in_all_rows_is_refused_with_the_count(ask):
    with pytest.raises(TargetError, match="missing in all 3 rows"):
        ask(_table("numeric", pl.Series([None] * 3, dtype=pl.Float64)), "target")


@pytest.mark.parametrize("ask", [find_task, rows_with_target])
def test_unknown_target_is_answered_with_the_nearest_name(ask):
    with pytest.raises(MissingColumns, match="Did you mean 'target'"):
        ask(_table("integer", [1]), "Tarket")


@pytest.mark.parametrize(
    ("kind", "values", "task", "told"),
    [
        ("category", ["a", "b"], Task.REGRESSION, "needs numbers"),
        ("category", ["a", "b", "c"], Task.BINARY, "holds 3"),
        ("numeric", [0.5, 1.5], Task.BINARY, "not whole"),
        ("integer", list(range(30)), Task.MULTICLASS, "30 different values"),
        ("datetime", DAYS, Task.REGRESSION, "datetime values"),
        ("numeric", pl.Series([None], dtype=pl.Float64), Task.REGRESSION, "missing in all"),
    ],
)
def test_task_that_the_values_do_not_allow_is_refused(kind, values, task, told):
    with pytest.raises(TargetError, match=told):
        check_task(_table(kind, values), "target", task=task)


@pytest.mark.parametrize(
    ("kind", "values", "task"),
    [
        ("integer", [3, 4, 5], Task.REGRESSION),
        ("integer", list(range(30)) * 2, Task.MULTICLASS),
        ("category", ["a", "b"], Task.MULTICLASS),
        ("boolean", [True, False], Task.REGRESSION),
    ],
)
def test_task_may_be_overruled_where_the_values_allow_it(kind, values, task):
    assert "chosen by the user" in check_task(_table(kind, values), "target", task=task)


def test_yes_and_no_that_are_learnt_as_numbers_are_told_which_is_which():
    table = _table("boolean", [True, False])
    assert "yes counts as 1 and no as 0" in check_task(table, "target", task=Task.REGRESSION)
    assert "counts as" not in check_task(table, "target", task=Task.BINARY)


def test_rows_with_a_target_are_given_by_position():
    assert rows_with_target(_table("integer", [None, 1, None, 2]), "target").tolist() == [1, 3]


@pytest.mark.parametrize(
    ("kind", "values", "labels"),
    [
        ("category", ["b", "a", "b"], ("a", "b")),
        ("integer", [10, 2, 10], (2, 10)),
        ("numeric", [1.0, 0.0], (0, 1)),
        ("boolean", [True, False], (False, True)),
    ],
)
def test_labels_are_sorted_and_keep_the_type_of_the_table(kind, values, labels):
    found = labels_of(_table(kind, values), "target", task=Task.BINARY)
    assert found == labels
    assert [type(label) for label in found] == [type(label) for label in labels]


def test_regression_has_no_labels():
    assert labels_of(_table("numeric", [1.0]), "target", task=Task.REGRESSION) == ()


def test_one_class_alone_is_refused_by_its_name():
    with pytest.raises(TargetError, match="only the class 'yes'"):
        labels_of(_table("category", ["yes", "yes"]), "target", task=Task.BINARY)


def test_regression_target_is_encoded_as_its_numbers():
    y = encode_target(_table("integer", [3, 1]), "target", task=Task.REGRESSION, labels=())
    assert y.dtype == np.float64
    assert y.tolist() == [3, 1]


def test_missing_target_is_not_encoded():
    with pytest.raises(TargetError, match="missing in 1 rows") as caught:
        encode_target(_table("integer", [1, 2, None]), "target", task=Task.BINARY, labels=(1, 2))
    assert caught.value.row == 3


def test_unknown_class_is_refused_with_its_first_row():
    table = _table("category", ["a", "b", "z", "z"])
    with pytest.raises(TargetError, match="does not know") as caught:
        encode_target(table, "target", task=Task.BINARY, labels=("a", "b"))
    assert (caught.value.row, caught.value.sample) == (3, "z")


def test_words_are_no_regression_target():
    with pytest.raises(TargetError, match="needs numbers"):
        encode_target(_table("category", ["a"]), "target", task=Task.REGRESSION, labels=())


@given(
    st.lists(st.integers(-5, 5) | st.none(), min_size=2).filter(lambda v: len({*v} - {None}) > 1)
)
def test_codes_lead_back_to_the_values(values):
    table = _table("integer", pl.Series(values, dtype=pl.Int64))
    table = table.take(rows_with_target(table, "target"))
    labels = labels_of(table, "target", task=Task.MULTICLASS)
    codes = encode_target(table, "target", task=Task.MULTICLASS, labels=labels)
    assert codes.dtype == np.int64
    assert [labels[code] for code in codes] == [value for value in values if value is not None]
