"""A network of fully connected layers: its answers and the slope of its loss.

One vector holds all weights, so that a step of training is a handful of operations on it. It learns
in single precision and answers in double: a row alone is then answered as it is among others.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from modelyard.domain.errors import InvalidValue
from modelyard.domain.losses import Loss
from modelyard.protocols.algorithms import FitInput, FloatArray

# Of single precision, or of double.
Floats = npt.NDArray[np.floating[Any]]

# Of the paper: where numbers begin to count less, how much faster the scales of the features learn
# and how much slower the offsets.
CLIP = 3.0
_SCALE_PACE, _OFFSET_PACE = 6.0, 0.1
# Of SELU: Klambauer et al.: Self-Normalizing Neural Networks (2017).
GAIN = 1.0507009873554805
DEEPEST = 1.6732632423543772 * GAIN
# Beyond only the side counts; what is larger still could have no square.
LARGEST = 1e9
# How units bend their sums; the paper has Mish for values and SELU for classes.
AUTO, MISH, SELU, RELU = "auto", "mish", "selu", "relu"
# Of one layer.
MOST_UNITS = 4096
# Rows that are answered at once.
_ROWS_AT_ONCE = 4096


@dataclass(frozen=True)
class Network:
    """One vector of weights, and its parts.

    Attributes:
        weights: (p,) of everything that is learned.
        scales: (k,) of the features.
        layers: (a, b) products and (b,) offsets, the answer's last; a product is divided by the
            root of a (the neural tangent parametrisation).
        bend: how units bend their sums.
        has_values: whether it answers values, not classes.
    """

    weights: Floats
    scales: Floats
    layers: tuple[tuple[Floats, Floats], ...]
    bend: str
    has_values: bool

    @classmethod
    def of(
        cls, weights: Floats, sizes: tuple[int, ...], *, bend: str, has_values: bool
    ) -> "Network":
        """Return the network whose parts lie in one vector."""
        at, layers = sizes[0], []
        for n_in, n_out in pairwise(sizes):
            product = weights[at : at + n_in * n_out].reshape(n_in, n_out)
            at += n_in * n_out
            layers.append((product, weights[at : at + n_out]))
            at += n_out
        return cls(weights, weights[: sizes[0]], tuple(layers), bend, has_values)

    def like(self, weights: Floats) -> "Network":
        """Return a network of this form with other weights."""
        return self.of(weights, self.sizes, bend=self.bend, has_values=self.has_values)

    @classmethod
    def drawn(cls, training: FitInput, *, n_outputs: int) -> "Network":
        """Return a network as it begins: scales 1, the last layer 0, all else normal."""
        parameters, n_features = training.parameters, training.X.shape[1]
        sizes = (n_features, *layer_sizes(parameters), n_outputs)
        n_weights = sizes[0] + sum(a * b + b for a, b in pairwise(sizes))
        drawn = training.rng.standard_normal(n_weights, dtype=np.float32)
        has_values, bend = not training.n_classes, str(parameters["activation"])
        bend = (MISH if has_values else SELU) if bend == AUTO else bend
        network = cls.of(drawn, sizes, bend=bend, has_values=has_values)
        network.scales[:] = 1.0
        for part in network.layers[-1]:
            part[...] = 0.0
        return network

    @property
    def sizes(self) -> tuple[int, ...]:
        """Width of the features, of each layer, and of the answer."""
        return (len(self.scales), *(len(offsets) for _, offsets in self.layers))

    def paces(self) -> Floats:
        """Return (p,) how much faster each weight learns than the products do."""
        paces = np.ones_like(self.weights)
        parts = self.like(paces)
        parts.scales[:] = _SCALE_PACE
        for _, offsets in parts.layers:
            offsets[:] = _OFFSET_PACE
        return paces

    def in_double(self) -> "Network":
        """Return the network as it answers."""
        return self.like(self.weights.astype(np.float64))

    def answers(self, X: FloatArray) -> Floats:
        """Return (n, m) raw answers, in the precision of the weights."""
        parts = [X[at : at + _ROWS_AT_ONCE] for at in range(0, len(X), _ROWS_AT_ONCE)]
        found = [self._answers(clipped(part).astype(self.weights.dtype)) for part in parts]
        return np.vstack(found) if found else np.empty((0, self.sizes[-1]))

    def _answers(self, values: Floats) -> Floats:
        values = values * self.scales
        for product, offsets in self.layers[:-1]:
            values, _ = _bent(_summed(values, product, offsets), self.bend)
        return _summed(values, *self.layers[-1])


def layer_sizes(parameters: Mapping[str, Any]) -> tuple[int, ...]:
    """Return the units of each hidden layer.

    Raises:
        InvalidValue: if they are named and one is no whole number from 1 to 4,096.
    """
    named = str(parameters["layer_sizes"]).replace(",", " ").split()
    if not named:
        return (int(parameters["hidden_units"]),) * int(parameters["hidden_layers"])
    odd = [each for each in named if not (each.isdecimal() and 1 <= int(each) <= MOST_UNITS)]
    if odd:
        raise InvalidValue(
            f"layer_sizes must name whole numbers from 1 to {MOST_UNITS:,}; '{odd[0]}' came.",
            fix="For example: 128,64.",
            sample=odd[0],
        )
    return tuple(map(int, named))


def clipped(X: FloatArray) -> FloatArray:
    """Return numbers held within 3 on both sides of 0, smoothly."""
    held = np.clip(X, -LARGEST, LARGEST)
    shrunk: FloatArray = held / np.sqrt(1.0 + (held / CLIP) ** 2)
    return shrunk


def share_of(product: Floats) -> float:
    """Return what a product is multiplied by."""
    return float(1 / np.sqrt(len(product)))


def _summed(values: Floats, product: Floats, offsets: Floats) -> Floats:
    sums: Floats = values @ (product * share_of(product)) + offsets
    return sums


def _bent(sums: Floats, bend: str) -> tuple[Floats, Floats]:
    """Return what units make of their sums, and the slopes there."""
    if bend == RELU:
        return np.maximum(sums, 0.0), (sums > 0).astype(sums.dtype)
    if bend == MISH:
        # Mish: x * tanh(log(1 + e^x)); beyond 20 the second factor is 1 to the last bit.
        grown = np.exp(np.minimum(sums, 20.0))
        ratio = grown * (grown + 2)
        tanh = ratio / (ratio + 2)
        return sums * tanh, tanh + sums * (1 - tanh * tanh) * (grown / (1 + grown))
    below = DEEPEST * np.expm1(np.minimum(sums, 0.0))
    is_above = sums > 0
    slopes = np.where(is_above, np.asarray(GAIN, sums.dtype), below + DEEPEST)
    return np.where(is_above, GAIN * sums, below), slopes


def gradient_of(
    network: Network,
    values: Floats,
    *,
    targets: Floats,
    weight: Floats | None,
    left_out: list[Floats] | None,
    loss: Loss,
) -> Floats:
    """Return (p,) the gradient of the mean loss: cross-entropy, or the error of values."""
    gradient = np.empty_like(network.weights)
    parts = network.like(gradient)
    inputs: list[Floats] = [values * network.scales]
    slopes: list[Floats] = []
    for at, (product, offsets) in enumerate(network.layers[:-1]):
        made, slope = _bent(_summed(inputs[-1], product, offsets), network.bend)
        if left_out is not None:
            made, slope = made * left_out[at], slope * left_out[at]
        inputs.append(made)
        slopes.append(slope)
    answers = _summed(inputs[-1], *network.layers[-1])
    missed = (answers if network.has_values else shares_of(answers)) - targets
    if network.has_values:
        missed = np.sign(missed) if loss is Loss.ABSOLUTE_ERROR else 2 * missed
    missed /= len(values)
    missed = missed if weight is None else missed * weight
    for at in range(len(network.layers) - 1, -1, -1):
        product, _ = network.layers[at]
        root = share_of(product)
        np.matmul(inputs[at].T * root, missed, out=parts.layers[at][0])
        parts.layers[at][1][:] = missed.sum(axis=0)
        missed = missed @ (product.T * root)
        if at:
            missed *= slopes[at - 1]
    parts.scales[:] = (missed * values).sum(axis=0)
    return gradient


def shares_of(answers: Floats) -> Floats:
    """Return the softmax of each row."""
    grown = np.exp(answers - answers.max(axis=1, keepdims=True))
    shares: Floats = grown / grown.sum(axis=1, keepdims=True)
    return shares
