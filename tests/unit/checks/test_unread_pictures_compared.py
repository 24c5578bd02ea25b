"""Pictures that cannot be read equal nothing: rows left out are no repeats of each other."""

import polars as pl
import pytest

from modelyard.domain.columns import ColumnKind
from modelyard.domain.tasks import Task
from modelyard.engine.profiling import profile

KINDS = {"photo": ColumnKind.IMAGE}
LABELS = ["cat", "dog", "cat", "dog"]


@pytest.mark.parametrize("key", ["conflicting-labels", "duplicate-rows"])
def test_rows_whose_pictures_cannot_be_read_are_not_compared(run_check, key):
    columns = {"photo": ["one", "two", None, None], "label": LABELS}
    same = columns | {"label": ["cat", "dog", "dog", "dog"]}
    for told in (columns, same):
        assert run_check(key, told, "label", task=Task.BINARY, kinds=KINDS) == []


def test_other_rows_are_compared_beside_them(run_check):
    columns = {"photo": ["one", None, None, "two", "one"], "label": [*LABELS, "dog"]}
    (found,) = run_check("conflicting-labels", columns, "label", task=Task.BINARY, kinds=KINDS)
    assert found.all_rows == (1, 5)
    columns["label"] = ["cat", "dog", "dog", "cat", "cat"]
    (found,) = run_check("duplicate-rows", columns, "label", task=Task.BINARY, kinds=KINDS)
    assert found.all_rows == (5,)


def test_what_else_is_missing_is_compared_as_before(run_check):
    columns = {"photo": ["one", "one", "two"], "x": [None, None, 1.0], "label": ["a", "b", "a"]}
    (found,) = run_check("conflicting-labels", columns, "label", task=Task.BINARY, kinds=KINDS)
    assert found.all_rows == (1, 2)


@pytest.mark.parametrize("first", ["one", None])
def test_a_profile_counts_no_unread_picture_as_a_repeat(subject, first):
    columns = {"photo": pl.Series([first, first, None, None], dtype=pl.String), "label": ["a"] * 4}
    assert profile(subject(columns, kinds=KINDS).table).n_duplicate_rows == (first is not None)
