"""One suite over every algorithm that the catalog finds, for each of its tasks."""

from functools import cache

import numpy as np
import onnx
import onnxruntime
import pytest

from modelyard.catalog import Catalog
from modelyard.domain.tasks import Task
from modelyard.engine.parameters import resolve_parameters
from modelyard.protocols.algorithms import FitInput, HasEstimator

# An ensemble learns from the scores of its members and has a suite of its own.
ALGORITHMS = {
    key: each
    for key, each in Catalog().algorithms().items()
    if each.card.members is None and each.card.takes_tables
}
MISSING = Catalog().missing_extras()


def marks_of(key):
    """Run what needs an optional library among the extras, and say where it is not installed."""
    if ALGORITHMS[key].card.extra is None:
        return []
    reason = f"{key} is not installed: {MISSING.get(key)}"
    return [pytest.mark.extras, pytest.mark.skipif(key in MISSING, reason=reason)]


CASES = [
    pytest.param(key, task, id=f"{key}-{task}", marks=marks_of(key))
    for key, algorithm in sorted(ALGORITHMS.items())
    for task in sorted(algorithm.card.tasks)
]
TAKING_MISSING = [case for case in CASES if ALGORITHMS[case.values[0]].card.needs.takes_missing]
# The baseline answers the same for every row, by its purpose.
LEARNING = [case for case in CASES if case.values[0] != "dummy"]
WEIGHING = [case for case in CASES if ALGORITHMS[case.values[0]].card.needs.takes_weight]
# Where a row that weighs two is the same as two rows; elsewhere rows are drawn or counted too.
REPEATING = {
    "dummy": {},
    "decision-tree": {"min_samples_leaf": 1},
    "elastic-net": {"max_iter": 100_000},
    "lasso": {"max_iter": 100_000},
    "linear-regression": {},
    "logistic-regression": {"max_iter": 10_000},
    "ridge": {},
}
REPEATS = [case for case in CASES if case.values[0] in REPEATING]


def each_algorithm_once(cases):
    """Leave the task that asks most of an algorithm among the quick tests; the others are slow."""

    def asks_most(case):
        tasks = ALGORITHMS[case.values[0]].card.tasks
        return case.values[1] is next(task for task in HARDEST_FIRST if task in tasks)

    return [case if asks_most(case) else as_slow(case) for case in cases]


def as_slow(case):
    return pytest.param(*case.values, id=case.id, marks=[*case.marks, pytest.mark.slow])


HARDEST_FIRST = (Task.MULTICLASS, Task.BINARY, Task.REGRESSION)
N_CLASSES = {Task.BINARY: 2, Task.MULTICLASS: 4, Task.REGRESSION: 0}
N_ROWS, N_FEATURES, N_TRAIN = 260, 6, 200

# The sums of trees are equal to the last bit (tests/unit). What follows them is exp and division,
# and linear sums are added in another order: each differs by a few roundings of a double.
TOLERANCE = 1e-12


class Data:
    """Rows whose first features carry the answer, with gaps where the algorithm takes them."""

    def __init__(self, key, task):
        self.card, self.task = ALGORITHMS[key].card, task
        self.algorithm, self.n_classes = ALGORITHMS[key], N_CLASSES[task]
        rng = np.random.default_rng(7)
        X = rng.normal(size=(N_ROWS, N_FEATURES))
        signal = 3 * X[:, 0] - 2 * X[:, 1] + rng.normal(scale=0.3, size=N_ROWS)
        X[:, -1] = X[:, 0] - X[:, 1]  # collinear
        X[:, -2] = rng.integers(0, 3, N_ROWS)
        if self.card.needs.takes_missing:
            X[:, :3][rng.random((N_ROWS, 3)) < 0.2] = np.nan
        self.X = X
        inner = np.quantile(signal, np.arange(1, self.n_classes) / max(self.n_classes, 1))
        self.y = np.digitize(signal, inner) if self.n_classes else 50 + signal

    @property
    def held(self):
        return np.arange(N_TRAIN, N_ROWS)

    def fit(self, *, seed=0, keep=None, weight=None, n_train=N_TRAIN, **parameters):
        rows = np.arange(n_train) if keep is None else np.flatnonzero(keep[:n_train])
        wants_held = self.card.needs.wants_validation
        held = np.arange(n_train, len(self.X)) if wants_held else None
        return self.algorithm.fit(
            FitInput(
                X=self.X[rows],
                y=self.y[rows],
                feature_names=tuple(f"f{at}" for at in range(self.X.shape[1])),
                task=self.task,
                n_classes=self.n_classes,
                parameters=resolve_parameters(self.card, self._quick() | parameters),
                rng=np.random.default_rng(seed),
                X_validation=None if held is None else self.X[held],
                y_validation=None if held is None else self.y[held],
                weight=None if weight is None else weight[rows],
                weight_validation=None if weight is None or held is None else np.ones(len(held)),
                n_threads=1,
            )
        )

    def _quick(self):
        names = {parameter.name for parameter in self.card.parameters}
        few = {"n_estimators": 25, "max_steps": 80}
        return {name: value for name, value in few.items() if name in names}


