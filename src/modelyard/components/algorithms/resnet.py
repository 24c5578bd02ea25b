"""Residual networks of 18, 34 and 50 layers, for more pictures and finer differences."""

from modelyard.networks.seeing.bodies import Body, named
from modelyard.networks.seeing.cards import RANDOM, TRANSFER, WEIGHTS, dropout, picture_card
from modelyard.networks.seeing.ends import standardise
from modelyard.networks.seeing.fitting import fit_network
from modelyard.networks.seeing.residual import names_of_block, residual
from modelyard.protocols.algorithms import FitInput, FittedModel, Parameter

# He et al., table 1: blocks of each of four stages; those of 50 layers are narrow inside.
_BLOCKS = {"18": (2, 2, 2, 2), "34": (3, 4, 6, 3), "50": (3, 4, 6, 3)}
_NARROW = frozenset({"50"})
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
            *TRANSFER,
        ),
        learning_rate=0.001,
    )

    def fit(self, training: FitInput) -> FittedModel:
        """Pass over the pictures, and keep the weights that answer validation rows best."""
        return fit_network(training, body)


def body(training: FitInput) -> Body:
    """Return the network without its last layers, which has learned nothing."""
    import torch

    parameters = training.parameters
    width, depth = int(parameters["channels"]), str(parameters["depth"])
    is_small = min(training.pictures[0].shape[1:3]) < _SMALL_SIDE and parameters[WEIGHTS] == RANDOM
    size, stride = (3, 1) if is_small else (7, 2)
    first = torch.nn.Conv2d(3, width, size, stride=stride, padding=size // 2, bias=False)
    layers = [
        standardise(training.pictures[0]),
        first,
        torch.nn.BatchNorm2d(width),
        torch.nn.ReLU(),
    ]
    names = dict(named(first, "1", "conv1"))
    names |= named(layers[2], "2", "bn1")
    if not is_small:
        layers.append(torch.nn.MaxPool2d(3, stride=2, padding=1))
    n_in = width
    for stage, n_blocks in enumerate(_BLOCKS[depth]):
        for at in range(n_blocks):
            stride = 2 if stage and not at else 1
            block = residual(n_in, width << stage, stride=stride, is_narrow=depth in _NARROW)
            names |= names_of_block(block, str(len(layers)), theirs=f"layer{stage + 1}.{at}")
            layers.append(block)
            n_in = block.n_out
    return Body(layers, n_in, names, f"resnet{depth}")


COMPONENT = ResNet()
