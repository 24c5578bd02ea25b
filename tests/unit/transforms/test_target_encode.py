"""Words as the mean target, which no training row is shown its own part of."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.preprocessing import TargetEncoder

from modelyard.components.transforms.target_encode import COMPONENT, SMOOTHING_ROWS
from modelyard.protocols.transforms import Lesson

WORDS = st.lists(
    st.tuples(*[st.sampled_from(["a", "b", "ü", "", None])] * 2), min_size=6, max_size=30
)
LABELS = {0: (), 2: ("no", "yes"), 3: ("x", "y", "z")}


def block_of(rows):
    block = np.empty((len(rows), 2), dtype=object)
    block[:] = rows
    return block


def fitted(block, y, labels=()):
    return COMPONENT.fit(block, ["a", "b"], Lesson(np.random.default_rng(0), y, labels))


def target(n_rows, n_classes):
    rng = np.random.default_rng(1)
    y = rng.integers(n_classes, size=n_rows) if n_classes else rng.normal(size=n_rows)
    y[: max(n_classes, 1)] = range(max(n_classes, 1))
    return y


@pytest.mark.parametrize("n_classes", LABELS)
@settings(max_examples=20, deadline=None)
@given(rows=WORDS)
def test_new_rows_get_what_target_encoder_gives_them(n_classes, rows):
    kind = {0: "continuous", 2: "binary", 3: "multiclass"}[n_classes]
    y, block = target(len(rows), n_classes), block_of(rows)
    reference = TargetEncoder(target_type=kind, smooth=SMOOTHING_ROWS, cv=2).fit(block, y)
    new = block_of([*rows, ("never seen", "a"), ("a", "never seen")])
    got = fitted(block, y, LABELS[n_classes]).step.apply(new)
    known = block_of([*rows])
    expected = reference.transform(known)
    assert np.allclose(got[: len(rows)], expected, rtol=1e-12, atol=1e-12)
    general = y.mean() if n_classes < 3 else (y == 0).mean()
    assert got[len(rows), 0] == pytest.approx(general, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("n_classes", LABELS)
def test_no_training_row_is_shown_its_own_target(n_classes):
    rng = np.random.default_rng(2)
    block = block_of([tuple(row) for row in rng.choice(["a", "b", "c"], size=(40, 2))])
    y = target(40, n_classes)
    before = fitted(block, y, LABELS[n_classes]).taught
    for at in range(5, 40):
        other = y.copy()
        other[at] = (y[at] + 1) % n_classes if n_classes else y[at] + 100.0
        assert np.array_equal(fitted(block, other, LABELS[n_classes]).taught[at], before[at])


def test_words_that_say_nothing_do_not_seem_to_say_much():
    rng = np.random.default_rng(3)
    y = rng.normal(size=500)
    block = block_of([(f"w{at}", f"v{at // 2}") for at in range(500)])
    result = fitted(block, y)
    assert np.ptp(result.taught[:, 0]) < 0.2
    assert np.corrcoef(result.taught[:, 1], y)[0, 1] < 0.2
    assert np.corrcoef(result.step.apply(block)[:, 1], y)[0, 1] > 0.5


def test_several_classes_have_a_column_each_which_share_one():
    block = block_of([("a", "b")] * 9)
    result = fitted(block, np.arange(9) % 3, LABELS[3])
    assert result.outputs == ("a to x", "a to y", "a to z", "b to x", "b to y", "b to z")
    assert result.step.apply(block)[0, :3].sum() == pytest.approx(1.0)


def test_the_means_of_words_are_those_of_the_weights():
    y = np.array([1.0, 5.0, 2.0, 4.0, 9.0])
    block = block_of([("a", "q"), ("a", "q"), ("b", "q"), ("b", "q"), ("b", "q")])
    weight = np.array([3.0, 1.0, 2.0, 2.0, 2.0])
    lesson = Lesson(np.random.default_rng(0), y, weight=weight)
    got = COMPONENT.fit(block, ["a", "b"], lesson).step.apply(block)
    even, general = weight / weight.mean(), np.average(y, weights=weight)
    of_a = ((even * y)[:2].sum() + SMOOTHING_ROWS * general) / (even[:2].sum() + SMOOTHING_ROWS)
    assert got[0, 0] == pytest.approx(of_a, rel=1e-12)
    assert got[0, 1] == pytest.approx(general, rel=1e-12)


@pytest.mark.parametrize("factor", [1.0, 0.001, 7.0])
def test_equal_weights_teach_as_none_do(factor):
    block = block_of([("ab"[at % 2], "xyz"[at % 3]) for at in range(40)])
    y = target(40, 0)
    plain = fitted(block, y)
    lesson = Lesson(np.random.default_rng(0), y, weight=np.full(40, factor))
    weighed = COMPONENT.fit(block, ["a", "b"], lesson)
    assert np.allclose(weighed.step.apply(block), plain.step.apply(block), rtol=1e-12)
    assert np.allclose(weighed.taught, plain.taught, rtol=1e-12)
