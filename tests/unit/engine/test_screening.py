"""Columns that count are found among thousands by asking about groups of them."""

import numpy as np
import pytest

from modelyard.engine.evaluation.screening import screened


def asking(worth, asked):
    """Return what groups lose, where each column is worth something by itself."""

    def lost(groups):
        asked.extend(len(each) for each in groups)
        return np.array([sum(worth.get(int(at), 0.0) for at in each) for each in groups])

    return lost


@pytest.mark.parametrize("n_columns", [1, 7, 501, 10_000])
def test_all_that_count_are_found_where_they_are_few(n_columns):
    worth = {0: 1.0, n_columns // 2: 0.5, n_columns - 1: 0.1}
    found = screened(n_columns, n_kept=10, lost=asking(worth, []))
    assert found.tolist() == sorted(worth)


def test_the_strongest_are_found_where_more_count_than_are_kept():
    worth = {at: 1.0 + at / 1e6 for at in range(0, 10_000, 100)}
    found = screened(10_000, n_kept=5, lost=asking(worth, []))
    assert len(found) == 5
    assert set(found.tolist()) <= set(worth)


def test_groups_are_asked_about_and_not_each_column():
    asked = []
    screened(10_000, n_kept=10, lost=asking({4: 1.0, 9_000: 1.0}, asked))
    assert len(asked) < 100
    assert max(asked) == 500


def test_nothing_is_found_where_nothing_counts():
    assert screened(1_000, n_kept=10, lost=asking({}, [])).tolist() == []
