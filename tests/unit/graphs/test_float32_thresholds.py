"""Trees that compare doubles as float32 would: every value falls on the side that rounding says."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from modelyard.packaging.graphs.trees import Tree, compared_in_float32

SINGLES = st.floats(width=32, min_value=-(2.0**100), max_value=2.0**100)


def stump(threshold):
    return Tree(
        feature=np.zeros(1, dtype=np.int64),
        threshold=np.array([threshold]),
        missing_left=np.zeros(1, dtype=np.bool_),
        left=np.array([~0]),
        right=np.array([~1]),
        leaves=np.array([0.0, 1.0]),
    )


@given(SINGLES, SINGLES, st.integers(-3, 3))
def test_a_double_falls_on_the_side_of_its_float32(near, other, n_steps):
    threshold = near + (other - near) / 2
    moved = compared_in_float32(stump(threshold)).threshold[0]
    # Around the threshold, and around the middle of two floats, where rounding turns.
    for value in (threshold, near, other, moved):
        beside = value + n_steps * np.spacing(value)
        assert (beside <= moved) == (np.float64(np.float32(beside)) <= threshold)


def test_the_middle_of_two_floats_goes_to_the_even_one():
    one, following = np.float32(1), np.nextafter(np.float32(1), np.float32(2))
    middle = (float(one) + float(following)) / 2
    assert np.float32(middle) == one
    assert compared_in_float32(stump(1.0)).threshold[0] == middle
    assert compared_in_float32(stump(float(following))).threshold[0] > float(following)


def test_the_rest_of_the_tree_is_kept():
    tree = stump(0.1)
    moved = compared_in_float32(tree)
    assert moved.feature is tree.feature
    assert moved.leaves is tree.leaves
