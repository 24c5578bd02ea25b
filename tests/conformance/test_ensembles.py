"""One suite over every ensemble that the catalog finds, for each of its tasks.

Its features are scores: members that answer rightly, too boldly, too timidly, and at random.
"""

import numpy as np
import onnx
import onnxruntime
import pytest

from modelyard.catalog import Catalog
from modelyard.domain.losses import Loss
from modelyard.domain.tasks import Task
from modelyard.engine.parameters import resolve_parameters
from modelyard.protocols.algorithms import FitInput

ENSEMBLES = {key: each for key, each in Catalog().algorithms().items() if each.card.members}
CASES = [
    pytest.param(key, task, id=f"{key}-{task}")
    for key, ensemble in sorted(ENSEMBLES.items())
    for task in sorted(ensemble.card.tasks)
]
LEARNING = [case for case in CASES if ENSEMBLES[case.values[0]].card.members.needs_scores]
N_CLASSES = {Task.BINARY: 2, Task.MULTICLASS: 4, Task.REGRESSION: 0}
# Scales of a member's log-odds, or the noise of its values.
MEMBERS = ((1.0, 1.0), (4.0, 0.0), (0.2, 3.0), (0.0, 10.0))
N_ROWS = 300
TOLERANCE = 1e-12


def softmax(sums):
    shares = np.exp(sums - sums.max(axis=1, keepdims=True))
    return shares / shares.sum(axis=1, keepdims=True)


class Scores:
    """Rows of members' scores with their truth."""

    def __init__(self, key, task, *, n_rows=N_ROWS):
        self.card, self.task = ENSEMBLES[key].card, task
        self.ensemble, self.n_classes = ENSEMBLES[key], N_CLASSES[task]
        rng = np.random.default_rng(11)
        if self.n_classes:
            odds = rng.normal(scale=1.5, size=(n_rows, self.n_classes))
            self.y = (softmax(odds).cumsum(axis=1) < rng.random((n_rows, 1))).sum(axis=1)
            self.members = [
                softmax(scale * odds + rng.normal(scale=noise / 3, size=odds.shape))
                for scale, noise in MEMBERS
            ]
        else:
            self.y = 50 + rng.normal(scale=4, size=n_rows)
            self.members = [
                (self.y + rng.normal(scale=noise + 0.5, size=n_rows))[:, None]
                for _, noise in MEMBERS
            ]
        self.X = np.hstack(self.members)

    def fit(self, *, seed=0, weight=None, rows=slice(None), weights=(1, 1, 1, 1)):
        names = [{"name": "dummy", "weight": each} for each in weights]
        return self.ensemble.fit(
            FitInput(
                X=self.X[rows],
                y=self.y[rows],
                feature_names=tuple(f"f{at}" for at in range(self.X.shape[1])),
                task=self.task,
                n_classes=self.n_classes,
                parameters=resolve_parameters(self.card, {"members": names}),
                rng=np.random.default_rng(seed),
                weight=weight,
            )
        )

    def loss(self, scores):
        if not self.n_classes:
            return np.mean((scores[:, 0] - self.y) ** 2)
        return -np.mean(np.log(np.maximum(scores[np.arange(len(self.y)), self.y], 1e-15)))


def run(model, X):
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    return session.run(["scores"], {"features": X})[0]


def assert_close(got, expected):
    assert got.shape == expected.shape
    assert np.abs(got - expected).max() <= TOLERANCE * max(1.0, np.abs(expected).max())


@pytest.mark.parametrize(("key", "task"), CASES)
def test_an_ensemble_answers_probabilities_or_values(key, task):
    data = Scores(key, task)
    scores = data.fit().scores(data.X)
    assert scores.shape == (N_ROWS, data.n_classes or 1)
    assert np.isfinite(scores).all()
    if task.is_classification:
        assert (scores >= 0).all()
        assert np.allclose(scores.sum(axis=1), 1, atol=1e-12)


@pytest.mark.parametrize(("key", "task"), CASES)
def test_the_graph_of_an_ensemble_gives_its_scores_as_a_batch_and_row_by_row(key, task):
    data = Scores(key, task)
    data.X[:3] = np.eye(data.X.shape[1])[:3]  # members that are certain
    model = data.fit()
    graph = model.to_onnx()
    onnx.checker.check_model(onnx.load_from_string(graph), full_check=True)
    assert_close(run(graph, data.X), model.scores(data.X))
    single = np.vstack([run(graph, data.X[at : at + 1]) for at in range(20)])
    assert_close(single, model.scores(data.X)[:20])


