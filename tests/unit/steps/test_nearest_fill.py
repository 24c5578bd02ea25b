"""Gaps are filled from the rows that are most alike."""

import numpy as np

from modelyard.runtime.steps.nearest_fill import NearestFill

REFERENCE = ((0.0, 10.0), (1.0, 20.0), (9.0, 90.0), (8.0, None))


def filled(*rows, n_neighbors=2):
    step = NearestFill(REFERENCE, (1.0, 1.0), (5.0, 40.0), n_neighbors)
    return step.apply(np.array(rows)).tolist()


def test_a_gap_gets_the_mean_of_the_nearest_rows_that_have_the_value():
    assert filled([0.2, np.nan]) == [[0.2, 15.0]]
    assert filled([8.0, np.nan], n_neighbors=1) == [[8.0, 90.0]]


def test_of_rows_that_are_equally_near_the_earlier_counts():
    assert filled([0.5, np.nan], n_neighbors=1) == [[0.5, 10.0]]


def test_a_row_without_a_value_gets_the_means():
    assert filled([np.nan, np.nan]) == [[5.0, 40.0]]


def test_a_row_too_far_off_to_be_compared_gets_the_mean():
    assert filled([1e300, np.nan]) == [[1e300, 40.0]]


def test_a_row_without_gaps_is_left_alone():
    assert filled([3.0, 4.0]) == [[3.0, 4.0]]


def test_more_rows_than_are_held_at_a_time_are_filled_alike():
    rng = np.random.default_rng(0)
    reference = tuple(map(tuple, rng.normal(size=(500, 20)).tolist()))
    step = NearestFill(reference, (1.0,) * 20, (0.0,) * 20, 5)
    block = rng.normal(size=(250, 20))
    block[rng.random(block.shape) < 0.1] = np.nan
    assert np.array_equal(step.apply(block)[200:], step.apply(block[200:]))
