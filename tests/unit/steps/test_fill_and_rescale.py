"""Fill and rescale, the steps of number columns."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from modelyard.runtime.steps.fill import Fill
from modelyard.runtime.steps.rescale import Rescale

BLOCKS = arrays(np.float64, (5, 3), elements=st.floats(-1e9, 1e9) | st.just(float("nan")))


@given(BLOCKS)
def test_fill_replaces_what_is_missing_and_nothing_else(block):
    filled = Fill((1.0, 2.0, 3.0)).apply(block)
    gaps = np.isnan(block)
    assert np.array_equal(filled[~gaps], block[~gaps])
    assert np.array_equal(filled[gaps], np.broadcast_to([1.0, 2.0, 3.0], block.shape)[gaps])


def test_fill_leaves_its_input_alone():
    block = np.array([[np.nan]])
    Fill((1.0,)).apply(block)
    assert np.isnan(block).all()


@given(BLOCKS)
def test_rescale_subtracts_divides_and_keeps_missing(block):
    rescaled = Rescale((1.0, 0.0, -2.0), (2.0, 1.0, 0.5)).apply(block)
    expected = (block - [1.0, 0.0, -2.0]) / [2.0, 1.0, 0.5]
    assert np.array_equal(rescaled, expected, equal_nan=True)


def test_steps_of_no_columns_keep_the_rows():
    assert Fill(()).apply(np.empty((4, 0))).shape == (4, 0)
    assert Rescale((), ()).apply(np.empty((4, 0))).shape == (4, 0)