@pytest.mark.parametrize(("key", "task"), CASES)
def test_equal_seeds_give_equal_ensembles(key, task):
    data = Scores(key, task)
    assert data.fit(seed=3).to_onnx() == data.fit(seed=3).to_onnx()


@pytest.mark.parametrize(("key", "task"), LEARNING)
def test_an_ensemble_that_learns_loses_no_more_than_its_best_member_and_the_mean(key, task):
    data = Scores(key, task)
    least = min(data.loss(each) for each in [*data.members, np.mean(data.members, axis=0)])
    assert data.loss(data.fit().scores(data.X)) < 1.02 * least


@pytest.mark.parametrize(("loss", "chosen"), [(Loss.ABSOLUTE_ERROR, 0), (Loss.SQUARED_ERROR, 1)])
def test_blending_chooses_by_what_is_to_be_small(loss, chosen):
    rng = np.random.default_rng(2)
    y = rng.normal(size=200)
    # One is near but for a row in twenty; the other never is, nor ever far.
    near = y + np.where(np.arange(200) % 20, 0.1, 9.0) * rng.choice([-1, 1], 200)
    even = y + rng.choice([-1, 1], 200)
    ensemble = ENSEMBLES["blending"]
    names = [{"name": "dummy", "weight": 1}] * 2
    model = ensemble.fit(
        FitInput(
            X=np.column_stack([near, even]),
            y=y,
            feature_names=("near", "even"),
            task=Task.REGRESSION,
            n_classes=0,
            parameters=resolve_parameters(ensemble.card, {"members": names}),
            rng=np.random.default_rng(0),
            loss=loss,
        )
    )
    weights = [each["weight"] for each in model.parameters["members"]]
    assert np.argmax(weights) == chosen


@pytest.mark.parametrize(("key", "task"), LEARNING)
def test_a_member_that_answers_at_random_weighs_least(key, task):
    members = Scores(key, task).fit().parameters["members"]
    weights = [each["weight"] for each in members]
    assert min(weights) == weights[-1] >= 0
    assert weights[-1] < 0.1


@pytest.mark.parametrize(("key", "task"), LEARNING)
def test_rows_that_weigh_more_teach_an_ensemble_more(key, task):
    data = Scores(key, task)
    # The first member is right in one half of the rows, the second in the other.
    half = np.arange(N_ROWS) < N_ROWS // 2
    width = data.n_classes or 1
    right, wrong = data.members[0], data.members[3]
    data.X = np.hstack(
        [np.where(half[:, None], right, wrong), np.where(half[:, None], wrong, right)]
    )
    data.X = np.hstack([data.X, data.X[:, width:], data.X[:, width:]])
    first = [
        data.fit(weight=np.where(half, heavy, 1.0)).parameters["members"][0]["weight"]
        for heavy in (0.1, 10.0)
    ]
    assert first[0] < first[1]


@pytest.mark.parametrize(("key", "task"), [c for c in CASES if c.values[1].is_classification])
def test_a_class_that_no_row_shows_keeps_a_probability_from_the_members(key, task):
    data = Scores(key, task)
    scores = data.fit(rows=data.y != 0).scores(data.X)
    assert (scores[:, 0] > 0).all()


@pytest.mark.parametrize(("key", "task"), LEARNING)
def test_few_rows_teach_an_ensemble_little(key, task):
    data = Scores(key, task)
    mean = data.loss(np.mean(data.members, axis=0))
    assert data.loss(data.fit(rows=slice(0, 12)).scores(data.X)) < 1.5 * mean


@pytest.mark.parametrize("task", sorted(Task))
def test_votes_are_weighed_as_the_user_says(task):
    data = Scores("voting", task)
    expected = (2 * data.members[0] + data.members[1] + data.members[2] + data.members[3]) / 5
    assert_close(data.fit(weights=(2, 1, 1, 1)).scores(data.X), expected)


@pytest.mark.parametrize("key", sorted(ENSEMBLES))
def test_the_card_of_an_ensemble_names_members_that_exist_for_each_task(key):
    algorithms, card = Catalog().algorithms(), ENSEMBLES[key].card
    assert card.summary.endswith(".")
    assert card.source
    for task in card.tasks:
        able = [name for name in card.members.keys if task in algorithms[name].card.tasks]
        assert len(able) > 1
        assert all(algorithms[name].card.members is None for name in able)
    assert card.members.needs_scores == ("folds" in {each.name for each in card.parameters})
