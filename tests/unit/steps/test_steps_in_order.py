"""Texts and sequences are laid out in order, with their number of items in front."""

import numpy as np

from modelyard.catalog import Catalog
from modelyard.protocols.transforms import Lesson
from modelyard.runtime.steps.sequence_values import SequenceValues
from modelyard.runtime.steps.token_ids import TokenIds

TRANSFORMS = Catalog().transforms()


def column(*cells):
    block = np.empty((len(cells), 1), dtype=object)
    block[:, 0] = cells
    return block


def lesson(**limits):
    return Lesson(np.random.default_rng(0), np.zeros(1), **limits)


def test_words_become_their_numbers_and_unknown_ones_share_one():
    step = TokenIds((("good", "!", "ünder"),), 5)
    made = step.apply(column("Good film!", "ÜNDER  good", None, "", "a b c d e f"))
    assert made.tolist() == [
        [3, 2, 1, 3, 0, 0],
        [2, 4, 2, 0, 0, 0],
        [0, 0, 0, 0, 0, 0],
        [0, 0, 0, 0, 0, 0],
        [5, 1, 1, 1, 1, 1],
    ]


def test_a_sequence_is_standardised_and_its_end_is_kept():
    step = SequenceValues((1.0,), (2.0,), 3)
    made = step.apply(column("1.0 3.0", "9.0 1.0 3.0 5.0", None))
    assert made.tolist() == [[2, 0, 1, 0], [3, 0, 1, 2], [0, 0, 0, 0]]


def test_two_columns_lie_one_after_the_other():
    step = SequenceValues((0.0, 10.0), (1.0, 1.0), 1)
    block = np.array([["1.0", "2.0"]], dtype=object)
    assert step.apply(block).tolist() == [[1, 1, 1, -8]]
    assert step.origins(2) == ((0,), (0,), (1,), (1,))


def test_the_vocabulary_holds_the_commonest_words_that_two_texts_hold():
    texts = column("to be or not to be", "to see", "be good", "good good")
    found = TRANSFORMS["token-ids"].fit(texts, ["t"], lesson()).step
    assert found.words == (("be", "good", "to"),)
    assert found.length == 6
    short = TRANSFORMS["token-ids"].fit(texts, ["t"], lesson(max_items=2, max_words=1))
    assert (short.step.words, short.step.length) == ((("be",),), 2)
    assert short.outputs == ("t: length", "t: 1", "t: 2")


def test_items_of_all_rows_have_mean_zero_and_spread_one():
    step = TRANSFORMS["sequence-values"].fit(column("1.0 2.0 3.0", None, "6.0"), ["s"], lesson())
    made = step.step.apply(column("1.0 2.0 3.0", None, "6.0"))
    items = np.concatenate([made[0, 1:], made[2, 1:2]])
    assert np.allclose([items.mean(), items.std()], [0, 1])


def test_a_column_without_a_sequence_is_laid_out_all_the_same():
    step = TRANSFORMS["sequence-values"].fit(column(None, None), ["s"], lesson()).step
    assert step.apply(column("4.0", None)).tolist() == [[1, 4], [0, 0]]
