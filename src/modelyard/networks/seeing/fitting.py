"""Fits a network to one column of pictures: trained, and rounded where that is asked for."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from modelyard.domain.errors import InvalidValue, UsageError
from modelyard.networks.seeing.bodies import Body
from modelyard.networks.seeing.cards import FROZEN, INT8, QUANTISATION, RANDOM, WEIGHTS
from modelyard.networks.seeing.ends import head, set_scale
from modelyard.networks.seeing.pretrained import MEAN, SPREAD, load, weights_file
from modelyard.networks.training.checkpoints import EXTRA
from modelyard.networks.training.devices import device_of, precision_of_convolutions, repeatable
from modelyard.networks.training.learning import Learned, learn
from modelyard.networks.training.regimes import Regime
from modelyard.networks.writing.models import NetworkModel
from modelyard.networks.writing.quantised import QuantisedModel
from modelyard.protocols.algorithms import FitInput, FittedModel, FloatArray, Pixels
from modelyard.protocols.extras import import_extra

_ROWS_AT_ONCE = 64

# From what is to be learned to a network that has learned nothing, without its last layers.
Build = Callable[[FitInput], Body]


def fit_network(training: FitInput, build: Build) -> FittedModel:
    """Train a network on one column of pictures.

    Args:
        training: what is to be learned.
        build: returns the network, from (n, 3, height, width) float32 of 0 to 255 to its last
            field.

    Raises:
        InvalidValue: if the weights to begin with cannot be had or are not those of the network,
            or if it is to stay as it is without any.
        UsageError: if there is not just one column of pictures.
        MissingExtra: if torch is not installed.
    """
    import_extra("torch", extra=EXTRA)
    if len(training.pictures) != 1:
        raise UsageError(
            f"A network for pictures learns from one column of them, not {len(training.pictures)}.",
            fix="Drop the others.",
        )
    learned, parameters = _learned(training, build)
    model = NetworkModel.of(learned, training, parameters=parameters, reach=np.empty(0))
    if training.parameters[QUANTISATION] == INT8:
        return QuantisedModel.of(model, training.pictures[0])
    return model


def _learned(training: FitInput, build: Build) -> tuple[Learned, dict[str, Any]]:
    """Return the trained network, and its hyperparameters with the weights that it began with."""
    parameters = dict(training.parameters)
    name, frozen = str(parameters.get(WEIGHTS, RANDOM)), parameters.get(FROZEN, False)
    if name == RANDOM:
        if frozen:
            raise InvalidValue(
                "A network whose layers stay as they are needs weights to begin with.",
                fix=f"Name a file of weights as {WEIGHTS}, or leave {FROZEN} out.",
                sample=FROZEN,
            )
        return learn(training, _untaught(build), regime=_regime(training)), parameters
    # One picture tells the size; how bright all of them are is not asked, the weights have a scale.
    body = build(replace(training, pictures=(training.pictures[0][:1],)))
    set_scale(body.layers[0], mean=255 * np.array(MEAN), spread=255 * np.array(SPREAD))
    file = weights_file(name, training.weights, body=body, progress=training.progress)
    found = load(body, file)
    parameters[f"{WEIGHTS}_sha256"] = found
    training = replace(training, parameters=parameters)
    if frozen:
        return _with_last_layer(training, body), parameters
    return learn(training, _untaught(lambda _: body), regime=_regime(training)), parameters


def _untaught(build: Build) -> Callable[[FitInput, int], Any]:
    """Return what builds the whole network."""

    def whole(training: FitInput, n_outputs: int) -> Any:
        import torch

        body = build(training)
        dropout = float(training.parameters["dropout"])
        return torch.nn.Sequential(*body.layers, *head(body.n_features, n_outputs, dropout=dropout))

    return whole


def _with_last_layer(training: FitInput, body: Body) -> Learned:
    """Return the network of which the last layer alone has learned: from what the others see.

    What they see of a picture is computed once.
    """
    import torch

    regime = _regime(training)
    if regime.augmentation.changes:
        raise InvalidValue(
            "Layers that stay as they are see each picture once: it cannot be changed anew.",
            fix=f"Leave out either {FROZEN} or the changes of pictures.",
            sample=FROZEN,
        )
    mean = head(body.n_features, 1, dropout=0.0)[:2]
    seeing = torch.nn.Sequential(*body.layers, *mean).eval()
    with repeatable(0, n_threads=training.n_threads):
        X, held = (
            _seen(seeing, each) for each in (training.pictures, training.pictures_validation)
        )
    given = replace(training, X=X, pictures=(), pictures_validation=())
    if training.X_validation is not None:
        given = replace(given, X_validation=held)

    def last(_: FitInput, n_outputs: int) -> Any:
        dropout = float(training.parameters["dropout"])
        return torch.nn.Sequential(*head(body.n_features, n_outputs, dropout=dropout)[2:])

    learned = learn(given, last, regime=regime, reach=np.full(body.n_features, np.inf))
    whole = torch.nn.Sequential(*seeing.children(), *learned.network.children())
    return replace(learned, network=whole.eval())


def _seen(seeing: Any, pictures: tuple[Pixels, ...]) -> FloatArray:
    """Return (n, n_features) of pictures; without any where there are none."""
    import torch

    def parts() -> Iterator[FloatArray]:
        for start in range(0, len(pictures[0]), _ROWS_AT_ONCE):
            pixels = torch.from_numpy(
                np.ascontiguousarray(pictures[0][start : start + _ROWS_AT_ONCE])
            )
            yield seeing(pixels.permute(0, 3, 1, 2).float()).numpy().astype(np.float64)

    with torch.inference_mode():
        return np.concatenate(list(parts())) if pictures else np.empty((0, 0))


def _regime(training: FitInput) -> Regime:
    regime = Regime.of(training.parameters)
    device = device_of(regime.device)
    return replace(regime, precision=precision_of_convolutions(device, regime.precision))
