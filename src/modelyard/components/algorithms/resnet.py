"""Residual networks of 18 and 34 layers, for more pictures and finer differences."""

from typing import Any

from modelyard.networks.layers import head, standardise
from modelyard.networks.picture_cards import dropout, picture_card
from modelyard.networks.picture_fitting import fit_network
from modelyard.networks.residual import residual
from modelyard.protocols.algorithms import FitInput, FittedModel, Parameter

# He et al., table 1: blocks of two convolutions in each of four stages.
_BLOCKS = {"18": (2, 2, 2, 2), "34": (3, 4, 6, 3)}
# Smaller pictures lose too much to the first stride and pooling of the paper: section 4.2 leaves
# both out for those of 32.
_SMALL_SIDE = 96


class ResNet:
    """Convolutions that add to what they were given."""

    card = picture_card(
        key="resnet",
        title="ResNet",
        summary="A residual network for pictures. Has more layers than the small network, tells "
        "finer differences apart, and takes longer.",
        source="He, Zhang, Ren, Sun: Deep Residual Learning for Image Recognition (2015), table 1 "
        "and section 4.2",
        own=(
            Parameter("depth", "18", "Layers that learn.", choices=tuple(_BLOCKS)),
            Parameter(
                "channels",
                64,
                "Of the first stage; each has twice as many.",
                minimum=8,
                maximum=128,
            ),
            dropout(0.0),
        ),
        learning_rate=0.001,
    )

    def fit(self, training: FitInput) -> FittedModel:
        """Pass over the pictures, and keep the weights that answer validation rows best."""
        return fit_network(training, _network)


def _network(training: FitInput, n_outputs: int) -> Any:
    import torch

    parameters = training.parameters
    width = int(parameters["channels"])
    is_small = min(training.pictures[0].shape[1:3]) < _SMALL_SIDE
    size, stride = (3, 1) if is_small else (7, 2)
    layers = [
        standardise(training.pictures[0]),
        torch.nn.Conv2d(3, width, size, stride=stride, padding=size // 2, bias=False),
        torch.nn.BatchNorm2d(width),
        torch.nn.ReLU(),
    ]
    if not is_small:
        layers.append(torch.nn.MaxPool2d(3, stride=2, padding=1))
    n_in = width
    for stage, n_blocks in enumerate(_BLOCKS[str(parameters["depth"])]):
        n_out = width << stage
        for at in range(n_blocks):
            layers.append(residual(n_in, n_out, stride=2 if stage and not at else 1))
            n_in = n_out
    layers += head(n_in, n_outputs, dropout=float(parameters["dropout"]))
    return torch.nn.Sequential(*layers)


COMPONENT = ResNet()
