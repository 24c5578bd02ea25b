"""Explanations of every algorithm that the catalog finds, against every coalition asked for."""

import numpy as np
import pytest

from modelyard.catalog import Catalog
from modelyard.domain.columns import ColumnKind, InputColumn
from modelyard.domain.explanations import Method, Scale
from modelyard.domain.tasks import Task
from modelyard.engine.parameters import resolve_parameters
from modelyard.protocols.algorithms import FitInput
from modelyard.runtime.blocks import Blocks
from modelyard.runtime.decisions import Decision
from modelyard.runtime.explaining.explainer import Explainer
from modelyard.runtime.explaining.sampling import shares_of
from modelyard.runtime.predictor import Predictor
from modelyard.runtime.reading import InputReader
from modelyard.runtime.recipes import Recipe, Stage
from modelyard.runtime.sessions import Session
from modelyard.runtime.steps.fill import Fill
from modelyard.runtime.steps.one_hot import OneHot

ALGORITHMS = {
    key: each
    for key, each in Catalog().algorithms().items()
    if each.card.members is None and each.card.takes_tables
}
MISSING = Catalog().missing_extras()
# Whose graphs say exactly what moves an answer; of the others the model is asked.
LINEAR = {"linear-regression", "ridge", "lasso", "elastic-net", "logistic-regression"}
TREES = {
    "catboost",
    "decision-tree",
    "extra-trees",
    "gradient-boosting",
    "hist-gradient-boosting",
    "lightgbm",
    "random-forest",
    "xgboost",
}
N_CLASSES = {Task.BINARY: 2, Task.MULTICLASS: 3, Task.REGRESSION: 0}
NUMBERS, LEVELS = ("n0", "n1", "n2", "n3"), ("a", "b", "c")
N_ROWS = 240


def marks_of(key):
    if ALGORITHMS[key].card.extra is None:
        return []
    reason = f"{key} is not installed: {MISSING.get(key)}"
    return [pytest.mark.extras, pytest.mark.skipif(key in MISSING, reason=reason)]


CASES = [
    pytest.param(key, task, id=f"{key}-{task}", marks=marks_of(key))
    for key, algorithm in sorted(ALGORITHMS.items())
    for task in sorted(algorithm.card.tasks)
]


class Explained:
    """A small model of an algorithm, with its explainer and rows to explain."""

    def __init__(self, key, task):
        algorithm, rng = ALGORITHMS[key], np.random.default_rng(3)
        numbers = rng.normal(size=(N_ROWS, len(NUMBERS)))
        words = rng.choice(np.array([*LEVELS, None], dtype=object), size=(N_ROWS, 1))
        signal = 2 * numbers[:, 0] - numbers[:, 1] * (words[:, 0] == "a")
        signal += rng.normal(scale=0.2, size=N_ROWS)
        numbers[rng.random(numbers.shape) < 0.1] = np.nan
        self.blocks = Blocks(NUMBERS, ("w",), numbers, words)
        n_classes = N_CLASSES[task]
        cuts = np.quantile(signal, np.arange(1, n_classes) / max(1, n_classes))
        y = np.digitize(signal, cuts) if n_classes else 50 + 10 * signal
        recipe = _recipe(takes_missing=algorithm.card.needs.takes_missing)
        model = algorithm.fit(_training(algorithm.card, recipe.apply(self.blocks), y, task=task))
        inputs = (
            *(InputColumn(name, ColumnKind.NUMERIC) for name in NUMBERS),
            InputColumn("w", ColumnKind.CATEGORY, categories=LEVELS),
        )
        labels = tuple("xyz"[:n_classes])
        self.predictor = Predictor(
            recipe,
            Session(model.to_onnx()),
            reader=InputReader(inputs, ("",)),
            decision=Decision(task, labels),
        )
        self.reference = self.rows(0, 25)
        self.explainer = Explainer(self.predictor, self.reference)

    def rows(self, start, stop):
        blocks = self.blocks
        return Blocks(
            blocks.number_names,
            blocks.string_names,
            blocks.numbers[start:stop],
            blocks.strings[start:stop],
        )

    def asked(self, row, code, *, is_log_odds):
        """What every coalition shows, in probabilities or in log-odds of the second label."""

        def ask(mixed):
            scores = self.predictor.scores(mixed)
            if not is_log_odds:
                return scores[:, code]
            return (2 * code - 1) * np.log(scores[:, 1] / scores[:, 0])

        rng = np.random.default_rng(0)
        return shares_of(ask, row, reference=self.reference, rng=rng, most_rows=10**6)


