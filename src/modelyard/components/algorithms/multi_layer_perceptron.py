"""A small network of fully connected layers, by scikit-learn."""

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from modelyard.domain.tasks import Task
from modelyard.kit.source_code import mapping
from modelyard.packaging.graphs.boosting import Lesson, lesson_of
from modelyard.packaging.graphs.chains import Chain
from modelyard.packaging.graphs.constants import ConstantModel
from modelyard.packaging.graphs.scores import softmax, spread, spread_columns, two_columns
from modelyard.packaging.scripts import CENTERED
from modelyard.protocols.algorithms import (
    AlgorithmCard,
    FitInput,
    FittedModel,
    FloatArray,
    Needs,
    Parameter,
    Start,
)
from modelyard.protocols.scripts import FitScript

_ACTIVATIONS = {"relu": "Relu", "tanh": "Tanh", "logistic": "Sigmoid"}

# Beyond this many times the largest training value a network knows nothing; held there, no number
# can become infinite on its way through the layers.
_TIMES_LARGEST = 10.0

_SMALLEST = np.finfo(np.float64).tiny

_PARAMETERS = (
    Parameter(
        "hidden_layers",
        1,
        "Layers between features and answer.",
        minimum=1,
        maximum=10,
        search_low=1,
        search_high=3,
    ),
    Parameter(
        "hidden_units",
        100,
        "Units of each of these layers.",
        minimum=1,
        maximum=4096,
        search_low=16,
        search_high=256,
        is_log=True,
    ),
    Parameter(
        "activation",
        "relu",
        "What a unit makes of its sum.",
        choices=tuple(_ACTIVATIONS),
    ),
    Parameter(
        "learning_rate",
        1e-3,
        "Step of Adam: smaller is more careful and needs more epochs.",
        minimum=1e-6,
        maximum=1.0,
        search_low=1e-4,
        search_high=1e-2,
        is_log=True,
    ),
    Parameter(
        "batch_size",
        200,
        "Rows of a step; all where there are fewer.",
        minimum=1,
        maximum=65_536,
    ),
    Parameter(
        "epochs",
        200,
        "Most passes over the rows; early stopping usually ends sooner.",
        minimum=1,
        maximum=10_000,
    ),
    Parameter(
        "alpha",
        1e-4,
        "L2 penalty on the weights.",
        minimum=0.0,
        maximum=100.0,
        search_low=1e-6,
        search_high=1.0,
        is_log=True,
    ),
    Parameter(
        "early_stopping_epochs",
        10,
        "Epochs without a better score on the validation rows after which to stop; 0 for never.",
        minimum=0,
        maximum=10_000,
    ),
)


class MultiLayerPerceptron:
    """Layers of weighted sums and a bend in each, trained by Adam."""

    card = AlgorithmCard(
        key="multi-layer-perceptron",
        title="Multi-layer perceptron",
        summary="A small neural network. Follows smooth relations that trees can only step along.",
        tasks=frozenset(Task),
        parameters=_PARAMETERS,
        needs=Needs(
            takes_missing=False,
            normalize="standard",
            categorical_encoding="one_hot",
            wants_validation=True,
        ),
        has_estimator=True,
        libraries=("scikit-learn",),
        source="Goodfellow, Bengio, Courville: Deep Learning (2016), p. 164; Kingma, Ba: Adam, "
        "ICLR (2015); early stopping: Deep Learning, p. 241; defaults: scikit-learn",
        starts=(
            # Log loss of 937, 1,000 and 891 rows: 0.12, 0.51 and 0.44, where RealMLP has 0.13, 0.53
            # and 0.48; of 4,000 rows and more RealMLP errs less, by up to a half.
            Start(
                2,
                3.0,
                "a smooth model for few rows, which errs where trees do not",
                most_rows=2_000,
            ),
        ),
    )

    def fit(self, training: FitInput) -> FittedModel:
        """Pass over the rows until the epochs are used up or validation rows get no better."""
        from threadpoolctl import threadpool_limits

        parameters, lesson = dict(training.parameters), lesson_of(training)
        if lesson.is_certain:
            return ConstantModel(lesson.certain(), training.X.shape[1], parameters)
        farthest = _TIMES_LARGEST * np.abs(training.X).max(axis=0)
        network = _network(training)
        # Products this small gain nothing from a second thread, which may add in another order.
        with threadpool_limits(limits=1, user_api="blas"):
            n_epochs = _train(network, training, lesson, farthest)
        final = parameters | {"epochs": n_epochs}
        return _Layers(network, farthest, lesson, final)

    def script(self, training: FitInput) -> FitScript:
        """Write the passes over the rows, each a call of scikit-learn."""
        kind = "MLPClassifier" if training.n_classes else "MLPRegressor"
        seed = int(training.rng.integers(2**31))
        classes = "classes=np.unique(y), " if training.n_classes else ""
        given = () if training.n_classes else ("center", "spread")
        fitted = ", ".join(("network", "farthest", *given))
        answer = "network.predict_proba(X)" if training.n_classes else "network.predict(X)"
        return FitScript(
            imports=(f"from sklearn.neural_network import {kind}",),
            fit=f"{'' if training.n_classes else CENTERED}"
            # A generator and not a number, with which every epoch would shuffle alike.
            f"random_state = np.random.RandomState({seed})\n"
            f"options = {mapping(_options(training))}\n"
            f"network = {kind}(**options, random_state=random_state)\n"
            f"for _ in range({training.parameters['epochs']}):\n"
            f"    network.partial_fit(X, y, {classes}sample_weight=weight)\n"
            f"farthest = {_TIMES_LARGEST!r} * np.abs(X).max(axis=0)\n"
            f"return {fitted}",
            predict=f"{fitted} = fitted\nX = np.clip(X, -farthest, farthest)\n"
            f"return {answer if training.n_classes else f'center + spread * {answer}'}",
        )


