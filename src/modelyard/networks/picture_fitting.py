"""Fits a network to one column of pictures: trained, and rounded where that is asked for."""

from dataclasses import replace

from modelyard.domain.errors import UsageError
from modelyard.networks.checkpoints import EXTRA
from modelyard.networks.devices import device_of, precision_of_convolutions
from modelyard.networks.learning import Build, learn
from modelyard.networks.picture_cards import INT8, QUANTISATION
from modelyard.networks.picture_models import PictureModel
from modelyard.networks.quantised import QuantisedModel
from modelyard.networks.regimes import Regime
from modelyard.protocols.algorithms import FitInput, FittedModel
from modelyard.protocols.extras import import_extra


def fit_network(training: FitInput, build: Build) -> FittedModel:
    """Train a network on one column of pictures.

    Args:
        training: what is to be learned.
        build: returns the network, from (n, 3, height, width) float32 of 0 to 255 to its answers.

    Raises:
        UsageError: if there is not just one column of pictures.
        MissingExtra: if torch is not installed.
    """
    import_extra("torch", extra=EXTRA)
    if len(training.pictures) != 1:
        raise UsageError(
            f"A network for pictures learns from one column of them, not {len(training.pictures)}.",
            fix="Drop the others.",
        )
    learned = learn(training, build, regime=_regime(training))
    model = PictureModel(
        learned.network,
        training.pictures[0].shape[1:3],
        training.n_classes,
        learned.center,
        learned.spread,
        dict(training.parameters),
        learned.course,
    )
    if training.parameters[QUANTISATION] == INT8:
        return QuantisedModel.of(model, training.pictures[0])
    return model


def _regime(training: FitInput) -> Regime:
    regime = Regime.of(training.parameters)
    device = device_of(regime.device)
    return replace(regime, precision=precision_of_convolutions(device, regime.precision))
