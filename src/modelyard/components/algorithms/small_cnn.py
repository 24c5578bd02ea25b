"""A small network of convolutions, which learns from a few hundred pictures on a laptop."""

from typing import Any

from modelyard.domain.columns import ColumnKind
from modelyard.domain.tasks import Task
from modelyard.networks.checkpoints import EXTRA
from modelyard.networks.layers import head, standardise
from modelyard.networks.picture_models import fit_network
from modelyard.networks.regimes import training_parameters
from modelyard.protocols.algorithms import (
    IMAGE_HEIGHT,
    IMAGE_WIDTH,
    AlgorithmCard,
    FitInput,
    FittedModel,
    Needs,
    Parameter,
)

# A field of so few pixels has nothing left to pool.
_SMALLEST_FIELD = 8
# Beyond, a channel more brings nothing that pictures of this size hold.
_MOST_CHANNELS = 256

_PARAMETERS = (
    Parameter(
        IMAGE_HEIGHT, 64, "To which pictures are brought, in pixels.", minimum=8, maximum=512
    ),
    Parameter(IMAGE_WIDTH, 64, "To which pictures are brought, in pixels.", minimum=8, maximum=512),
    Parameter(
        "channels",
        32,
        "Of the first convolution; each further one has twice as many, up to 256.",
        minimum=4,
        maximum=256,
        search_low=16,
        search_high=64,
        is_log=True,
    ),
    Parameter(
        "dropout",
        0.2,
        "Share of the last features that each step leaves out.",
        minimum=0.0,
        maximum=0.9,
        search_low=0.0,
        search_high=0.5,
    ),
)


class SmallCNN:
    """Convolutions of 3 × 3, each followed by a pooling that halves the field."""

    card = AlgorithmCard(
        key="small-cnn",
        title="Small CNN",
        summary="A small convolutional network for pictures. Learns in minutes without a GPU, from "
        "a few hundred pictures on.",
        tasks=frozenset(Task),
        parameters=(*_PARAMETERS, *training_parameters()),
        needs=Needs(
            takes_missing=True,
            normalize="none",
            categorical_encoding="ordinal",
            wants_validation=True,
        ),
        source="Simonyan, Zisserman: Very Deep Convolutional Networks (2015), for convolutions of "
        "3 × 3; Ioffe, Szegedy: Batch Normalization (2015); Lin, Chen, Yan: Network In Network "
        "(2013), for the mean in place of large layers",
        extra=EXTRA,
        libraries=("torch", "pillow"),
        is_graph_faster=True,
        kinds=frozenset({ColumnKind.IMAGE}),
    )

    def fit(self, training: FitInput) -> FittedModel:
        """Pass over the pictures, and keep the weights that answer validation rows best."""
        return fit_network(training, _network)


def _network(training: FitInput, n_outputs: int) -> Any:
    import torch

    channels = int(training.parameters["channels"])
    field = min(training.pictures[0].shape[1:3])
    layers = [standardise(training.pictures[0])]
    n_in, n_out = 3, channels
    while True:
        layers += [
            torch.nn.Conv2d(n_in, n_out, 3, padding=1, bias=False),
            torch.nn.BatchNorm2d(n_out),
            torch.nn.ReLU(),
        ]
        if field < _SMALLEST_FIELD:
            break
        layers.append(torch.nn.MaxPool2d(2))
        field //= 2
        n_in, n_out = n_out, min(2 * n_out, _MOST_CHANNELS)
    layers += head(n_out, n_outputs, dropout=float(training.parameters["dropout"]))
    return torch.nn.Sequential(*layers)


COMPONENT = SmallCNN()
