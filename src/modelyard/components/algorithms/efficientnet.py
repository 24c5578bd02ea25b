"""EfficientNet B0 to B2, which see as much as larger networks with a fraction of their sums."""

import math
from typing import Any

from modelyard.networks.seeing.bodies import Body, named
from modelyard.networks.seeing.cards import TRANSFER, dropout, picture_card
from modelyard.networks.seeing.ends import standardise
from modelyard.networks.seeing.fitting import fit_network
from modelyard.networks.seeing.inverted import Inverted, convolution, names_of_block
from modelyard.protocols.algorithms import FitInput, FittedModel, Parameter

# Tan, Le, table 1: of each stage the widening, the size of its convolutions, the channels, the
# blocks and the stride of the first one.
_STAGES = (
    (1, 3, 16, 1, 1),
    (6, 3, 24, 2, 2),
    (6, 5, 40, 2, 2),
    (6, 3, 80, 3, 2),
    (6, 5, 112, 3, 1),
    (6, 5, 192, 4, 2),
    (6, 3, 320, 1, 1),
)
_STEM, _LAST = 32, 1280
# How much wider and deeper each size is, and how many of the last features it leaves out; the
# authors' own settings.
_SIZES = {"b0": (1.0, 1.0), "b1": (1.0, 1.1), "b2": (1.1, 1.2)}
# Channels come in eights, and are not rounded down by more than a tenth.
_EIGHT, _LEAST_KEPT = 8, 0.9


class EfficientNet:
    """Inverted bottlenecks with scales for each channel."""

    card = picture_card(
        key="efficientnet",
        title="EfficientNet",
        summary="A network for pictures with few sums and few weights for what it sees. Best with "
        "pretrained weights, and with pictures of 224 pixels and more.",
        source="Tan, Le: EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks "
        "(2019), table 1 and section 5",
        own=(
            Parameter("size", "b0", "How wide and deep.", choices=tuple(_SIZES)),
            dropout(0.2),
            *TRANSFER,
        ),
        side=224,
        learning_rate=0.001,
    )

    def fit(self, training: FitInput) -> FittedModel:
        """Pass over the pictures, and keep the weights that answer validation rows best."""
        return fit_network(training, body)


def body(training: FitInput) -> Body:
    """Return the network without its last layers, which has learned nothing."""
    wider, deeper = _SIZES[str(training.parameters["size"])]
    stem = convolution(3, _channels(_STEM, wider), size=3, stride=2)
    layers: list[Any] = [standardise(training.pictures[0]), *stem]
    names = dict(named(stem[0], "1", "conv_stem", "features.0.0"))
    names |= named(stem[1], "2", "bn1", "features.0.1")
    n_in = _channels(_STEM, wider)
    for stage, (widening, size, channels, n_blocks, stride) in enumerate(_STAGES):
        n_out = _channels(channels, wider)
        for at in range(math.ceil(n_blocks * deeper)):
            block = Inverted(n_in, n_out, widening, size, 1 if at else stride).built()
            place = f"{stage + 1}.{at}"
            names |= names_of_block(
                block,
                str(len(layers)),
                timm=f"blocks.{stage}.{at}",
                torchvision=f"features.{place}",
            )
            layers.append(block)
            n_in = n_out
    last = convolution(n_in, _channels(_LAST, wider), size=1)
    names |= named(last[0], str(len(layers)), "conv_head", "features.8.0")
    names |= named(last[1], str(len(layers) + 1), "bn2", "features.8.1")
    architecture = f"efficientnet_{training.parameters['size']}"
    return Body([*layers, *last], _channels(_LAST, wider), names, architecture)


def _channels(n: int, wider: float) -> int:
    wished = n * wider
    whole = max(_EIGHT, int(wished + _EIGHT / 2) // _EIGHT * _EIGHT)
    return whole if whole >= _LEAST_KEPT * wished else whole + _EIGHT


COMPONENT = EfficientNet()
