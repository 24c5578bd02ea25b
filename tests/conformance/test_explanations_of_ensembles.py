"""Means of models are explained by their members where these speak on one scale."""

import numpy as np
import pytest

from modelyard.catalog import Catalog
from modelyard.domain.columns import ColumnKind, InputColumn
from modelyard.domain.explanations import Method, Scale
from modelyard.domain.tasks import Task
from modelyard.engine.parameters import resolve_parameters
from modelyard.packaging.graphs.merging import GraphPart, merge
from modelyard.packaging.graphs.mixtures import MeanOfMembers
from modelyard.protocols.algorithms import FitInput
from modelyard.runtime.blocks import Blocks
from modelyard.runtime.decisions import Decision
from modelyard.runtime.explaining.explainer import Explainer
from modelyard.runtime.explaining.sampling import shares_of
from modelyard.runtime.predictor import Predictor
from modelyard.runtime.reading import InputReader
from modelyard.runtime.recipes import Recipe
from modelyard.runtime.sessions import Session

ALGORITHMS = Catalog().algorithms()
SMALL = {
    "lightgbm": {"n_estimators": 8, "early_stopping_rounds": 0},
    "random-forest": {"n_estimators": 5},
    "extra-trees": {"n_estimators": 5},
}
NAMES = ("n0", "n1", "n2", "n3")


def numbers(n_rows, seed=0):
    X = np.random.default_rng(seed).normal(size=(n_rows, 4))
    return X, X[:, 0] * X[:, 1] + X[:, 2]


def explainer_of(members, weights, task):
    """Return what explains a mean of members, each of which sees columns in its own order."""
    X, y = numbers(200)
    y = y if task is Task.REGRESSION else (y > 0).astype(np.int64)
    n_outputs = 1 if task is Task.REGRESSION else 2
    parts = []
    for key, columns in members:
        card = ALGORITHMS[key].card
        taught = FitInput(
            X=np.ascontiguousarray(X[:, columns]),
            y=y,
            feature_names=tuple(NAMES[at] for at in columns),
            task=task,
            n_classes=0 if task is Task.REGRESSION else 2,
            parameters=resolve_parameters(card, SMALL.get(key, {})),
            rng=np.random.default_rng(0),
        )
        parts.append(GraphPart(ALGORITHMS[key].fit(taught).to_onnx(), np.array(columns)))
    mean = MeanOfMembers(np.array(weights), n_outputs, {})
    graph = merge(parts, mean.to_onnx(), n_features=4, n_outputs=n_outputs)
    labels = () if task is Task.REGRESSION else ("no", "yes")
    predictor = Predictor(
        Recipe(NAMES, (), (), NAMES),
        Session(graph),
        reader=InputReader(tuple(InputColumn(name, ColumnKind.NUMERIC) for name in NAMES), ("",)),
        decision=Decision(task, labels),
    )
    return Explainer(predictor, blocks(X[:20]))


def blocks(X):
    return Blocks(NAMES, (), X, np.empty((len(X), 0), dtype=object))


@pytest.mark.parametrize(
    ("task", "members"),
    [
        (Task.REGRESSION, ["lightgbm", "random-forest", "linear-regression"]),
        (Task.BINARY, ["random-forest", "extra-trees"]),
    ],
)
def test_a_mean_on_one_scale_is_explained_exactly_by_its_members(task, members):
    columns = ([0, 1, 2, 3], [3, 0, 1], [2, 1])
    weights = np.array([0.5, 0.3, 0.2])[: len(members)]
    pairs = list(zip(members, columns, strict=False))
    explainer = explainer_of(pairs, weights / weights.sum(), task)

    for at in range(3):
        row = blocks(numbers(3, seed=5)[0][at : at + 1])
        (found,) = explainer.explain(row)

        code = explainer.predictor.decision.labels.index(found.label) if found.label else 0
        expected = shares_of(
            lambda mixed, code=code: explainer.predictor.scores(mixed)[:, code],
            row,
            reference=explainer.reference,
            rng=np.random.default_rng(0),
        )
        amounts = {each.column: each.amount for each in found.contributions}
        assert found.method is Method.MEMBERS
        assert expected.is_exact
        assert [amounts[name] for name in NAMES] == pytest.approx(expected.amounts, abs=1e-6)
        assert found.base + sum(amounts.values()) == pytest.approx(found.score, abs=1e-9)


def test_a_member_that_weighs_nothing_need_not_be_known():
    members = [("multi-layer-perceptron", [0, 1]), ("linear-regression", [0, 1, 2, 3])]
    explainer = explainer_of(members, [0.0, 1.0], Task.REGRESSION)

    (found,) = explainer.explain(blocks(numbers(1, seed=5)[0]))

    assert found.method is Method.MEMBERS
    assert found.scale is Scale.VALUE


@pytest.mark.parametrize(
    ("task", "members"),
    [
        (Task.REGRESSION, ["multi-layer-perceptron", "linear-regression"]),
        (Task.BINARY, ["random-forest", "logistic-regression"]),
    ],
)
def test_where_a_member_is_not_known_or_counts_in_log_odds_the_mean_is_asked(task, members):
    explainer = explainer_of([(key, [0, 1, 2, 3]) for key in members], [0.5, 0.5], task)

    (found,) = explainer.explain(blocks(numbers(1, seed=5)[0]))

    assert found.method is Method.ENUMERATION
