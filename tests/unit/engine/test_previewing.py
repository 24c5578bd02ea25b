"""The first rows of a table are shown as the values that they are."""

from datetime import datetime

import polars as pl

from modelyard.domain.configs import ReadOptions
from modelyard.domain.tables import RawTable, SourceFacts
from modelyard.engine.kinds.typing import type_table
from modelyard.engine.previewing import MOST_CHARACTERS, MOST_ROWS, preview


def _table(**columns):
    return type_table(RawTable(pl.DataFrame(columns), SourceFacts("memory")), ReadOptions())


def test_values_keep_their_type_and_missing_stays_missing():
    at = datetime(2026, 1, 2, 3, 4, 5)  # noqa: DTZ001 - tables hold UTC without saying so
    table = _table(n=[1.5, None, 2.5], when=[at, at.replace(day=3), None], sure=[True, None, False])
    columns, rows = preview(table)
    assert [column["name"] for column in columns] == ["n", "when", "sure"]
    assert rows[0] == [1.5, "2026-01-02T03:04:05", True]
    assert rows[1][0] is None
    assert rows[2][1] is None


def test_what_a_spreadsheet_would_run_is_text_like_any_other():
    _, rows = preview(_table(cell=["=1+1", "<script>alert(1)</script>", "plain"]))
    assert [row[0] for row in rows] == ["=1+1", "<script>alert(1)</script>", "plain"]


def test_a_column_whose_name_looks_like_a_pattern_is_shown_as_itself():
    columns, rows = preview(_table(**{"^.*$": ["a", "b"], "other": ["c", "d"]}))
    assert [column["name"] for column in columns] == ["^.*$", "other"]
    assert rows == [["a", "c"], ["b", "d"]]


def test_long_text_is_cut_and_says_so():
    _, rows = preview(_table(cell=["x" * 5000, "y"]))
    assert len(rows[0][0]) == MOST_CHARACTERS
    assert rows[0][0].endswith("…")


def test_no_more_rows_are_shown_than_anybody_looks_at():
    _, rows = preview(_table(n=list(range(MOST_ROWS + 1))))
    assert len(rows) == MOST_ROWS


def test_of_a_wide_table_fewer_rows_are_shown_but_always_one():
    wide = {f"c{at}": [1.5] * 50 for at in range(4000)}
    _, rows = preview(_table(**wide))
    assert len(rows) == 25
