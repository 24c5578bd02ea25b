"""Fits a network to one column of pictures: trained, and rounded where that is asked for."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from modelyard.domain.errors import UsageError
from modelyard.kit.hashing import canonical_json, sha256_of
from modelyard.networks.checkpoints import EXTRA, Keeper
from modelyard.networks.devices import device_of, precision_of_convolutions
from modelyard.networks.picture_cards import INT8, QUANTISATION
from modelyard.networks.picture_models import PictureModel
from modelyard.networks.quantised import QuantisedModel
from modelyard.networks.regimes import Regime
from modelyard.networks.rows import Rows
from modelyard.networks.training import Trainer
from modelyard.protocols.algorithms import FitInput, FittedModel, Pixels
from modelyard.protocols.extras import import_extra

_SEEDS = 2**63

# From what is to be learned and the number of answers to a network that has learned nothing.
Build = Callable[[FitInput, int], Any]


def fit_network(training: FitInput, build: Build) -> FittedModel:
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
        regime=_regime(training),
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
    model = PictureModel(
        network,
        training.pictures[0].shape[1:3],
        training.n_classes,
        center,
        spread,
        dict(training.parameters),
        course,
    )
    if training.parameters[QUANTISATION] == INT8:
        return QuantisedModel.of(model, training.pictures[0])
    return model


def _regime(training: FitInput) -> Regime:
    regime = Regime.of(training.parameters)
    device = device_of(regime.device)
    return replace(regime, precision=precision_of_convolutions(device, regime.precision))


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