@cache
def fitted(key, task):
    """Return the rows and the model of them with its defaults, for tests that change neither."""
    data = Data(key, task)
    return data, data.fit()


def run(model: bytes, X):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    return session.run(["scores"], {"features": X})[0]


def assert_close(got, expected):
    assert got.shape == expected.shape
    assert np.abs(got - expected).max() <= TOLERANCE * max(1.0, np.abs(expected).max())


@pytest.mark.parametrize(("key", "task"), CASES)
def test_scores_are_probabilities_or_values(key, task):
    data, model = fitted(key, task)
    scores = model.scores(data.X)
    assert scores.dtype == np.float64
    assert scores.shape == (N_ROWS, data.n_classes or 1)
    assert np.isfinite(scores).all()
    if task.is_classification:
        assert (scores >= 0).all()
        assert np.allclose(scores.sum(axis=1), 1, atol=1e-12)


@pytest.mark.parametrize(("key", "task"), CASES)
def test_the_graph_is_valid_and_gives_the_scores_of_the_library(key, task):
    data, model = fitted(key, task)
    graph = model.to_onnx()
    onnx.checker.check_model(onnx.load_from_string(graph), full_check=True)
    assert_close(run(graph, data.X), model.scores(data.X))


@pytest.mark.parametrize(("key", "task"), CASES)
def test_an_estimator_that_the_card_tells_of_answers_as_the_model(key, task):
    data, model = fitted(key, task)
    assert isinstance(model, HasEstimator) == data.card.has_estimator
    if data.card.has_estimator:
        estimator = model.to_sklearn()
        is_value = not data.n_classes
        answer = estimator.predict(data.X)[:, None] if is_value else estimator.predict_proba(data.X)
        assert_close(answer, model.scores(data.X))


@pytest.mark.parametrize(("key", "task"), CASES)
def test_one_row_is_answered_as_in_a_batch(key, task):
    data, model = fitted(key, task)
    graph = model.to_onnx()
    batch = run(graph, data.X[:40])
    assert_close(np.vstack([run(graph, data.X[at : at + 1]) for at in range(40)]), batch)


@pytest.mark.parametrize(("key", "task"), TAKING_MISSING)
def test_a_gap_that_training_never_saw_is_answered_as_the_library_answers_it(key, task):
    data, model = fitted(key, task)
    X = np.concatenate([data.X[:20], np.full((1, N_FEATURES), np.nan)])
    X[:20, -1] = np.nan
    assert_close(run(model.to_onnx(), X), model.scores(X))


@pytest.mark.parametrize(("key", "task"), each_algorithm_once(CASES))
def test_equal_seeds_give_equal_bytes(key, task):
    data = Data(key, task)
    assert data.fit(seed=3).to_onnx() == data.fit(seed=3).to_onnx()


