"""How a network learns: steps of Adam along a schedule, until validation rows get no better."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from modelyard.components.algorithms._real_mlp.networks import (
    Floats,
    Network,
    clipped,
    gradient_of,
    shares_of,
)
from modelyard.domain.losses import Loss
from modelyard.packaging.graphs.boosting import Lesson
from modelyard.protocols.algorithms import FitInput

# Of the paper: Adam's memory, and how much faster values learn than classes.
_FIRST_MEMORY, _SECOND_MEMORY, _EPSILON = 0.9, 0.95, 1e-8
_VALUE_PACE = 1.75
# Steps of an epoch, at least: tables of a few hundred rows are learned in none that is whole.
_LEAST_STEPS = 8
_SMALLEST = np.finfo(np.float32).tiny


def train(network: Network, training: FitInput, *, lesson: Lesson) -> int:
    """Train the network in place, and return after how many epochs it was best."""
    parameters = training.parameters
    values = clipped(training.X).astype(np.float32)
    targets, weight = _targets(lesson), _weights(training)
    size = max(min(int(parameters["batch_size"]), len(values) // _LEAST_STEPS), 1)
    in_epoch = len(values) // size
    n_epochs = max(min(int(parameters["epochs"]), int(parameters["max_steps"]) // in_epoch), 1)
    last = min(int(parameters["last_epoch"] or n_epochs), n_epochs)
    adam = Adam.fresh(network, decay=float(parameters["weight_decay"]))
    largest = float(parameters["learning_rate"]) * (1.0 if lesson.n_classes else _VALUE_PACE)
    loss, best, kept = np.inf, last, network.weights
    for epoch in range(last):
        for at, rows in enumerate(_batches(len(values), size, rng=training.rng)):
            done = (epoch * in_epoch + at) / (n_epochs * in_epoch)
            gradient = gradient_of(
                network,
                values[rows],
                targets=targets[rows],
                weight=None if weight is None else weight[rows, None],
                left_out=_left_out(network, size, training=training),
                loss=training.loss,
            )
            # Four cosines, each twice as long as the one before, which end at 0 ("coslog4").
            wave = 0.5 - 0.5 * math.cos(2 * math.pi * math.log2(1 + 15 * done))
            adam.step(gradient, largest * wave)
        training.progress.advance(epoch + 1, n_epochs)
        found = None if parameters["last_epoch"] else _held_loss(network, lesson, training.loss)
        if found is not None and found < loss:
            loss, best, kept = found, epoch + 1, network.weights.copy()
    network.weights[:] = kept
    return best


def _weights(training: FitInput) -> Floats | None:
    """Return (n,) what rows count, 1 on average."""
    if training.weight is None:
        return None
    weights: Floats = (training.weight / training.weight.mean()).astype(np.float32)
    return weights


def _held_loss(network: Network, lesson: Lesson, loss: Loss) -> float | None:
    """Return the log loss or the mean error of validation rows, None without any."""
    X, y = lesson.X_validation, lesson.y_validation
    if X is None or y is None:
        return None
    answers = network.answers(X)
    if lesson.n_classes:
        shares = shares_of(answers)[np.arange(len(y)), y]
        losses = -np.log(np.maximum(shares, _SMALLEST))
    else:
        apart = np.abs(answers[:, 0] - y)
        losses = apart if loss is Loss.ABSOLUTE_ERROR else apart**2
    return float(np.average(losses, weights=lesson.weight_validation))


def _targets(lesson: Lesson) -> Floats:
    """Return (n, m): a 1 in the column of each row's class, or values around 0."""
    if lesson.n_classes:
        of_each: Floats = np.eye(len(lesson.seen), dtype=np.float32)[lesson.y]
        return of_each
    values: Floats = lesson.y[:, None].astype(np.float32)
    return values


def _batches(
    n_rows: int, size: int, *, rng: np.random.Generator
) -> Iterator[npt.NDArray[np.int64]]:
    """Yield the rows of each step of an epoch; those that are left over wait for the next."""
    order = rng.permutation(n_rows)
    for at in range(0, n_rows - size + 1, size):
        yield order[at : at + size]


def _left_out(network: Network, n_rows: int, *, training: FitInput) -> list[Floats] | None:
    """Return for each hidden layer (n, units) what its units are multiplied by, None for 1."""
    share = float(training.parameters["dropout"])
    if not share:
        return None
    kept = 1 / (1 - share)
    drawn = (training.rng.random((n_rows, n), dtype=np.float32) for n in network.sizes[1:-1])
    return [((each >= share) * np.float32(kept)) for each in drawn]


@dataclass
class Adam:
    """Steps along gradients, each weight at its own pace: Kingma, Ba (2015)."""

    weights: Floats
    paces: Floats
    decay: float
    mean: Floats
    square: Floats
    n_steps: int = 0

    @classmethod
    def fresh(cls, network: Network, *, decay: float) -> "Adam":
        """Return one that has made no step."""
        zeros = np.zeros_like(network.weights)
        return cls(network.weights, network.paces(), decay, zeros, zeros.copy())

    def step(self, gradient: Floats, learning_rate: float) -> None:
        """Change the weights in place."""
        self.n_steps += 1
        self.mean += (1 - _FIRST_MEMORY) * (gradient - self.mean)
        gradient *= gradient
        self.square += (1 - _SECOND_MEMORY) * (gradient - self.square)
        first = float(learning_rate) / (1 - _FIRST_MEMORY**self.n_steps)
        second = 1 / (1 - _SECOND_MEMORY**self.n_steps)
        length = np.sqrt(self.square * second)
        length += _EPSILON
        if self.decay:
            self.weights *= 1.0 - learning_rate * self.decay * self.paces
        self.weights -= first * self.paces * self.mean / length
