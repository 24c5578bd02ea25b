"""Pairs of truth and answer are counted by class, under any weight."""

import numpy as np
import pytest

from modelyard.domain.confusion import Pairs, average_by_class


def test_truth_stands_in_rows_and_answers_in_columns():
    pairs = Pairs.of(np.array([0, 0, 1]), np.array([0, 1, 1]))

    np.testing.assert_array_equal(pairs.count(), [[1, 1], [0, 1]])


def test_weights_are_added_up():
    pairs = Pairs.of(np.array([0, 0, 1]), np.array([0, 0, 1]))

    np.testing.assert_array_equal(pairs.count(np.array([0.5, 2.0, 3.0])), [[2.5, 0], [0, 3]])


def test_classes_that_no_row_shows_are_counted_as_zero():
    assert Pairs.of(np.array([0]), np.array([0]), n_classes=3).count().shape == (3, 3)


def test_no_rows_make_an_empty_table_of_two_classes():
    nothing = np.empty(0, dtype=np.int64)

    np.testing.assert_array_equal(Pairs.of(nothing, nothing).count(), np.zeros((2, 2)))


def test_a_class_without_a_total_scores_zero():
    confusion = np.array([[2.0, 0, 1], [0, 0, 0], [0, 0, 3]])

    averaged = average_by_class(confusion.diagonal(), confusion.sum(axis=0), confusion=confusion)

    assert averaged == pytest.approx((1 + 3 / 4) / 2)
