"""Whatever an algorithm offers as plain code answers as its own fit does."""

import numpy as np
import pytest

from modelyard.catalog import Catalog
from modelyard.domain.errors import UsageError
from modelyard.domain.losses import Loss
from modelyard.domain.tasks import Task
from modelyard.protocols.algorithms import FitInput
from modelyard.protocols.scripts import ScriptedAlgorithm

CLASSES = {Task.REGRESSION: 0, Task.BINARY: 2, Task.MULTICLASS: 3}
ALGORITHMS = Catalog().algorithms()
# An extra may be missing where the tests run.
CASES = [
    pytest.param(key, task, id=f"{key}-{task}")
    for key, each in sorted(ALGORITHMS.items())
    if isinstance(each, ScriptedAlgorithm)
    for task in sorted(each.card.tasks)
]
# Scikit-learn's cannot weigh rows, and the script is refused where rows weigh.
CANNOT_WEIGH = {"k-nearest-neighbours"}


def lesson(key, task, *, is_weighed=False, loss=Loss.SQUARED_ERROR):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(150, 4))
    signal = 3 * X[:, 0] + np.abs(X[:, 1]) + 0.3 * rng.normal(size=150)
    y = signal * 100 + 1000
    n_classes = CLASSES[task]
    if n_classes:
        y = np.searchsorted(np.quantile(signal, np.arange(1, n_classes) / n_classes), signal)
    card = ALGORITHMS[key].card
    parameters = {each.name: each.default for each in card.parameters}
    few = {"n_estimators": 30, "epochs": 5}
    parameters |= {name: value for name, value in few.items() if name in parameters}
    return FitInput(
        X=X,
        y=y,
        feature_names=tuple("abcd"),
        task=task,
        n_classes=n_classes,
        parameters=parameters,
        rng=np.random.default_rng(7),
        weight=rng.integers(1, 4, size=150).astype(float) if is_weighed else None,
        loss=loss,
    )


def answered(script, training):
    """Run the bodies of a script, as functions."""
    given = {"np": np}
    lines = [*script.imports, "def fit(X, y, weight=None):"]
    lines += [f"    {line}" for line in script.fit.splitlines()]
    lines += ["def predict(fitted, X):", *(f"    {line}" for line in script.predict.splitlines())]
    exec("\n".join(lines), given)  # noqa: S102 -- our own source
    return given["predict"](given["fit"](training.X, training.y, training.weight), training.X)


@pytest.mark.parametrize(("key", "task"), CASES)
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_the_script_of_an_algorithm_answers_as_its_fit_does(key, task):
    if ALGORITHMS[key].card.extra is not None:
        pytest.importorskip(key)
    model = ALGORITHMS[key].fit(lesson(key, task))
    script = ALGORITHMS[key].script(lesson(key, task))
    got = np.asarray(answered(script, lesson(key, task))).reshape(150, -1)
    expected = model.scores(lesson(key, task).X)
    scale = 1.0 if CLASSES[task] else np.std(lesson(key, task).y)
    # XGBoost adds leaves up in float32.
    np.testing.assert_allclose(got / scale, expected / scale, atol=2e-6)


@pytest.mark.parametrize(
    ("key", "task"), [case for case in CASES if case.values[0] not in CANNOT_WEIGH]
)
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_the_script_of_an_algorithm_weighs_rows_as_its_fit_does(key, task):
    if ALGORITHMS[key].card.extra is not None:
        pytest.importorskip(key)
    training = lesson(key, task, is_weighed=True)
    expected = ALGORITHMS[key].fit(lesson(key, task, is_weighed=True)).scores(training.X)
    script = ALGORITHMS[key].script(lesson(key, task, is_weighed=True))
    got = np.asarray(answered(script, training)).reshape(150, -1)
    scale = 1.0 if CLASSES[task] else np.std(training.y)
    np.testing.assert_allclose(got / scale, expected / scale, atol=2e-6)


@pytest.mark.parametrize("is_weighed", [False, True])
@pytest.mark.parametrize(
    "key", [key for key, each in sorted(ALGORITHMS.items()) if len(each.card.losses) > 1]
)
def test_the_script_of_an_algorithm_makes_small_what_its_fit_does(key, is_weighed):
    if not isinstance(ALGORITHMS[key], ScriptedAlgorithm):
        pytest.skip("no script")
    if ALGORITHMS[key].card.extra is not None:
        pytest.importorskip(key)
    told = {"is_weighed": is_weighed, "loss": Loss.ABSOLUTE_ERROR}
    training = lesson(key, Task.REGRESSION, **told)
    expected = ALGORITHMS[key].fit(lesson(key, Task.REGRESSION, **told)).scores(training.X)
    script = ALGORITHMS[key].script(lesson(key, Task.REGRESSION, **told))
    got = np.asarray(answered(script, training)).reshape(150, -1)
    np.testing.assert_allclose(got / np.std(training.y), expected / np.std(training.y), atol=2e-6)


@pytest.mark.parametrize("key", sorted(CANNOT_WEIGH))
def test_a_script_that_could_not_weigh_rows_is_refused(key):
    with pytest.raises(UsageError, match="weights"):
        ALGORITHMS[key].script(lesson(key, Task.BINARY, is_weighed=True))
