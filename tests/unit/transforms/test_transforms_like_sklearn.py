"""Transforms of numbers and words against scikit-learn's, with missing and unseen values."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

from modelyard.components.transforms import (
    impute_constant,
    impute_mean,
    impute_median,
    impute_most_frequent,
    missing_indicator,
    one_hot_encode,
    ordinal_encode,
    standard_scale,
)
from modelyard.protocols.transforms import Lesson

NUMBERS = arrays(np.float64, (9, 3), elements=st.integers(-4, 4).map(float) | st.just(np.nan))
WORDS = st.lists(
    st.tuples(*[st.sampled_from(["a", "b", "ü", "", None])] * 2), min_size=1, max_size=12
)


def fitted(module, block):
    names = [f"c{at}" for at in range(block.shape[1])]
    lesson = Lesson(np.random.default_rng(0), np.arange(float(len(block))))
    return module.COMPONENT.fit(block, names, lesson)


def words(rows):
    block = np.empty((len(rows), 2), dtype=object)
    block[:] = rows
    return block


@pytest.mark.parametrize(
    ("module", "strategy"),
    [
        (impute_mean, "mean"),
        (impute_median, "median"),
        (impute_most_frequent, "most_frequent"),
        (impute_constant, "constant"),
    ],
)
@settings(max_examples=30, deadline=None)
@given(train=NUMBERS, new=NUMBERS)
def test_imputers_fill_what_simple_imputer_fills(module, strategy, train, new):
    train[0] = 1.0
    reference = SimpleImputer(strategy=strategy).fit(train)
    assert np.allclose(fitted(module, train).step.apply(new), reference.transform(new), atol=1e-15)


@pytest.mark.parametrize("module", [impute_mean, impute_median, impute_most_frequent])
def test_a_column_without_a_value_is_filled_with_zero(module):
    assert fitted(module, np.full((3, 1), np.nan)).step.values == (0.0,)


@settings(max_examples=50, deadline=None)
@given(train=NUMBERS, new=NUMBERS)
def test_standard_scale_gives_what_standard_scaler_gives(train, new):
    train[0] = 1.0
    expected = StandardScaler().fit(train).transform(new)
    got = fitted(standard_scale, train).step.apply(new)
    assert np.allclose(got, expected, rtol=1e-12, atol=1e-12, equal_nan=True)


@pytest.mark.parametrize("value", [0.1, 1e9 + 0.1])
def test_a_constant_column_is_centred_and_never_blown_up(value):
    step = fitted(standard_scale, np.full((1000, 1), value)).step
    assert step.scales == (1.0,)
    assert abs(step.apply(np.array([[value]]))[0, 0]) < 1e-6


def test_a_column_without_a_value_is_not_scaled():
    step = fitted(standard_scale, np.full((3, 1), np.nan)).step
    assert (step.centers, step.scales) == ((0.0,), (1.0,))


@settings(max_examples=50, deadline=None)
@given(train=WORDS, new=WORDS)
def test_ordinal_encode_gives_what_ordinal_encoder_gives_for_its_order(train, new):
    step = fitted(ordinal_encode, words(train)).step
    n_known = [len(each) for each in step.words]
    for at in range(2):
        known = np.array(step.words[at], dtype=object)
        if not len(known):
            continue
        reference = OrdinalEncoder(
            categories=[known], handle_unknown="use_encoded_value", unknown_value=n_known[at]
        ).fit(known[:, None])
        column = words(new)[:, [at]]
        expected = reference.transform(np.where(column == None, "?", column))  # noqa: E711
        expected[column == None] = np.nan  # noqa: E711
        assert np.array_equal(step.apply(words(new))[:, [at]], expected, equal_nan=True)


def test_codes_follow_frequency_then_the_word():
    step = fitted(ordinal_encode, words([("b", "x"), ("a", "x"), ("c", "y"), ("c", None)])).step
    assert step.words == (("c", "a", "b"), ("x", "y"))


def test_rare_words_beyond_the_cap_share_the_code_of_unseen_ones():
    many = [(f"w{at:04}", "x") for at in range(ordinal_encode.MAX_WORDS + 5)]
    step = fitted(ordinal_encode, words([*many, ("w0258", "x")])).step
    codes = step.apply(words([("w0258", "x"), ("w0257", "x"), ("never seen", "x")]))[:, 0]
    assert codes.tolist() == [0.0, ordinal_encode.MAX_WORDS, ordinal_encode.MAX_WORDS]


@settings(max_examples=50, deadline=None)
@given(train=WORDS, new=WORDS)
def test_one_hot_encode_gives_the_columns_of_one_hot_encoder(train, new):
    result = fitted(one_hot_encode, words(train))
    reference = OneHotEncoder(handle_unknown="ignore", sparse_output=False).fit(words(train))
    named = [
        f"c{at}={one_hot_encode.MISSING if level is None else level}"
        for at, levels in enumerate(reference.categories_)
        for level in levels
    ]
    expected = reference.transform(words(new))
    got = result.step.apply(words(new))
    assert sorted(result.outputs) == sorted(named)
    assert np.array_equal(got[:, [result.outputs.index(name) for name in named]], expected)


def test_words_beyond_the_cap_have_no_column():
    many = [(f"w{at:02}", "x") for at in range(one_hot_encode.MAX_LEVELS + 1)]
    result = fitted(one_hot_encode, words([*many, ("w40", "x")]))
    assert len(result.outputs) == one_hot_encode.MAX_LEVELS + 1
    assert result.outputs[0] == "c0=w40"
    assert "c0=w39" not in result.outputs


@settings(max_examples=20, deadline=None)
@given(block=NUMBERS)
def test_missing_indicator_flags_what_the_reference_flags(block):
    expected = MissingIndicator(features="all").fit_transform(block)
    assert np.array_equal(fitted(missing_indicator, block).step.apply(block), expected)
