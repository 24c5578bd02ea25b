"""Keys that come again are found, each place of them, among few and among many."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from modelyard.kit.repeats import repeated


def _expected(keys):
    _, of_key, counts = np.unique(keys, return_inverse=True, return_counts=True)
    return counts[of_key] > 1


@given(st.lists(st.integers(0, 2**64 - 1) | st.sampled_from([0, 1, 1 << 24, 2**64 - 1])))
def test_keys_that_come_again_are_marked_wherever_they_stand(listed):
    keys = np.array(listed, dtype=np.uint64)
    assert repeated(keys).tolist() == _expected(keys).tolist()


def test_keys_far_apart_and_keys_that_end_alike_are_told_apart():
    rng = np.random.default_rng(0)
    keys = rng.integers(0, 2**64, 600_000, dtype=np.uint64)
    # The last bits of all of them are among few: what tells them apart is what stands before.
    keys[::2] &= ~np.uint64(0xFFFF)
    keys[-1000:] = keys[:1000]
    found = repeated(keys)
    assert (found == _expected(keys)).all()
    assert found[:1000].all()
    assert found[-1000:].all()
