"""The flag for missing."""

import numpy as np

from modelyard.runtime.steps.missing_indicator import MissingIndicator


def test_nan_is_flagged_among_numbers():
    assert MissingIndicator().apply(np.array([[np.nan, 0.0]])).tolist() == [[1.0, 0.0]]


def test_none_is_flagged_among_words_and_the_empty_word_is_not():
    block = np.array([[None, ""], ["a", None]], dtype=object)
    assert MissingIndicator().apply(block).tolist() == [[1.0, 0.0], [0.0, 1.0]]
