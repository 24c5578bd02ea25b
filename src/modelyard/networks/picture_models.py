"""A network that learned from pictures, as the engine knows models; and how it is fitted."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from modelyard.domain.errors import UsageError
from modelyard.kit.hashing import canonical_json, sha256_of
from modelyard.networks.checkpoints import EXTRA, Keeper
from modelyard.networks.regimes import Regime
from modelyard.networks.rows import Rows
from modelyard.networks.runs import Course
from modelyard.networks.training import Trainer
from modelyard.networks.translating import translated
from modelyard.packaging.graphs.chains import DOUBLE, OUTPUT, Chain, encoded
from modelyard.packaging.graphs.messages import UINT8, Port, model_of
from modelyard.protocols.algorithms import FitInput, FloatArray, Pixels
from modelyard.protocols.extras import import_extra

PIXELS = "pictures_0"
_ROWS_AT_ONCE = 64
_SEEDS = 2**63

# From what is to be learned and the number of answers to a network that has learned nothing.
Build = Callable[[FitInput, int], Any]


@dataclass(frozen=True)
class PictureModel:
    """A trained network.

    Attributes:
        network: on the CPU, in evaluation mode.
        size: height and width of the pictures that it takes.
        n_classes: 0 for values.
        center, spread: of the values that it was taught.
        parameters: every hyperparameter.
        course: how the training went.
    """

    network: Any
    size: tuple[int, int]
    n_classes: int
    center: float
    spread: float
    parameters: Mapping[str, Any]
    course: Course

    def scores(self, X: FloatArray) -> FloatArray:
        """Refuse rows without pictures."""
        raise UsageError("This model answers for pictures.", fix=f"{len(X)} rows came without.")

    def scores_seeing(self, X: FloatArray, pictures: tuple[Pixels, ...]) -> FloatArray:
        import torch

        answers = []
        with torch.inference_mode():
            for start in range(0, len(X), _ROWS_AT_ONCE):
                pixels = torch.from_numpy(pictures[0][start : start + _ROWS_AT_ONCE])
                answers.append(
                    self.network(pixels.permute(0, 3, 1, 2).contiguous().float()).numpy()
                )
        raw = np.concatenate(answers).astype(np.float64)
        return _shares(raw) if self.n_classes else raw * self.spread + self.center

    def to_onnx(self) -> bytes:
        answers = translated(self.network, Chain(taken=PIXELS)).then("Cast", to=DOUBLE)
        if self.n_classes:
            answers = answers.then("Softmax", axis=-1)
        else:
            answers = answers.then("Mul", _one(self.spread)).then("Add", _one(self.center))
        nodes, constants = encoded({OUTPUT: answers})
        return model_of(
            nodes,
            constants,
            inputs=(Port(PIXELS, UINT8, (*self.size, 3)),),
            outputs=(Port(OUTPUT, DOUBLE, self.n_classes or 1),),
        )


def fit_network(training: FitInput, build: Build) -> PictureModel:
    """Train a network on one column of pictures.

    Args:
        training: what is to be learned.
        build: returns the network, from (n, 3, height, width) float32 of 0 to 255 to its answers.

    Raises:
        UsageError: if there is not just one column of pictures.
        MissingExtra: if torch is not installed.
    """
    torch = import_extra("torch", extra=EXTRA)
    if len(training.pictures) != 1:
        raise UsageError(
            f"A network for pictures learns from one column of them, not {len(training.pictures)}.",
            fix="Drop the others.",
        )
    seed = int(training.rng.integers(_SEEDS))
    center, spread = _scale_of(training)
    taught = _rows(training, training.pictures, center=center, spread=spread)
    trainer = Trainer(
        regime=Regime.of(training.parameters),
        n_classes=training.n_classes,
        seed=seed,
        progress=training.progress,
        keeper=_keeper(training, taught, seed),
        n_threads=training.n_threads,
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = build(training, training.n_classes or 1)
    held = _held(training, center=center, spread=spread)
    course = trainer.train(network, taught, held=held)
    return PictureModel(
        network,
        training.pictures[0].shape[1:3],
        training.n_classes,
        center,
        spread,
        dict(training.parameters),
        course,
    )


def _shares(answers: FloatArray) -> FloatArray:
    grown = np.exp(answers - answers.max(axis=1, keepdims=True))
    shares: FloatArray = grown / grown.sum(axis=1, keepdims=True)
    return shares


def _one(value: float) -> FloatArray:
    return np.array([[value]])


def _scale_of(training: FitInput) -> tuple[float, float]:
    """Return mean and spread of the values that are taught; 0 and 1 for classes."""
    if training.n_classes:
        return 0.0, 1.0
    return float(training.y.mean()), float(training.y.std()) or 1.0


def _rows(
    training: FitInput, pictures: tuple[Pixels, ...], *, center: float, spread: float
) -> Rows:
    weight = training.weight
    own = None if weight is None else (weight / weight.mean()).astype(np.float32)
    return Rows(pictures[0], _targets(training.y, training, center, spread), own)


def _held(training: FitInput, *, center: float, spread: float) -> Rows | None:
    """Return the validation rows, None where there are none."""
    y, weight = training.y_validation, training.weight_validation
    if y is None or not len(y):
        return None
    own = None if weight is None else (weight / weight.mean()).astype(np.float32)
    targets = _targets(y, training, center, spread)
    return Rows(training.pictures_validation[0], targets, own)


def _targets(
    y: npt.NDArray[Any], training: FitInput, center: float, spread: float
) -> npt.NDArray[Any]:
    if training.n_classes:
        return y.astype(np.int64)
    return ((y - center) / spread).astype(np.float32)


def _keeper(training: FitInput, taught: Rows, seed: int) -> Keeper | None:
    """Return what keeps the checkpoint of this very fit, None where there is no place for one."""
    if training.scratch is None or not training.parameters["checkpoints"]:
        return None
    torch = import_extra("torch", extra=EXTRA)
    weight = b"" if taught.weight is None else taught.weight.tobytes()
    told = {
        "pixels": sha256_of(np.ascontiguousarray(taught.pictures).tobytes()),
        "targets": sha256_of(taught.targets.tobytes() + weight),
        "parameters": dict(training.parameters),
        "seed": seed,
        "torch": torch.__version__,
    }
    return Keeper(training.scratch / sha256_of(canonical_json(told))[:32])
