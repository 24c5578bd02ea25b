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
