"""Scaling, filling, hashing, products and texts against scikit-learn's own, to 1e-12."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.feature_extraction import FeatureHasher
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.impute import KNNImputer, SimpleImputer
from sklearn.preprocessing import (
    MinMaxScaler,
    PolynomialFeatures,
    QuantileTransformer,
    RobustScaler,
)

from modelyard.components.transforms import (
    frequency_encode,
    hash_encode,
    impute_most_frequent,
    impute_nearest,
    interactions,
    minmax_scale,
    polynomial,
    quantile_normal_scale,
    quantile_scale,
    robust_scale,
    tf_idf,
)
from modelyard.domain.errors import InvalidValue
from modelyard.protocols.transforms import Lesson

NUMBERS = arrays(np.float64, (9, 3), elements=st.integers(-4, 4).map(float) | st.just(np.nan))
WORD = st.sampled_from(["a", "b", "ü", "", "x=y", None])
WORDS = st.lists(st.tuples(WORD, WORD), min_size=1, max_size=12)
TEXTS = st.lists(
    st.lists(st.sampled_from(["Red", "red", "wine", "a", "über", "été,", "10"]), max_size=8).map(
        " ".join
    ),
    min_size=1,
    max_size=8,
)


def fitted(module, block):
    names = [f"c{at}" for at in range(block.shape[1])]
    lesson = Lesson(np.random.default_rng(0), np.arange(float(len(block))))
    return module.COMPONENT.fit(block, names, lesson)


def column(texts):
    block = np.empty((len(texts), 1), dtype=object)
    block[:, 0] = texts
    return block


def words(rows):
    block = np.empty((len(rows), 2), dtype=object)
    block[:] = rows
    return block


@pytest.mark.parametrize(
    ("module", "reference"),
    [
        (minmax_scale, MinMaxScaler),
        (robust_scale, RobustScaler),
        (quantile_scale, lambda: QuantileTransformer(n_quantiles=9)),
        (
            quantile_normal_scale,
            lambda: QuantileTransformer(n_quantiles=9, output_distribution="normal"),
        ),
    ],
    ids=["minmax", "robust", "quantile", "quantile_normal"],
)
@settings(max_examples=50, deadline=None)
@given(train=NUMBERS, new=NUMBERS)
def test_scaling_is_that_of_the_reference(module, reference, train, new):
    train[0] = 1.0
    expected = reference().fit(train).transform(new)
    got = fitted(module, train).step.apply(new)
    assert np.allclose(got, expected, rtol=1e-12, atol=1e-12, equal_nan=True)


def test_ranks_of_many_values_are_those_of_the_reference():
    rng = np.random.default_rng(0)
    train, new = rng.lognormal(size=(3000, 2)), rng.lognormal(size=(500, 2))
    reference = QuantileTransformer(output_distribution="normal", subsample=None).fit(train)
    got = fitted(quantile_normal_scale, train).step.apply(new)
    assert np.allclose(got, reference.transform(new), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_gaps_are_filled_as_by_knn_imputer_on_columns_of_one_scale(seed):
    rng = np.random.default_rng(seed)
    scales = np.array([1.0, 100.0, 0.01, 5.0])
    train, new = rng.normal(size=(60, 4)) * scales, rng.normal(size=(40, 4)) * scales
    for block in (train, new):
        block[rng.random(block.shape) < 0.3] = np.nan
    new[0] = np.nan
    step = fitted(impute_nearest, train).step
    reference = KNNImputer(n_neighbors=impute_nearest.N_NEIGHBORS).fit(train / step.scales)
    expected = reference.transform(new / step.scales) * step.scales
    assert np.allclose(step.scales, np.nanstd(train, axis=0))
    assert np.allclose(step.apply(new), expected, rtol=1e-12, atol=0)


def test_no_more_rows_than_the_limit_travel_with_the_recipe():
    block = np.random.default_rng(0).normal(size=(impute_nearest.MAX_REFERENCE_ROWS + 50, 2))
    assert len(fitted(impute_nearest, block).step.reference) == impute_nearest.MAX_REFERENCE_ROWS


@settings(max_examples=50, deadline=None)
@given(train=WORDS, new=WORDS)
def test_words_are_filled_by_the_most_frequent_as_by_simple_imputer(train, new):
    train = [*train, ("a", "b")]
    reference = SimpleImputer(strategy="most_frequent", missing_values=None).fit(words(train))
    got = fitted(impute_most_frequent, words(train)).step.apply(words(new))
    assert got.tolist() == reference.transform(words(new)).tolist()


@settings(max_examples=50, deadline=None)
@given(rows=WORDS)
def test_hashed_words_stand_where_feature_hasher_puts_them(rows):
    texts = [
        [f"c{at}" if word is None else f"c{at}={word}" for at, word in enumerate(row)]
        for row in rows
    ]
    reference = FeatureHasher(hash_encode.N_BUCKETS, input_type="string")
    got = fitted(hash_encode, words(rows)).step.apply(words(rows))
    assert np.array_equal(got, reference.transform(texts).toarray())


def test_frequencies_are_shares_of_the_training_rows_and_unseen_words_have_none():
    step = fitted(frequency_encode, words([("a", "x"), ("a", None), ("b", None), (None, "x")])).step
    got = step.apply(words([("a", "x"), (None, None), ("never seen", "x")]))
    assert got.tolist() == [[0.5, 0.5], [0.25, 0.5], [0.0, 0.5]]


@pytest.mark.parametrize(
    ("module", "is_interaction_only"), [(polynomial, False), (interactions, True)]
)
@given(block=arrays(np.float64, (4, 3), elements=st.floats(-1e6, 1e6)))
@settings(max_examples=20, deadline=None)
def test_products_are_those_of_polynomial_features(module, is_interaction_only, block):
    reference = PolynomialFeatures(2, interaction_only=is_interaction_only, include_bias=False)
    expected = reference.fit_transform(block)[:, 3:]
    result = fitted(module, block)
    names = [name.replace(" ", "*") for name in reference.get_feature_names_out(["c0", "c1", "c2"])]
    assert list(result.outputs) == names[3:]
    assert np.allclose(result.step.apply(block), expected, rtol=1e-12, atol=0)


@pytest.mark.parametrize("module", [polynomial, interactions])
def test_more_products_than_the_limit_are_refused_with_a_way_out(module):
    with pytest.raises(InvalidValue, match="1,000 columns") as caught:
        fitted(module, np.zeros((2, 50)))
    assert "columns" in caught.value.fix


@settings(max_examples=50, deadline=None)
@given(train=TEXTS, new=TEXTS)
def test_texts_are_weighed_as_by_tfidf_vectorizer(train, new):
    result = fitted(tf_idf, column(train))
    (terms,) = result.step.terms
    if not terms:
        assert result.step.apply(column(new)).shape == (len(new), 0)
        return
    reference = TfidfVectorizer(vocabulary=terms, ngram_range=(1, 2), sublinear_tf=True).fit(train)
    expected = reference.transform(new).toarray()
    assert np.allclose(result.step.apply(column(new)), expected, rtol=1e-12, atol=1e-12)


def test_terms_are_those_that_two_texts_share():
    texts = ["red wine", "red wine is red", "white wine", None, "once once once"]
    (terms,) = fitted(tf_idf, column(texts)).step.terms
    assert set(terms) == {"red", "wine", "red wine"}


@pytest.mark.parametrize(("n_texts", "n_terms"), [(2, 1_000), (10_000, 400), (20_000, 200)])
def test_a_text_column_makes_fewer_columns_of_more_texts(n_texts, n_terms):
    long = " ".join(f"w{at}" for at in range(600))
    texts = [long, long, *["w1 w2 " * 20] * (n_texts - 2)]
    assert len(fitted(tf_idf, column(texts)).outputs) == n_terms


@pytest.mark.parametrize(("n_words", "n_terms"), [(4, 200), (20, 468), (50, 1_000)])
def test_a_text_column_makes_fewer_columns_of_shorter_texts(n_words, n_terms):
    words = np.random.default_rng(0).choice([f"w{at}" for at in range(40)], (2_000, n_words))
    assert len(fitted(tf_idf, column([" ".join(each) for each in words])).outputs) == n_terms


@pytest.mark.parametrize("labels", [(), ("bad", "good"), ("bad", "good", "neither")], ids=len)
def test_terms_that_tell_of_the_target_stand_beside_the_most_frequent(labels):
    rng = np.random.default_rng(0)
    y = rng.integers(0, max(len(labels), 2), 1_000)
    common, telling = [f"common{at}" for at in range(400)], ["awful", "tasty", "so"]
    texts = [
        " ".join([*rng.choice(common, 60), *[telling[answer]] * (rng.random() < 0.2)])
        for answer in y
    ]
    target = y if labels else np.exp(10.0 * y)
    lesson = Lesson(np.random.default_rng(0), target, labels)
    (terms,) = tf_idf.COMPONENT.fit(column(texts), ["review"], lesson).step.terms
    assert set(terms[:2]) <= set(telling)
    frequent = Counter(word for text in texts for word in text.split()).most_common(100)
    assert {word for word, _ in frequent} <= set(terms)


def test_chance_words_of_rare_classes_do_not_crowd_out_those_that_tell_of_common_ones():
    rng = np.random.default_rng(0)
    y = np.concatenate([np.repeat([0, 1], 950), np.repeat(np.arange(2, 22), 5)])
    telling, others = [f"tells{at}" for at in range(20)], [f"word{at}" for at in range(3_000)]
    texts = [
        " ".join([*rng.choice(others, 30), *([rng.choice(telling)] if answer == 0 else [])])
        for answer in y
    ]
    lesson = Lesson(np.random.default_rng(0), y, tuple(map(str, range(22))))
    (terms,) = tf_idf.COMPONENT.fit(column(texts), ["note"], lesson).step.terms
    assert set(telling) <= set(terms[:100])


def test_terms_of_many_texts_are_counted_in_as_many_as_are_drawn():
    fold = tf_idf.COMPONENT.deal(tf_idf.MAX_TEXTS + 10, np.random.default_rng(0))
    assert np.bincount(fold).tolist() == [tf_idf.MAX_TEXTS, 10]
    assert not tf_idf.COMPONENT.deal(tf_idf.MAX_TEXTS, np.random.default_rng(0)).any()


def test_each_text_column_has_its_own_words():
    block = words([("red wine", "wine"), ("red wine", "wine")])
    result = fitted(tf_idf, block)
    made = dict(zip(result.outputs, result.step.apply(block)[0], strict=True))
    assert made["c1: wine"] == 1.0
    assert made["c0: wine"] < 1.0
