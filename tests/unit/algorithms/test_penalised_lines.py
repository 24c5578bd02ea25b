"""Ridge, lasso and elastic net: what scikit-learn finds, whatever the unit of the target."""

import numpy as np
import pytest
from sklearn.linear_model import ElasticNet, LogisticRegression, Ridge

from modelyard.catalog import Catalog
from modelyard.domain.tasks import Task
from modelyard.protocols.algorithms import FitInput

ALGORITHMS = Catalog().algorithms()


def rows(n_rows=120):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n_rows, 6))
    return X, 4 * X[:, 0] - 2 * X[:, 1] + rng.normal(size=n_rows)


def fit(key, X, y, *, n_classes=0, weight=None, **parameters):
    algorithm = ALGORITHMS[key]
    defaults = {each.name: each.default for each in algorithm.card.parameters}
    return algorithm.fit(
        FitInput(
            X=X,
            y=y,
            feature_names=tuple(f"f{at}" for at in range(X.shape[1])),
            task=Task.BINARY if n_classes else Task.REGRESSION,
            n_classes=n_classes,
            parameters=defaults | parameters,
            rng=np.random.default_rng(0),
            weight=weight,
        )
    )


def test_ridge_is_scikit_learns():
    X, y = rows()
    weight = np.random.default_rng(1).random(len(y)) + 0.1
    reference = Ridge(alpha=3.0).fit(X, y, sample_weight=weight)
    model = fit("ridge", X, y, weight=weight, alpha=3.0)
    np.testing.assert_allclose(model.scores(X)[:, 0], reference.predict(X), rtol=1e-9)


def test_the_elastic_net_is_scikit_learns_on_a_standardised_target():
    X, y = rows()
    center, size = y.mean(), y.std()
    reference = ElasticNet(alpha=0.05, l1_ratio=0.3).fit(X, (y - center) / size)
    model = fit("elastic-net", X, y, alpha=0.05, l1_ratio=0.3)
    expected = center + size * reference.predict(X)
    np.testing.assert_allclose(model.scores(X)[:, 0], expected, rtol=1e-3, atol=1e-3)


def test_the_lasso_is_the_elastic_net_of_l1_alone():
    X, y = rows()
    lasso, net = fit("lasso", X, y), fit("elastic-net", X, y, l1_ratio=1.0)
    np.testing.assert_allclose(lasso.scores(X), net.scores(X))


@pytest.mark.parametrize("key", ["lasso", "elastic-net"])
@pytest.mark.parametrize("unit", [1e-9, 1e9])
def test_the_penalty_means_the_same_in_every_unit_of_the_target(key, unit):
    X, y = rows()
    np.testing.assert_allclose(
        fit(key, X, y * unit).scores(X), fit(key, X, y).scores(X) * unit, rtol=1e-6
    )


def test_the_lasso_leaves_out_what_says_nothing_and_at_one_everything():
    X, y = rows()
    assert (fit("lasso", X, y, alpha=0.1).coefficients[2:] == 0).all()
    empty = fit("lasso", X, y, alpha=1.0)
    assert not empty.coefficients.any()
    np.testing.assert_allclose(empty.scores(X), y.mean())


def test_a_fit_that_does_not_converge_is_a_model_all_the_same():
    X, y = rows()
    assert np.isfinite(fit("lasso", X, y, alpha=1e-8, max_iter=1).scores(X)).all()


def test_a_constant_target_is_answered():
    X, _ = rows()
    for key in ("ridge", "lasso", "elastic-net"):
        np.testing.assert_allclose(fit(key, X, np.full(len(X), 7.0)).scores(X), 7.0)


def test_logistic_regression_leaves_features_out_where_l1_is_asked_for():
    X, y = rows()
    labels = (y > 0).astype(int)
    reference = LogisticRegression(C=0.1, l1_ratio=1.0, solver="saga", max_iter=5000).fit(X, labels)
    model = fit("logistic-regression", X, labels, n_classes=2, C=0.1, l1_ratio=1.0, max_iter=5000)
    assert (model.estimator.coef_[0, 2:] == 0).any()
    np.testing.assert_allclose(model.scores(X), reference.predict_proba(X), atol=1e-3)
