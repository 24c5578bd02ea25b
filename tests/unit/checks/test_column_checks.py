"""Each plain fault of a column is found, named, and where it must be left out."""

import numpy as np
import pytest

from modelyard.domain.columns import ColumnKind
from modelyard.domain.findings import Severity
from modelyard.domain.tasks import Task

Y = ["a", "b"] * 30
X = np.random.default_rng(0).normal(size=60)
NAN = np.full(60, np.nan)


def test_column_that_is_missing_in_all_rows_is_left_out(run_check):
    (finding,) = run_check("missing-values", {"y": Y, "gone": NAN}, "y", task=Task.BINARY)
    assert finding.name == "all-missing-column:gone"
    assert finding.drops == ("gone",)
    assert "all 60 rows" in finding.message


def test_column_that_is_missing_in_half_of_the_rows_is_reported_and_kept(run_check):
    half = np.where(np.arange(60) < 30, np.nan, X)
    (finding,) = run_check("missing-values", {"y": Y, "half gone": half}, "y", task=Task.BINARY)
    assert finding.name == "much-missing-column:half gone"
    assert "30 of 60 rows (50%)" in finding.message
    assert "--drop 'half gone'" in finding.fix
    assert finding.drops == ()


def test_column_with_few_gaps_is_fine(run_check):
    few = np.where(np.arange(60) < 29, np.nan, X)
    assert run_check("missing-values", {"y": Y, "x": few}, "y", task=Task.BINARY) == []


def test_constant_column_is_left_out_and_listed(run_check):
    (finding,) = run_check("constant", {"y": Y, "x": X, "one": [5] * 60}, "y", task=Task.BINARY)
    assert finding.name == "constant-column:one"
    assert finding.drops == ("one",)
    assert finding.sample == ("5",)


def test_one_value_with_gaps_still_tells_rows_apart(run_check):
    gaps = np.where(np.arange(60) < 9, np.nan, 1.0)
    assert run_check("constant", {"y": Y, "x": gaps}, "y", task=Task.BINARY) == []


def test_column_that_is_constant_wherever_the_target_is_known_is_left_out(run_check):
    y = np.where(np.arange(60) < 20, np.nan, X)
    cancelled = (np.arange(60) < 20).astype(int)
    reason = ["storm" if flag else None for flag in cancelled]
    columns = {"y": y, "x": X, "cancelled": cancelled, "reason": reason}
    found = run_check("constant", columns, "y", task=Task.REGRESSION)
    assert [finding.drops for finding in found] == [("cancelled",), ("reason",)]
    assert "wherever the target is known: missing" in found[1].message


def test_column_that_is_missing_throughout_is_left_to_the_check_of_missing_values(run_check):
    assert run_check("constant", {"y": Y, "gone": NAN}, "y", task=Task.BINARY) == []


def test_repeated_rows_are_counted_and_the_first_ones_named(run_check):
    columns = {"a": [1, 2, 1, 3, 1], "b": ["x", "y", "x", "z", "x"]}
    (finding,) = run_check("duplicate-rows", columns)
    assert "2 of 5 rows" in finding.message
    assert finding.rows == (3, 5)
    assert finding.severity is Severity.WARNING


def test_column_that_says_the_same_as_an_earlier_one_is_reported_and_kept(run_check):
    columns = {"y": Y, "x": X, "again": X, "other": X[::-1].copy()}
    (finding,) = run_check("duplicate-columns", columns, "y", task=Task.BINARY)
    assert finding.name == "duplicate-column:again"
    assert "'x'" in finding.message
    assert finding.drops == ()


def test_columns_alike_in_outline_but_not_in_order_are_no_duplicates(run_check):
    columns = {"x": [1.0, 2.0, 3.0], "z": [3.0, 2.0, 1.0]}
    assert run_check("duplicate-columns", columns) == []


def test_number_that_was_read_as_an_identifier_is_left_out_with_a_way_back(run_check):
    kinds = {"id": ColumnKind.IDENTIFIER}
    columns = {"y": Y, "id": [str(n) for n in range(60)]}
    (finding,) = run_check("identifier-like", columns, "y", task=Task.BINARY, kinds=kinds)
    assert finding.drops == ("id",)
    assert finding.sample == ("0", "1", "2", "3", "4")
    assert "--kind id=integer" in finding.fix