@pytest.mark.parametrize(("key", "task"), each_algorithm_once(WEIGHING))
def test_weights_matter(key, task):
    data, model = fitted(key, task)
    heavy = np.where(data.y > np.median(data.y), 20.0, 1.0)
    plain, weighted = model.scores(data.X), data.fit(weight=heavy).scores(data.X)
    upper = slice(data.n_classes // 2, None)
    assert weighted[:, upper].sum(axis=1).mean() > plain[:, upper].sum(axis=1).mean()


@pytest.mark.parametrize(("key", "task"), each_algorithm_once(REPEATS))
def test_a_row_that_weighs_two_counts_as_two_rows(key, task):
    data = Data(key, task)
    times = np.random.default_rng(1).integers(1, 4, N_ROWS)
    weighted = data.fit(weight=times.astype(float), **REPEATING[key]).scores(data.X)
    repeated = np.concatenate([np.repeat(np.arange(N_TRAIN), times[:N_TRAIN]), data.held])
    data.X, data.y, plain = data.X[repeated], data.y[repeated], data.X
    again = data.fit(n_train=int(times[:N_TRAIN].sum()), **REPEATING[key]).scores(plain)
    # Solvers stop where the slope is small, not where it is zero. Rounding chooses among splits of
    # a tree that are equally good, so that a few rows may come to another leaf.
    is_alike = np.isclose(weighted, again, rtol=0, atol=2e-3 * max(1.0, np.abs(again).max()))
    assert is_alike.mean() > (0.9 if key == "decision-tree" else 0.9999)


@pytest.mark.parametrize(("key", "task"), each_algorithm_once(CASES))
def test_columns_that_say_nothing_are_borne(key, task):
    data = Data(key, task)
    data.X[:, 1:] = 3.0
    model = data.fit()
    assert_close(run(model.to_onnx(), data.X), model.scores(data.X))
    data.X[:, 0] = 3.0
    flat = data.fit()
    answers = flat.scores(data.X)
    assert np.isfinite(answers).all()
    assert np.allclose(answers, answers[0], atol=1e-9 * max(1.0, np.abs(answers).max()))


@pytest.mark.parametrize(("key", "task"), each_algorithm_once(CASES))
def test_one_column_is_enough(key, task):
    data = Data(key, task)
    data.X = np.ascontiguousarray(data.X[:, :1])
    model = data.fit()
    assert_close(run(model.to_onnx(), data.X), model.scores(data.X))


@pytest.mark.parametrize(("key", "task"), each_algorithm_once(CASES))
def test_huge_values_are_answered_as_the_library_answers_them(key, task):
    data = Data(key, task)
    if data.card.needs.normalize == "none":
        data.X[:4, 3] = [1e300, -1e300, 1e38, -1e-300]
    model = data.fit()
    rows = np.nan_to_num(data.X[:40])
    rows[np.arange(40), np.arange(40) % N_FEATURES] = np.resize([1e300, -1e300, 1e38, -1e30], 40)
    with np.errstate(all="ignore"):
        expected = model.scores(rows)
    known = np.isfinite(expected).all(axis=1)
    assert known.any()
    got = run(model.to_onnx(), rows)[known]
    assert np.allclose(got, expected[known], rtol=1e-9, atol=1e-9)


LACKING_CLASSES = [
    pytest.param(*case.values, n_seen, id=f"{case.id}-{n_seen}", marks=case.marks)
    for case in each_algorithm_once(CASES)
    for n_seen in range(1, N_CLASSES[case.values[1]])
]


@pytest.mark.parametrize(("key", "task", "n_seen"), LACKING_CLASSES)
def test_a_class_that_the_rows_lack_gets_no_probability(key, task, n_seen):
    data = Data(key, task)
    seen = np.arange(data.n_classes - n_seen, data.n_classes)
    model = data.fit(keep=np.isin(data.y, seen))
    scores = model.scores(data.X)
    assert scores.shape == (N_ROWS, data.n_classes)
    assert (scores[:, : data.n_classes - n_seen] == 0).all()
    assert np.allclose(scores.sum(axis=1), 1, atol=1e-12)
    assert_close(run(model.to_onnx(), data.X), scores)


@pytest.mark.parametrize(("key", "task"), LEARNING)
def test_it_learns_what_the_features_say(key, task):
    data, model = fitted(key, task)
    scores, y = model.scores(data.X), data.y
    if task is Task.REGRESSION:
        assert np.corrcoef(scores[N_TRAIN:, 0], y[N_TRAIN:])[0, 1] > 0.5
    else:
        share = (scores.argmax(axis=1) == y)[N_TRAIN:].mean()
        assert share > np.bincount(y).max() / N_ROWS + 0.1


@pytest.mark.parametrize(("key", "task"), CASES)
def test_the_final_parameters_are_those_of_the_card(key, task):
    _, model = fitted(key, task)
    assert set(model.parameters) == {each.name for each in ALGORITHMS[key].card.parameters}


@pytest.mark.parametrize("key", sorted(k for k, a in ALGORITHMS.items() if a.card.extra))
def test_an_algorithm_of_an_extra_is_listed_and_says_how_to_install_it(key):
    if key not in MISSING:
        assert ALGORITHMS[key].card.extra
        pytest.skip(f"{key} is installed; its suite runs among the extras")
    assert MISSING[key] == f"pip install 'modelyard[{ALGORITHMS[key].card.extra}]'"
    pytest.skip(f"{key} is not installed, its suite does not run: {MISSING[key]}")


@pytest.mark.parametrize("key", sorted(ALGORITHMS))
def test_defaults_and_search_ranges_lie_within_what_is_allowed(key):
    card = ALGORITHMS[key].card
    defaults = {each.name: each.default for each in card.parameters}
    assert resolve_parameters(card, defaults) == defaults
    for parameter in card.parameters:
        if parameter.search_low is not None:
            assert parameter.search_high is not None
            assert parameter.search_low < parameter.search_high
            assert parameter.minimum is None or parameter.search_low >= parameter.minimum
            assert parameter.maximum is None or parameter.search_high <= parameter.maximum
            assert not parameter.is_log or parameter.search_low > 0


@pytest.mark.parametrize("key", sorted(ALGORITHMS))
def test_the_card_tells_the_facts(key):
    card = ALGORITHMS[key].card
    assert card.key == key
    assert card.title
    assert card.summary.endswith(".")
    assert card.source
    assert card.tasks
    assert card.extra is None or card.libraries
    assert card.needs.normalize in {"standard", "robust", "none"}
    assert card.needs.categorical_encoding in {"one_hot", "ordinal"}
    assert all(parameter.help.endswith(".") for parameter in card.parameters)