def _recipe(*, takes_missing):
    stages = [Stage(OneHot((LEVELS,)), ("w",), LEVELS)]
    if not takes_missing:
        stages.insert(0, Stage(Fill((0.0,) * len(NUMBERS)), NUMBERS, NUMBERS))
    return Recipe(NUMBERS, ("w",), tuple(stages), (*NUMBERS, *LEVELS))


def _training(card, X, y, *, task):
    few = (
        {"n_estimators": 12} if any(each.name == "n_estimators" for each in card.parameters) else {}
    )
    held = slice(180, None) if card.needs.wants_validation else slice(0, 0)
    return FitInput(
        X=X[:180],
        y=y[:180],
        feature_names=tuple(f"f{at}" for at in range(X.shape[1])),
        task=task,
        n_classes=N_CLASSES[task],
        parameters=resolve_parameters(card, few),
        rng=np.random.default_rng(0),
        X_validation=X[held] if card.needs.wants_validation else None,
        y_validation=y[held] if card.needs.wants_validation else None,
    )


@pytest.fixture(scope="module")
def explained():
    made = {}

    def make(key, task):
        if (key, task) not in made:
            made[key, task] = Explained(key, task)
        return made[key, task]

    return make


@pytest.mark.parametrize(("key", "task"), CASES)
def test_an_explanation_adds_up_to_the_answer(explained, key, task):
    model = explained(key, task)
    for each in model.explainer.explain(model.rows(200, 206)):
        moved = sum(part.amount for part in each.contributions)
        assert each.base + moved == pytest.approx(each.score, abs=1e-9, rel=1e-9)
        assert [part.column for part in each.contributions].count("w") == 1


@pytest.mark.parametrize(("key", "task"), CASES)
def test_contributions_are_what_every_coalition_shows(explained, key, task):
    model = explained(key, task)
    names = [*NUMBERS, "w"]
    for at in range(200, 204):
        row = model.rows(at, at + 1)
        (each,) = model.explainer.explain(row)
        if each.scale is Scale.LOG_ODDS and task is Task.MULTICLASS:
            continue  # raw scores of many labels cannot be told from their probabilities
        code = 0 if each.label is None else "xyz".index(each.label)
        expected = model.asked(row, code, is_log_odds=each.scale is Scale.LOG_ODDS)
        amounts = {part.column: part.amount for part in each.contributions}
        size = max(1.0, abs(each.score))
        found = np.array([amounts[name] for name in names])
        np.testing.assert_allclose(found, expected.amounts, rtol=0, atol=1e-6 * size)
        assert each.base == pytest.approx(expected.base, abs=1e-6 * size)


@pytest.mark.parametrize(("key", "task"), CASES)
def test_weighted_sums_and_trees_are_explained_from_their_graphs(explained, key, task):
    (each,) = explained(key, task).explainer.explain(explained(key, task).rows(200, 201))
    expected = Method.ENUMERATION
    if key in LINEAR:
        expected = Method.LINEAR
    if key in TREES:
        expected = Method.TREES
    assert each.method is expected


@pytest.mark.parametrize(("key", "task"), CASES)
def test_the_score_is_that_of_the_answer(explained, key, task):
    model = explained(key, task)
    row = model.rows(200, 201)
    (each,) = model.explainer.explain(row)
    answer = model.predictor.predict_blocks(row)
    if task is Task.REGRESSION:
        assert each.label is None
        assert each.answer == answer.values[0]
        assert each.score == pytest.approx(each.answer, rel=1e-9)
    else:
        assert each.label == answer.values[0]
        assert each.answer == answer.probabilities.max()