def test_numbers_in_a_cell_are_told_with_the_kind_that_reads_them(run_check):
    cells = [f"0.{at} -0.3 1e-3" for at in range(40)]
    columns = {"vib": cells, "said": [f"it is {cell}" for cell in cells], "y": ["a", "b"] * 20}
    kinds = {"vib": ColumnKind.TEXT, "said": ColumnKind.TEXT}
    told = list(run_check("free-text", columns, "y", task=Task.BINARY, kinds=kinds))
    assert ["=sequence" in each.fix for each in told] == [True, False]
    assert "--kind vib=sequence" in told[0].fix
    packed = {"vib": [cell.replace(" ", ",") for cell in cells], "y": columns["y"]}
    (finding,) = run_check("identifier-like", packed, "y", task=Task.BINARY)
    assert "--kind vib=sequence" in finding.fix


def test_numbers_with_marks_of_thousands_are_no_sequence(run_check):
    columns = {"paid": [f"1 {at + 100} 000" for at in range(40)], "y": ["a", "b"] * 20}
    (finding,) = run_check("identifier-like", columns, "y", task=Task.BINARY)
    assert "sequence" not in finding.fix


def test_paths_of_pictures_are_told_with_the_kind_that_reads_them(run_check):
    columns = {"my photo": [f"photos/{at}.png" for at in range(40)], "y": ["a", "b"] * 20}
    (finding,) = run_check("identifier-like", columns, "y", task=Task.BINARY)
    assert finding.fix.endswith("--kind 'my photo'=image.")


def test_words_that_are_all_different_are_left_out_as_identifiers(run_check):
    columns = {"y": Y, "name": [f"passenger {n}" for n in range(60)]}
    (finding,) = run_check("identifier-like", columns, "y", task=Task.BINARY)
    assert finding.drops == ("name",)
    assert "--kind" not in finding.fix


def test_few_different_words_are_no_identifier(run_check):
    columns = {"city": [f"city {n}" for n in range(19)]}
    assert run_check("identifier-like", columns) == []


def test_numbers_that_are_all_different_are_no_identifier(run_check):
    assert run_check("identifier-like", {"y": Y, "x": X}, "y", task=Task.BINARY) == []


def test_how_free_text_is_read_is_said_plainly(run_check):
    kinds = {"note": ColumnKind.TEXT}
    columns = {"y": Y, "note": ["a long story " * 20 + str(n) for n in range(60)]}
    (finding,) = run_check("free-text", columns, "y", task=Task.BINARY, kinds=kinds)
    assert finding.severity is Severity.INFO
    assert finding.drops == ()
    assert "words" in finding.message
    assert all(len(value) <= 60 for value in finding.sample)


def test_text_column_without_any_text_is_left_to_the_check_of_missing_values(run_check):
    columns = {"y": Y, "note": [None] * 60}
    kinds = {"note": ColumnKind.TEXT}
    assert run_check("free-text", columns, "y", task=Task.BINARY, kinds=kinds) == []


@pytest.mark.parametrize(
    ("n_rows", "n_values", "is_reported"),
    [(200, 21, True), (200, 20, False), (400, 40, False), (200, 200, False), (12_000, 1_001, True)],
    ids=["thin", "few values", "well filled", "all different", "very many"],
)
def test_many_categories_are_reported(run_check, n_rows, n_values, is_reported):
    columns = {"x": [f"value {n % n_values}" for n in range(n_rows)]}
    found = run_check("high-cardinality", columns)
    assert [finding.name for finding in found] == ["high-cardinality-column:x"] * is_reported


def test_cells_that_are_no_finite_number_are_counted(run_check):
    columns = {"x": [1.0, float("inf"), float("-inf"), 2.0], "z": [1.0, 2.0, 3.0, 4.0]}
    (finding,) = run_check("non-finite", columns)
    assert finding.name == "non-finite-values:x"
    assert "2 infinite" in finding.message


def test_a_number_beyond_64_bits_is_not_advised_to_be_whole(run_check):
    cells = {"big": [str(10**30 + n) for n in range(30)]}
    (finding,) = run_check("identifier-like", cells, kinds={"big": ColumnKind.IDENTIFIER})
    assert "64 bits" in finding.fix
    assert "integer" not in finding.fix
