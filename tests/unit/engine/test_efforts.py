"""How much is shuffled follows from the columns, the rows and the time."""

from math import inf

import pytest

from modelyard.engine.evaluation.efforts import Effort, effort_for


@pytest.mark.parametrize(
    ("n_columns", "n_rows", "most", "expected"),
    [
        (20, 250, inf, Effort(250, None)),
        (500, 100, inf, Effort(100, None)),
        # Where there is time for half of them: half of the rows.
        (20, 250, 9_000, Effort(150, None)),
        # Of few columns each is shuffled, however long it takes.
        (8, 250, 1, Effort(100, None)),
        (60, 100, 1, Effort(100, 4)),
        (501, 166, inf, Effort(100, 50)),
    ],
)
def test_rows_are_spared_first_and_then_columns(n_columns, n_rows, most, expected):
    assert effort_for(n_columns, n_rows, most=most) == expected


def test_more_time_finds_more_columns():
    kept = [effort_for(300, 100, most=most).n_kept for most in (7_000, 20_000, 60_000)]
    assert kept == sorted(set(kept))
    assert effort_for(300, 100, most=90_000).n_kept is None


def test_of_thousands_of_columns_the_cells_are_bounded_where_time_is_not():
    assert effort_for(10_000, 100, most=inf).n_kept < effort_for(1_000, 100, most=inf).n_kept


@pytest.mark.parametrize(("most", "is_told"), [(10_800, True), (5_400, True), (5_399, False)])
def test_nothing_is_told_of_many_columns_where_the_least_takes_far_too_long(most, is_told):
    assert (effort_for(10_000, 100, most=most) is not None) == is_told
