"""The one number that costs least for many."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelyard.domain.averages import weighted_median
from modelyard.domain.losses import Loss, best_constant

ROWS = st.lists(
    st.tuples(st.integers(-1000, 1000), st.integers(1, 9)), min_size=1, max_size=12
).map(lambda rows: np.array(rows, dtype=float).T)


@given(ROWS)
def test_no_other_number_costs_less(rows):
    values, weight = rows
    for loss, power in ((Loss.ABSOLUTE_ERROR, 1), (Loss.SQUARED_ERROR, 2)):

        def cost(number, power=power):
            return np.sum(weight * np.abs(values - number) ** power)

        least = cost(best_constant(values, weight, loss=loss))
        others = [*values, *(values + 0.5), *(values - 0.5)]
        assert least <= min(map(cost, others)) * (1 + 1e-12) + 1e-9


@given(ROWS)
def test_a_row_that_weighs_two_is_the_same_as_two_rows(rows):
    values, weight = rows
    repeated = np.repeat(values, weight.astype(int))
    assert weighted_median(values, weight) == pytest.approx(np.median(repeated))
    assert weighted_median(values, None) == np.median(values)


def test_weights_that_are_no_whole_numbers_halve_alike():
    assert weighted_median(np.array([1.0, 2.0, 9.0]), np.array([0.1, 0.2, 0.3])) == 5.5
