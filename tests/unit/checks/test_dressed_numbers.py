"""Numbers with signs or separators are found where they were read as words."""

import pytest


@pytest.mark.parametrize("cell", ["${},200", "{} %", "{}.000.000", "{},500"])
def test_numbers_with_signs_are_reported_with_their_fix(run_check, cell):
    (finding,) = run_check("dressed-numbers", {"a": [cell.format(n % 9 + 1) for n in range(50)]})
    assert finding.code == "dressed-number-column"
    assert finding.fixes[0] == "as-number"


@pytest.mark.parametrize("cell", ["00{}", "part {}"])
def test_codes_and_words_are_not(run_check, cell):
    assert run_check("dressed-numbers", {"a": [cell.format(n % 9) for n in range(50)]}) == []


def test_a_column_with_the_other_mark_is_told_once_and_read_by_it(run_check):
    cells = {"a": [f"{n},5" for n in range(50)]}
    (finding,) = run_check("dressed-numbers", cells)
    assert "decimal mark ','" in finding.message
    assert finding.fixes[0] == "as-number"
    assert finding.drops == ("a",)
    assert run_check("identifier-like", cells) == []
    assert run_check("mixed-types", cells) == []


def test_cells_without_a_format_in_common_are_offered_no_number(run_check):
    (finding,) = run_check("dressed-numbers", {"a": ["1,234.50", "1.234,50"] * 20})
    assert "as-number" not in finding.fixes


@pytest.mark.parametrize(
    ("cell", "recommended"),
    [("${}0.24", "as-number"), ("{}2%", "as-number"), ("€{}.200,50", "as-number"), ("${},200", "")],
    ids=["a fraction", "no mark", "both marks", "a mark that may be either"],
)
def test_to_read_them_is_recommended_where_they_can_be_nothing_else(run_check, cell, recommended):
    (finding,) = run_check("dressed-numbers", {"a": [cell.format(n % 9 + 1) for n in range(50)]})
    assert finding.safe_fix == recommended
