"""The k nearest training rows, for classes and for values.

Rows are rounded to a grid so fine that nobody sees it, and so coarse that a squared distance is an
integer that a double holds. Sums then come out the same in whatever order they are added, so that
distances and their ties are equal to the last bit in a batch, in a single row, in numpy and in the
graph. Of rows that are equally near, those that come first in training count.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from modelyard.domain.errors import UsageError
from modelyard.domain.tasks import Task
from modelyard.kit.source_code import call
from modelyard.packaging.graphs.blocks import in_blocks
from modelyard.packaging.graphs.chains import DOUBLE, Chain
from modelyard.protocols.algorithms import (
    AlgorithmCard,
    FitInput,
    FittedModel,
    FloatArray,
    Needs,
    Parameter,
    Start,
)
from modelyard.protocols.samples import sampled
from modelyard.protocols.scripts import FitScript

# To look through as many takes longer than AutoML allows an answer by default: of 12,500 rows
# (bike_sharing) 70 µs a row, of which 31 are allowed.
_MANY_ROWS = 10_000
# A double holds integers up to 2^53. A squared distance is at most k (2 * 2^bits)^2.
_DOUBLE_BITS = 53

_BLOCK_ROWS = 256


class NearestNeighbours:
    """Answers what the most alike training rows say, and keeps these rows in the package."""

    card = AlgorithmCard(
        key="k-nearest-neighbours",
        title="Nearest neighbours",
        summary="Answers what the most alike training rows say. Easy to explain; the package "
        "holds those rows.",
        tasks=frozenset(Task),
        parameters=(
            # Log loss in five folds of scikit-learn's samples, 5 uniform / 15 uniform / 15 by
            # distance: breast cancer 0.43 / 0.22 / 0.22, wine 0.28 / 0.12 / 0.11, digits 0.29 /
            # 0.19 / 0.18, iris 0.54 / 0.14 / 0.12.
            Parameter(
                "n_neighbors",
                15,
                "Rows that are asked; all where there are fewer.",
                minimum=1,
                maximum=1000,
                search_low=1,
                search_high=100,
                is_log=True,
            ),
            Parameter(
                "weights",
                "distance",
                "Whether near rows count more (distance) or all the same (uniform).",
                choices=("distance", "uniform"),
            ),
            # With 10,000 rows of 100 features the graph is 8 MB and takes 0.1 ms a row in a batch,
            # 1 ms for a single row.
            Parameter(
                "max_rows",
                10_000,
                "Most rows that are kept; where there are more, a sample in which each class keeps "
                "its share.",
                minimum=10,
                maximum=100_000,
            ),
        ),
        needs=Needs(takes_missing=False, normalize="standard", categorical_encoding="one_hot"),
        source="Hastie, Tibshirani, Friedman: The Elements of Statistical Learning, 2nd ed. "
        "(2009), p. 463; weights: Dudani: The Distance-Weighted k-Nearest-Neighbor Rule, IEEE "
        "Transactions on Systems, Man and Cybernetics 6 (1976)",
        starts=(
            Start(
                18,
                0.5,
                "looks at the nearest rows alone: blends well with everything else",
                most_rows=_MANY_ROWS,
            ),
        ),
    )

    def fit(self, training: FitInput) -> FittedModel:
        """Keep the rows."""
        training = sampled(training, training.parameters["max_rows"])
        weight = np.ones(len(training.y)) if training.weight is None else training.weight
        says = training.y[:, None]
        if training.n_classes:
            says = np.eye(training.n_classes)[training.y]
        votes = np.hstack([says, np.ones((len(says), 1))]) * weight[:, None]
        grid = _grid(training.X)
        return _Neighbours(grid, grid.apply(training.X), votes, dict(training.parameters))

    def script(self, training: FitInput) -> FitScript:
        """Write the call of scikit-learn, which breaks ties of equal distances in its own way."""
        parameters, n_rows = training.parameters, len(training.y)
        if training.weight is not None or n_rows > parameters["max_rows"]:
            raise UsageError(
                "Scikit-learn's nearest neighbours take neither weights nor a sample of the rows.",
                fix="Train again without weights, or with max_rows above the number of rows.",
            )
        options = {
            "n_neighbors": min(parameters["n_neighbors"], n_rows),
            "weights": parameters["weights"],
            "algorithm": "brute",
        }
        kind = "KNeighborsClassifier" if training.n_classes else "KNeighborsRegressor"
        return FitScript(
            imports=(f"from sklearn.neighbors import {kind}",),
            fit=f"return {call(kind, options)}.fit(X, y)",
            predict=f"return fitted.{'predict_proba' if training.n_classes else 'predict'}(X)",
        )


@dataclass(frozen=True)
class _Grid:
    """Numbers as integers: held within `largest`, times `scale`; both are powers of two."""

    largest: float
    scale: float

    def apply(self, X: FloatArray) -> FloatArray:
        rounded: FloatArray = np.rint(np.clip(X, -self.largest, self.largest) * self.scale)
        return rounded


def _grid(X: FloatArray) -> _Grid:
    n_bits = (_DOUBLE_BITS - 2 - int(np.ceil(np.log2(max(X.shape[1], 1))))) // 2
    _, exponent = np.frexp(np.abs(X).max(initial=0.0))
    return _Grid(float(np.ldexp(1.0, exponent)), float(np.ldexp(1.0, n_bits - exponent)))


@dataclass(frozen=True)
class _Neighbours:
    """The rows that were kept.

    Attributes:
        rows: (m, k) integers as float64.
        votes: (m, c + 1) what a row says, times its weight, and its weight.
    """

    grid: _Grid
    rows: FloatArray
    votes: FloatArray
    parameters: Mapping[str, Any]

    @property
    def n_asked(self) -> int:
        """How many rows are asked."""
        return min(int(self.parameters["n_neighbors"]), len(self.rows))

    def scores(self, X: FloatArray) -> FloatArray:
        starts = range(0, max(len(X), 1), _BLOCK_ROWS)
        return np.concatenate([self._block(X[at : at + _BLOCK_ROWS]) for at in starts])

    def _block(self, X: FloatArray) -> FloatArray:
        asking = self.grid.apply(X)
        distances = (asking**2).sum(axis=1, keepdims=True) - 2 * (asking @ self.rows.T)
        distances += (self.rows**2).sum(axis=1)
        last = np.partition(distances, self.n_asked - 1, axis=1)[:, self.n_asked - 1, None]
        nearer, tied = distances < last, distances == last
        room = self.n_asked - nearer.sum(axis=1, keepdims=True)
        chosen = nearer | (tied & (np.cumsum(tied, axis=1) <= room))
        places = np.nonzero(chosen)[1].reshape(len(X), self.n_asked)
        votes = self.votes[places]
        if self.parameters["weights"] == "distance":
            votes = votes * _nearness(np.take_along_axis(distances, places, axis=1))[:, :, None]
        sums = votes.sum(axis=1)
        answers: FloatArray = sums[:, :-1] / sums[:, -1:]
        return answers

    def to_onnx(self) -> bytes:
        n_features, n_outputs = self.rows.shape[1], self.votes.shape[1] - 1
        body = self._answers(self._distances())
        chain = in_blocks(body, n_features=n_features, n_outputs=n_outputs)
        return chain.to_model(n_features=n_features, n_outputs=n_outputs)

    def _distances(self) -> Chain:
        largest = np.array([[self.grid.largest]])
        near = Chain().then("Max", -largest).then("Min", largest)
        asking = near.then("Mul", np.array([[self.grid.scale]])).then("Round")
        squares = asking.then("Mul", asking).then("ReduceSum", np.array([1]), keepdims=1)
        products = asking.then("MatMul", np.ascontiguousarray(-2 * self.rows.T))
        return products.then("Add", squares).then("Add", (self.rows**2).sum(axis=1)[None, :])

    def _answers(self, distances: Chain) -> Chain:
        n_asked, n_outputs = np.array([self.n_asked]), self.votes.shape[1] - 1
        places = distances.then("TopK", n_asked, output=1, largest=0)
        votes = places.then("Gather", self.votes, None, axis=0)
        if self.parameters["weights"] == "distance":
            nearness = _nearness_graph(distances.then("GatherElements", places, axis=1))
            votes = votes.then("Mul", nearness.then("Unsqueeze", np.array([2])))
        sums = votes.then("ReduceSum", np.array([1]), keepdims=0)
        first, last, columns = np.array([0]), np.array([n_outputs]), np.array([1])
        weight = sums.then("Slice", last, last + 1, columns)
        return sums.then("Slice", first, last, columns).then("Div", weight)


def _nearness(distances: FloatArray) -> FloatArray:
    """Return 1 over the distance; where rows are equal to the one that asks, they alone count."""
    is_equal = distances == 0
    with np.errstate(divide="ignore"):
        nearness = 1 / np.sqrt(distances)
    return np.where(is_equal.any(axis=1, keepdims=True), is_equal, nearness)


def _nearness_graph(distances: Chain) -> Chain:
    is_equal = distances.then("Equal", np.array([[0.0]]))
    nearest = distances.then("ReduceMin", np.array([1]), keepdims=1)
    nearness = distances.then("Sqrt").then("Reciprocal")
    has_equal = nearest.then("Equal", np.array([[0.0]]))
    return has_equal.then("Where", is_equal.then("Cast", to=DOUBLE), nearness)


COMPONENT = NearestNeighbours()
