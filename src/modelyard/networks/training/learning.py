"""Lets a network learn from what an algorithm is handed, whatever it takes of a row."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from modelyard.kit.hashing import canonical_json, sha256_of
from modelyard.kit.version import VERSION
from modelyard.networks.training.checkpoints import EXTRA, Keeper
from modelyard.networks.training.devices import device_of, settled_precision
from modelyard.networks.training.regimes import Regime
from modelyard.networks.training.rows import Rows
from modelyard.networks.training.runs import Course
from modelyard.networks.training.trainer import Trainer
from modelyard.protocols.algorithms import FitInput, FloatArray, Pixels
from modelyard.protocols.extras import import_extra

_SEEDS = 2**63
# Rows that are hashed at a time.
_HASHED_ROWS = 256

# From what is to be learned and the number of answers to a network that has learned nothing.
Build = Callable[[FitInput, int], Any]


@dataclass(frozen=True)
class Learned:
    """A trained network.

    Attributes:
        network: on the CPU, in evaluation mode.
        center, spread: of the values that it was taught; 0 and 1 for classes.
        course: how the training went.
    """

    network: Any
    center: float
    spread: float
    course: Course


def learn(
    training: FitInput, build: Build, *, regime: Regime, reach: FloatArray | None = None
) -> Learned:
    """Train the network that is built for the rows.

    Args:
        training: what is to be learned.
        build: returns the network, from what `Source.batch` gives to its answers.
        regime: how it is trained.
        reach: how far from 0 each column of the matrix is let in; None where it takes no matrix.

    Raises:
        MissingExtra: if torch is not installed.
    """
    torch = import_extra("torch", extra=EXTRA)
    seed = int(training.rng.integers(_SEEDS))
    scale = (0.0, 1.0)
    if not training.n_classes:
        scale = float(training.y.mean()), float(training.y.std()) or 1.0

    def _rows(
        X: FloatArray, pictures: tuple[Pixels, ...], y: npt.NDArray[Any], weight: FloatArray | None
    ) -> Rows:
        return Rows(
            pictures[0] if pictures else None,
            y.astype(np.int64)
            if training.n_classes
            else ((y - scale[0]) / scale[1]).astype(np.float32),
            None if weight is None else (weight / weight.mean()).astype(np.float32),
            None if reach is None else let_in(X, reach),
        )

    taught = _rows(training.X, training.pictures, training.y, training.weight)
    trainer = Trainer(
        regime=regime,
        n_classes=training.n_classes,
        seed=seed,
        progress=training.progress,
        keeper=_keeper(training, taught, seed, regime),
        n_threads=training.n_threads,
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = build(training, training.n_classes or 1)
    held, X, y = None, training.X_validation, training.y_validation
    if X is not None and y is not None and len(y):
        held = _rows(X, training.pictures_validation, y, training.weight_validation)
    return Learned(network, *scale, trainer.train(network, taught, held=held))


def let_in(X: FloatArray, reach: FloatArray) -> npt.NDArray[np.float32]:
    """Return a matrix as a network takes it: no number farther from 0 than its column may be."""
    return np.clip(X, -reach, reach).astype(np.float32)


def _keeper(training: FitInput, taught: Rows, seed: int, regime: Regime) -> Keeper | None:
    """Return what keeps the checkpoint of this very fit, None where there is no place for one."""
    if training.scratch is None or not training.parameters["checkpoints"]:
        return None
    torch = import_extra("torch", extra=EXTRA)
    device = device_of(regime.device)
    weight = b"" if taught.weight is None else taught.weight.tobytes()
    told = {
        "taken": [_hash_of(each) for each in (taught.pictures, taught.matrix) if each is not None],
        "targets": sha256_of(taught.targets.tobytes() + weight),
        "parameters": dict(training.parameters),
        "seed": seed,
        "device": device,
        "precision": settled_precision(device, regime.precision),
        "torch": torch.__version__,
        "modelyard": VERSION,
    }
    return Keeper(training.scratch / sha256_of(canonical_json(told))[:32])


def _hash_of(rows: npt.NDArray[Any]) -> str:
    """Return the SHA-256 of all values, of which few are copied at a time."""
    digest = hashlib.sha256()
    for start in range(0, len(rows), _HASHED_ROWS):
        digest.update(np.ascontiguousarray(rows[start : start + _HASHED_ROWS]).data)
    return digest.hexdigest()
