"""RealMLP: a network whose defaults were tuned over many tables, trained in numpy.

The base install has no library for networks, and three layers of a few hundred units need none:
their products are those of BLAS.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from modelyard.components.algorithms._real_mlp.networks import (
    AUTO,
    CLIP,
    DEEPEST,
    GAIN,
    LARGEST,
    MISH,
    MOST_UNITS,
    RELU,
    SELU,
    Floats,
    Network,
    share_of,
    shares_of,
)
from modelyard.components.algorithms._real_mlp.training import train
from modelyard.domain.losses import Loss
from modelyard.domain.tasks import Task
from modelyard.packaging.graphs.boosting import Lesson, lesson_of
from modelyard.packaging.graphs.chains import Chain
from modelyard.packaging.graphs.constants import ConstantModel
from modelyard.packaging.graphs.scores import softmax, spread, spread_columns
from modelyard.protocols.algorithms import (
    AlgorithmCard,
    FitInput,
    FittedModel,
    FloatArray,
    Needs,
    Parameter,
    Start,
)

_PARAMETERS = (
    Parameter(
        "hidden_layers",
        3,
        "Layers between features and answer.",
        minimum=1,
        maximum=10,
        search_low=1,
        search_high=4,
    ),
    Parameter(
        "hidden_units",
        128,
        "Units of each of these layers.",
        minimum=1,
        maximum=MOST_UNITS,
        search_low=64,
        search_high=512,
        is_log=True,
    ),
    Parameter(
        "layer_sizes",
        "",
        "Units of each layer where they differ, such as 128,64; in place of the two above.",
    ),
    Parameter(
        "activation",
        AUTO,
        "How units bend their sums; auto: mish for values, selu for classes.",
        choices=(AUTO, MISH, SELU, RELU),
    ),
    Parameter(
        "learning_rate",
        0.04,
        "Largest step of Adam; values, which are not classes, take 1.75 times as much.",
        minimum=1e-6,
        maximum=1.0,
        search_low=0.01,
        search_high=0.1,
        is_log=True,
    ),
    Parameter(
        "batch_size",
        256,
        "Rows of a step; an eighth of the rows where that is less.",
        minimum=1,
        maximum=65_536,
    ),
    Parameter("epochs", 64, "Most passes over the rows.", minimum=1, maximum=10_000),
    Parameter(
        "max_steps",
        3_000,
        "Most steps, which leave fewer epochs where rows are many.",
        minimum=1,
        maximum=10_000_000,
    ),
    Parameter(
        "last_epoch",
        0,
        "Pass after which training ends, while the epochs say how the steps shrink; 0 for the one "
        "after which validation rows are answered best, or else the last.",
        minimum=0,
        maximum=10_000,
    ),
    Parameter(
        "weight_decay",
        0.02,
        "Share of the weights that each step takes away, times its learning rate.",
        minimum=0.0,
        maximum=10.0,
        search_low=1e-4,
        search_high=0.1,
        is_log=True,
    ),
    Parameter(
        "dropout",
        0.15,
        "Share of the units that each step leaves out.",
        minimum=0.0,
        maximum=0.9,
        search_low=0.0,
        search_high=0.4,
    ),
)


class RealMLP:
    """Layers of weighted sums, with the tricks that made them the equals of boosted trees."""

    card = AlgorithmCard(
        key="real-mlp",
        title="RealMLP",
        summary="A neural network with strong defaults. Follows smooth relations that trees can "
        "only step along, and blends well with them.",
        tasks=frozenset(Task),
        parameters=_PARAMETERS,
        needs=Needs(
            takes_missing=False,
            normalize="robust",
            categorical_encoding="one_hot",
            wants_validation=True,
        ),
        source="Holzmüller, Grinsztajn, Steinwart: Better by Default: Strong Pre-Tuned MLPs and "
        "Boosted Trees on Tabular Data, NeurIPS (2024), the simplified form RealMLP-TD-S, without "
        "label smoothing, which costs log loss",
        losses=tuple(Loss),
        starts=(
            Start(2, 3.0, "a strong network, which errs where trees do not"),
            Start(
                4,
                3.0,
                "categories by what the target is in them: for columns of many",
                preparation={"categorical_encoding": "target"},
                least_categories=30,
            ),
            Start(
                8,
                3.0,
                "a network that leaves no unit out, for values that follow a rule",
                {"dropout": 0.0, "epochs": 96},
                tasks=frozenset({Task.REGRESSION}),
            ),
            Start(
                8,
                3.0,
                "a network held back more, for noisy rows",
                {"dropout": 0.3, "hidden_layers": 2, "weight_decay": 0.05},
                tasks=frozenset({Task.BINARY, Task.MULTICLASS}),
            ),
            Start(
                6,
                8.0,
                "a wider network that learns longer",
                {"hidden_units": 256, "max_steps": 5_000},
            ),
        ),
    )

    def fit(self, training: FitInput) -> FittedModel:
        """Pass over the rows, and keep the weights with which validation rows are answered best."""
        from threadpoolctl import threadpool_limits

        parameters, lesson = dict(training.parameters), lesson_of(training)
        if lesson.is_certain:
            return ConstantModel(lesson.certain(), training.X.shape[1], parameters)
        network = Network.drawn(training, n_outputs=len(lesson.seen) or 1)
        # Products this small gain nothing from a second thread, which may add in another order.
        with threadpool_limits(limits=1, user_api="blas"):
            last = train(network, training, lesson=lesson)
        span = (float(lesson.y.min()), float(lesson.y.max()))
        return _Answers(network.in_double(), lesson, span, parameters | {"last_epoch": last})


@dataclass(frozen=True)
class _Answers:
    """`span` is the least and the largest value that was taught; answers stay within."""

    network: Network
    lesson: Lesson
    span: tuple[float, float]
    parameters: Mapping[str, Any]

    def scores(self, X: FloatArray) -> FloatArray:
        raw, lesson = self.network.answers(X), self.lesson
        if not lesson.n_classes:
            return lesson.restored(np.clip(raw, *self.span))
        shares = shares_of(raw).astype(np.float64)
        return spread_columns(shares, lesson.seen, n_classes=lesson.n_classes)

    def to_onnx(self) -> bytes:
        network, lesson = self.network, self.lesson
        held = Chain().then("Max", _one(-LARGEST)).then("Min", _one(LARGEST))
        part = held.then("Div", _one(CLIP))
        length = part.then("Mul", part).then("Add", _one(1.0)).then("Sqrt")
        chain = held.then("Div", None, length).then("Mul", network.scales[None, :].copy())
        for product, offsets in network.layers[:-1]:
            chain = _bend(_product(chain, product, offsets), network.bend)
        chain = _product(chain, *network.layers[-1])
        if lesson.n_classes:
            chain = spread(softmax(chain), lesson.seen, n_classes=lesson.n_classes)
        else:
            low, high = self.span
            chain = chain.then("Max", _one(low)).then("Min", _one(high))
            chain = chain.then("Mul", _one(lesson.spread)).then("Add", _one(lesson.center))
        return chain.to_model(n_features=len(network.scales), n_outputs=lesson.n_classes or 1)


def _one(value: float) -> FloatArray:
    return np.array([[value]])


def _product(chain: Chain, product: Floats, offsets: Floats) -> Chain:
    scaled = np.ascontiguousarray(product * share_of(product))
    return chain.then("Gemm", scaled, offsets[None, :].copy())


def _bend(chain: Chain, bend: str) -> Chain:
    if bend == RELU:
        return chain.then("Relu")
    if bend == MISH:
        # As it was learned; Softplus and Tanh, in double, take twice as long as all of the rest.
        grown = chain.then("Min", _one(20.0)).then("Exp")
        ratio = grown.then("Add", _one(2.0)).then("Mul", grown)
        return chain.then("Mul", ratio.then("Div", ratio.then("Add", _one(2.0))))
    # The operator Selu knows single precision alone.
    below = chain.then("Min", _one(0.0)).then("Exp").then("Sub", _one(1.0))
    below = below.then("Mul", _one(DEEPEST))
    return chain.then("Max", _one(0.0)).then("Mul", _one(GAIN)).then("Add", below)


COMPONENT = RealMLP()