@dataclass(frozen=True)
class _Layers:
    """`farthest` is (k,): each feature is held within it, on both sides of zero."""

    network: Any
    farthest: FloatArray
    lesson: Lesson
    parameters: Mapping[str, Any]

    def scores(self, X: FloatArray) -> FloatArray:
        return _answers(self.network, np.clip(X, -self.farthest, self.farthest), self.lesson)

    def to_sklearn(self) -> Any:
        network = copy(self.network)
        # The steps of a training that is over.
        del network._optimizer  # noqa: SLF001 -- no public way to leave it out
        return self.lesson.to_estimator(network)

    def to_onnx(self) -> bytes:
        farthest, lesson = self.farthest[None, :], self.lesson
        chain = Chain().then("Max", -farthest).then("Min", farthest)
        layers = list(zip(self.network.coefs_, self.network.intercepts_, strict=True))
        for weights, offsets in layers[:-1]:
            chain = chain.then("Gemm", np.ascontiguousarray(weights), offsets[None, :])
            chain = chain.then(_ACTIVATIONS[self.parameters["activation"]])
        weights, offsets = layers[-1]
        chain = chain.then("Gemm", np.ascontiguousarray(weights), offsets[None, :])
        if lesson.n_classes:
            chain = two_columns(chain) if len(lesson.seen) == 2 else softmax(chain)
            chain = spread(chain, lesson.seen, n_classes=lesson.n_classes)
        else:
            chain = chain.then("Mul", np.array([[lesson.spread]]))
            chain = chain.then("Add", np.array([[lesson.center]]))
        return chain.to_model(n_features=farthest.size, n_outputs=lesson.n_classes or 1)


def _network(training: FitInput) -> Any:
    from sklearn.neural_network import MLPClassifier, MLPRegressor

    kind = MLPClassifier if training.n_classes else MLPRegressor
    # A generator and not a number, with which every epoch would shuffle alike.
    random_state = np.random.RandomState(training.rng.integers(2**31))
    return kind(**_options(training), random_state=random_state)


def _options(training: FitInput) -> dict[str, Any]:
    parameters = training.parameters
    return {
        "hidden_layer_sizes": (parameters["hidden_units"],) * parameters["hidden_layers"],
        "activation": parameters["activation"],
        "learning_rate_init": parameters["learning_rate"],
        "batch_size": min(parameters["batch_size"], len(training.y)),
        "alpha": parameters["alpha"],
    }


def _train(network: Any, training: FitInput, lesson: Lesson, farthest: FloatArray) -> int:
    """Train the network in place, and return after how many epochs it was best."""
    patience = int(training.parameters["early_stopping_epochs"])
    n_epochs = int(training.parameters["epochs"])
    classes = {"classes": np.arange(len(lesson.seen))} if lesson.n_classes else {}
    X, y = lesson.X_validation, lesson.y_validation
    best = _Best(np.inf, 0, (), ())
    for epoch in range(1, n_epochs + 1):
        network.partial_fit(training.X, lesson.y, sample_weight=training.weight, **classes)
        training.progress.advance(epoch, n_epochs)
        if X is None or y is None or not patience:
            continue
        loss = _loss(network, np.clip(X, -farthest, farthest), y, weight=lesson.weight_validation)
        if loss < best.loss:
            best = _Best(loss, epoch, _copies(network.coefs_), _copies(network.intercepts_))
        if epoch - best.epoch >= patience:
            break
    if not best.epoch:
        return n_epochs
    network.coefs_, network.intercepts_ = list(best.weights), list(best.offsets)
    return best.epoch


@dataclass(frozen=True)
class _Best:
    loss: float
    epoch: int
    weights: Sequence[FloatArray]
    offsets: Sequence[FloatArray]


def _copies(arrays: Sequence[FloatArray]) -> Sequence[FloatArray]:
    return tuple(array.copy() for array in arrays)


def _loss(network: Any, X: FloatArray, y: npt.NDArray[Any], *, weight: FloatArray | None) -> float:
    """Return the log loss or the mean squared error."""
    if hasattr(network, "predict_proba"):
        shares = network.predict_proba(X)[np.arange(len(y)), y]
        losses = -np.log(np.maximum(shares, _SMALLEST))
    else:
        losses = (network.predict(X) - y) ** 2
    return float(np.average(losses, weights=weight))


def _answers(network: Any, X: FloatArray, lesson: Lesson) -> FloatArray:
    if not lesson.n_classes:
        return lesson.restored(network.predict(X)[:, None])
    return spread_columns(network.predict_proba(X), lesson.seen, n_classes=lesson.n_classes)


COMPONENT = MultiLayerPerceptron()
