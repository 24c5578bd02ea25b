"""The forest: equal to scikit-learn to the last bit, through gaps and values beyond float32."""

import numpy as np
import onnxruntime
import pytest
from sklearn.ensemble import RandomForestClassifier

from modelyard.components.algorithms.random_forest import COMPONENT
from modelyard.domain.tasks import Task
from modelyard.protocols.algorithms import FitInput


def rows(n_rows=300):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n_rows, 4))
    y = (X[:, 0] + X[:, 1] * X[:, 2] > 0).astype(int) + (X[:, 3] > 1)
    X[rng.random(X.shape) < 0.1] = np.nan
    return X, y


def fit(X, y, *, n_classes=3, **parameters):
    defaults = {each.name: each.default for each in COMPONENT.card.parameters}
    return COMPONENT.fit(
        FitInput(
            X=X,
            y=y,
            feature_names=tuple("abcd"),
            task=Task.MULTICLASS if n_classes else Task.REGRESSION,
            n_classes=n_classes,
            parameters=defaults | {"n_estimators": 30} | parameters,
            rng=np.random.default_rng(0),
            n_threads=2,
        )
    )


def by_graph(model, X):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(model.to_onnx(), options).run(None, {"features": X})[0]


@pytest.mark.parametrize("n_classes", [0, 3])
def test_the_graph_gives_scikit_learns_answers_to_the_last_bit(n_classes):
    X, y = rows()
    model = fit(X, y if n_classes else y * 1.1, n_classes=n_classes)
    assert np.array_equal(by_graph(model, X), model.scores(X))


def test_the_answers_are_those_of_the_estimator_itself():
    X, y = rows()
    seed = int(np.random.default_rng(0).integers(2**31))
    reference = RandomForestClassifier(30, min_samples_leaf=2, random_state=seed).fit(X, y)
    assert np.array_equal(fit(X, y).scores(X), reference.predict_proba(X))


def test_values_beyond_float32_are_taken_as_its_largest():
    X, y = rows()
    X[:5, 0], X[5:10, 1] = 1e300, -1e300
    model = fit(X, y)
    assert np.array_equal(by_graph(model, X), model.scores(X))


def test_a_value_between_two_floats_falls_on_the_side_that_scikit_learn_puts_it():
    X = np.repeat([[1.0], [1.0 + 1e-7], [1.0 + 3e-7]], 20, axis=0).repeat(4, axis=1)
    model = fit(X, np.arange(60) // 20)
    near = np.linspace(1 - 1e-7, 1 + 4e-7, 200)[:, None].repeat(4, axis=1)
    assert np.array_equal(by_graph(model, near), model.scores(near))


@pytest.mark.parametrize("word", ["auto", "sqrt", "log2", "all", 0.5, 1])
def test_every_word_and_share_of_features_fits(word):
    X, y = rows(60)
    assert fit(X, y, max_features=word).scores(X).shape == (60, 3)


@pytest.mark.parametrize(("depth", "most"), [(1, 2), (2, 4), (0, 60), (None, 60)])
def test_depth_is_limited_only_where_asked(depth, most):
    X, y = rows(60)
    trees = fit(X, y, max_depth=depth, min_samples_leaf=1).estimator.estimators_
    leaves = max(tree.get_n_leaves() for tree in trees)
    assert leaves <= most
    assert depth or leaves > 4
