"""What AutoML leaves under a limit of time, or where accuracy is all: whole and small to serve."""

import numpy as np
import polars as pl
import pytest
from rows import table

import modelyard

pytestmark = pytest.mark.processes

MOST_BYTES = 25_000_000


@pytest.fixture
def data(put):
    return put("data.csv", table(n_rows=240))


def members(model):
    """Return the entries of the leaderboard that answer."""
    return [each for each in model.manifest.leaderboard["entries"] if each["weight"]]


def require_alike(model, data):
    """Fail where rows are answered otherwise alone than together."""
    frame = pl.read_csv(data).drop("y").head(20)
    together = model.predict_proba(frame)
    alone = pl.concat([model.predict_proba(frame[at]) for at in range(len(frame))])
    assert together.columns == alone.columns
    np.testing.assert_allclose(alone.to_numpy(), together.to_numpy(), atol=1e-9)


def test_a_limit_of_time_ends_in_a_small_package_that_answers(data):
    quick = ["lightgbm", "logistic-regression"]
    model = modelyard.train(data, target="y", time_limit_s=20, only=quick)
    assert sum(each["weight"] for each in members(model)) == pytest.approx(1.0)
    files = [each for each in model.path.rglob("*") if each.is_file()]
    assert sum(each.stat().st_size for each in files) < MOST_BYTES
    require_alike(model, data)


def test_where_accuracy_is_all_the_models_of_the_folds_answer_together(data):
    asked = {"target": "y", "n_trials": 1, "only": ["lightgbm"]}
    best = modelyard.train(data, serve="best", **asked)
    (member,) = members(best)
    assert member["shipped"]["n_models"] > 1
    assert not member["shipped"]["is_refitted"]
    require_alike(best, data)
    (member,) = members(modelyard.train(data, **asked))
    assert member["shipped"]["n_models"] == 1
