"""Checks of a column's values: nearly constant, far out, mixed, ambiguous, spelled in many ways."""

import numpy as np
import pytest

from modelyard.domain.columns import ColumnKind
from modelyard.domain.tasks import Task

N = 400
RNG = np.random.default_rng(3)


def _codes(findings):
    return [finding.code for finding in findings]


def test_column_with_one_value_in_nearly_every_cell_is_told_with_its_share(run_check):
    values = [0.0] * (N - 3) + [1.0, 2.0, 3.0]
    (finding,) = run_check("near-constant", {"x": values})
    assert (finding.columns, finding.sample) == (("x",), ("0",))
    assert "397 of 400" in finding.message


def test_column_whose_rare_values_are_one_in_twenty_is_not_nearly_constant(run_check):
    assert run_check("near-constant", {"x": [0.0] * 380 + list(range(1, 21))}) == []


def test_far_number_is_an_outlier_with_its_row(run_check):
    values = np.append(RNG.normal(size=N), 99.0)
    (finding,) = run_check("outliers", {"x": values})
    assert (finding.rows, finding.all_rows, finding.sample) == ((N + 1,), (N + 1,), ("99",))
    assert finding.fixes == ("clip-outliers", "drop-rows")


def test_long_tail_is_no_collection_of_outliers(run_check):
    assert run_check("outliers", {"x": RNG.lognormal(sigma=1.5, size=4 * N)}) == []


def test_target_cannot_be_clipped(run_check):
    columns = {"x": RNG.normal(size=N), "y": np.append(RNG.normal(size=N - 1), 50.0)}
    (finding,) = run_check("outliers", columns, "y", task=Task.REGRESSION)
    assert finding.fixes == ("drop-rows",)


@pytest.mark.parametrize(("sigma", "n_findings"), [(0.1, 0), (1.5, 1)])
def test_target_with_a_long_tail_is_told(run_check, sigma, n_findings):
    columns = {"x": RNG.normal(size=N), "y": RNG.lognormal(sigma=sigma, size=N)}
    assert len(run_check("skewed-target", columns, "y", task=Task.REGRESSION)) == n_findings


def test_a_long_tail_is_not_told_of_where_no_square_decides(run_check):
    columns = {"y": np.exp(np.random.default_rng(0).normal(scale=2, size=300))}
    told = run_check("skewed-target", columns, "y", task=Task.REGRESSION, metric="rmse")
    assert len(told) == 1
    assert run_check("skewed-target", columns, "y", task=Task.REGRESSION, metric="mae") == []


def test_numbers_among_a_few_words_are_told_with_the_words(run_check):
    cells = ["unknown" if n % 10 == 0 else str(n) for n in range(N)]
    (finding,) = run_check("mixed-types", {"age": cells})
    assert finding.code == "mixed-types-column"
    assert finding.fixes[0] == finding.safe_fix == "mark-missing:unknown"


def test_codes_of_letters_and_few_numbers_are_not_mixed(run_check):
    assert run_check("mixed-types", {"grade": ["1", "2", "3", "A"] * 100}) == []


def test_numbers_that_were_read_as_words_are_offered_as_numbers(run_check):
    (finding,) = run_check("mixed-types", {"plate": [f"{n:05d}" for n in range(N)]})
    assert finding.code == "number-as-text-column"
    assert "as-number" in finding.fixes


def test_dates_of_which_day_or_month_may_come_first_offer_both_formats(run_check):
    (finding,) = run_check("ambiguous-dates", {"on": ["03/04/2024", "05/06/2024"] * 50})
    assert finding.fixes[:2] == ("as-date:%d/%m/%Y", "as-date:%m/%d/%Y")


def test_dates_that_one_cell_decides_are_not_ambiguous(run_check):
    assert run_check("ambiguous-dates", {"on": ["03/04/2024", "25/06/2024"] * 50}) == []


def test_words_that_differ_in_case_space_and_accents_are_told_together(run_check):
    cells = ["São Paulo", "sao  paulo", "SAO PAULO", "Rome"] * 25
    (finding,) = run_check("spelling-variants", {"town": cells})
    assert finding.sample == ("'São Paulo' = 'sao  paulo' = 'SAO PAULO'",)
    assert finding.safe_fix == "merge-spellings"


def test_labels_in_several_spellings_are_told_and_not_merged(run_check):
    columns = {"x": RNG.normal(size=100), "y": ["Yes", "yes", "no", "no"] * 25}
    (finding,) = run_check("spelling-variants", columns, "y", task=Task.MULTICLASS)
    assert (finding.columns, finding.fixes) == (("y",), ())


def test_column_in_another_unit_with_noise_nearly_repeats_the_first(run_check):
    x = RNG.normal(size=N)
    columns = {"kg": x, "lb": x * -2.2 + 1e-4 * RNG.normal(size=N), "other": RNG.normal(size=N)}
    (finding,) = run_check("near-duplicate-columns", columns)
    assert (finding.columns, finding.sample) == (("lb",), ("kg",))


def test_gaps_in_both_columns_do_not_hide_that_they_are_alike(run_check):
    x = RNG.normal(size=N)
    first, second = (
        np.where(RNG.random(N) < 0.3, np.nan, x),
        np.where(RNG.random(N) < 0.3, np.nan, x),
    )
    assert len(run_check("near-duplicate-columns", {"a": first, "b": second * 3})) == 1


def test_equal_columns_are_left_to_the_check_of_duplicates(run_check):
    x = RNG.normal(size=N)
    assert run_check("near-duplicate-columns", {"a": x, "b": x}) == []


def test_more_classes_than_the_rows_can_teach_are_told(run_check):
    columns = {"x": RNG.normal(size=N), "y": [f"c{n % 100}" for n in range(N)]}
    assert _codes(run_check("many-classes", columns, "y", task=Task.MULTICLASS)) == ["many-classes"]


def test_ten_rows_a_class_are_enough(run_check):
    columns = {"x": RNG.normal(size=N), "y": [f"c{n % 40}" for n in range(N)]}
    assert run_check("many-classes", columns, "y", task=Task.MULTICLASS) == []


def test_equal_rows_with_different_labels_are_told_with_every_row(run_check):
    x = RNG.normal(size=N)
    x[7] = x[3]
    labels = np.where(np.arange(N) % 2 == 0, "a", "b")
    labels[3], labels[7] = "a", "b"
    key = [f"k{n}" for n in range(N)]
    (finding,) = run_check(
        "conflicting-labels",
        {"x": x, "key": key, "y": labels.tolist()},
        "y",
        task=Task.BINARY,
        kinds={"key": ColumnKind.IDENTIFIER},
    )
    assert finding.all_rows == (4, 8)


def test_row_that_was_copied_under_a_new_key_is_a_duplicate(run_check):
    x = np.append(RNG.normal(size=N), 0.0)
    x[N] = x[0]
    key = [f"k{n}" for n in range(N + 1)]
    (finding,) = run_check(
        "duplicate-rows", {"x": x, "key": key}, kinds={"key": ColumnKind.IDENTIFIER}
    )
    assert finding.all_rows == (N + 1,)
    assert "name the rows" in finding.message
