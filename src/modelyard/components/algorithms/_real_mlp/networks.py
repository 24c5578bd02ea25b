"""A network of fully connected layers in single precision: its answers and the slope of its loss.

One vector holds all weights, so that a step of training is a handful of operations on it.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from modelyard.protocols.algorithms import FitInput, FloatArray

Singles = npt.NDArray[np.float32]

# Of the paper: where numbers begin to count less, how much faster the scales of the features learn
# and how much slower the offsets.
CLIP = 3.0
_SCALE_PACE, _OFFSET_PACE = 6.0, 0.1
# Of SELU: Klambauer et al.: Self-Normalizing Neural Networks (2017).
_SELU_ALPHA, _SELU_GAIN = 1.6732632423543772, 1.0507009873554805
# Numbers beyond are of a size that squares cannot have in single precision.
LARGEST = 1e9
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
        is_smooth: whether units bend as Mish, for values, or as SELU, for classes.
    """

    weights: Singles
    scales: Singles
    layers: tuple[tuple[Singles, Singles], ...]
    is_smooth: bool

    @classmethod
    def of(cls, weights: Singles, sizes: tuple[int, ...], *, is_smooth: bool) -> "Network":
        """Return the network whose parts lie in one vector."""
        at, layers = sizes[0], []
        for n_in, n_out in pairwise(sizes):
            product = weights[at : at + n_in * n_out].reshape(n_in, n_out)
            at += n_in * n_out
            layers.append((product, weights[at : at + n_out]))
            at += n_out
        return cls(weights, weights[: sizes[0]], tuple(layers), is_smooth)

    @classmethod
    def drawn(cls, training: FitInput, *, n_outputs: int) -> "Network":
        """Return a network as it begins: scales 1, the last layer 0, all else normal."""
        parameters, n_features = training.parameters, training.X.shape[1]
        hidden = (parameters["hidden_units"],) * parameters["hidden_layers"]
        sizes = (n_features, *hidden, n_outputs)
        n_weights = sizes[0] + sum(a * b + b for a, b in pairwise(sizes))
        drawn = training.rng.standard_normal(n_weights, dtype=np.float32)
        network = cls.of(drawn, sizes, is_smooth=not training.n_classes)
        network.scales[:] = 1.0
        for part in network.layers[-1]:
            part[...] = 0.0
        return network

    @property
    def sizes(self) -> tuple[int, ...]:
        """Width of the features, of each layer, and of the answer."""
        return (len(self.scales), *(len(offsets) for _, offsets in self.layers))

    def paces(self) -> Singles:
        """Return (p,) how much faster each weight learns than the products do."""
        paces = np.ones_like(self.weights)
        parts = Network.of(paces, self.sizes, is_smooth=self.is_smooth)
        parts.scales[:] = _SCALE_PACE
        for _, offsets in parts.layers:
            offsets[:] = _OFFSET_PACE
        return paces

    def answers(self, X: FloatArray) -> Singles:
        """Return (n, m) raw answers."""
        parts = [X[at : at + _ROWS_AT_ONCE] for at in range(0, len(X), _ROWS_AT_ONCE)]
        found = [self._answers(clipped(part)) for part in parts]
        return np.vstack(found) if found else np.empty((0, self.sizes[-1]), dtype=np.float32)

    def _answers(self, values: Singles) -> Singles:
        values = values * self.scales
        for product, offsets in self.layers[:-1]:
            values, _ = bent(summed(values, product, offsets), is_smooth=self.is_smooth)
        return summed(values, *self.layers[-1])


def clipped(X: FloatArray) -> Singles:
    """Return numbers held within 3 on both sides of 0, smoothly."""
    with np.errstate(over="ignore", invalid="ignore"):
        # Beyond the largest single, where a square is infinite, only the side counts.
        held = np.clip(X, -LARGEST, LARGEST).astype(np.float32)
    shrunk: Singles = held / np.sqrt(np.float32(1.0) + (held / np.float32(CLIP)) ** 2)
    return shrunk


def summed(values: Singles, product: Singles, offsets: Singles) -> Singles:
    sums: Singles = values @ (product * np.float32(1 / np.sqrt(len(product)))) + offsets
    return sums


def bent(sums: Singles, *, is_smooth: bool) -> tuple[Singles, Singles]:
    """Return what units make of their sums, and the slopes there."""
    if is_smooth:
        # Mish: x * tanh(log(1 + e^x)); beyond 20 it is x to the last bit of a single.
        grown = np.exp(np.minimum(sums, np.float32(20.0)))
        ratio = grown * (grown + 2)
        tanh = ratio / (ratio + 2)
        return sums * tanh, tanh + sums * (1 - tanh * tanh) * (grown / (1 + grown))
    gain, deepest = np.float32(_SELU_GAIN), np.float32(_SELU_GAIN * _SELU_ALPHA)
    below = deepest * np.expm1(np.minimum(sums, np.float32(0.0)))
    is_above = sums > 0
    return np.where(is_above, gain * sums, below), np.where(is_above, gain, below + deepest)


def gradient_of(
    network: Network,
    values: Singles,
    targets: Singles,
    *,
    weight: Singles | None,
    left_out: list[Singles] | None,
) -> Singles:
    """Return (p,) the gradient of the mean loss: cross-entropy, or the squared error."""
    gradient = np.empty_like(network.weights)
    parts = Network.of(gradient, network.sizes, is_smooth=network.is_smooth)
    inputs, slopes = [values * network.scales], []
    for at, (product, offsets) in enumerate(network.layers[:-1]):
        made, slope = bent(summed(inputs[-1], product, offsets), is_smooth=network.is_smooth)
        if left_out is not None:
            made, slope = made * left_out[at], slope * left_out[at]
        inputs.append(made)
        slopes.append(slope)
    answers = summed(inputs[-1], *network.layers[-1])
    missed = 2 * (answers - targets) if network.is_smooth else shares_of(answers) - targets
    missed /= np.float32(len(values))
    missed = missed if weight is None else missed * weight
    for at in range(len(network.layers) - 1, -1, -1):
        product, _ = network.layers[at]
        root = np.float32(1 / np.sqrt(len(product)))
        np.matmul(inputs[at].T * root, missed, out=parts.layers[at][0])
        parts.layers[at][1][:] = missed.sum(axis=0)
        missed = missed @ (product.T * root)
        if at:
            missed *= slopes[at - 1]
    parts.scales[:] = (missed * values).sum(axis=0)
    return gradient


def shares_of(answers: Singles) -> Singles:
    """Return the softmax of each row."""
    grown = np.exp(answers - answers.max(axis=1, keepdims=True))
    shares: Singles = grown / grown.sum(axis=1, keepdims=True)
    return shares
