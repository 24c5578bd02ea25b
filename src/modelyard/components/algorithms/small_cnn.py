"""A small network of convolutions, which learns from a few hundred pictures on a laptop."""

from modelyard.networks.bodies import Body
from modelyard.networks.layers import standardise
from modelyard.networks.picture_cards import dropout, picture_card
from modelyard.networks.picture_fitting import fit_network
from modelyard.protocols.algorithms import FitInput, FittedModel, Parameter

# A field of so few pixels has nothing left to pool.
_SMALLEST_FIELD = 8
# Beyond, a channel more brings nothing that pictures of this size hold.
_MOST_CHANNELS = 256


class SmallCNN:
    """Convolutions of 3 × 3, each followed by a pooling that halves the field."""

    card = picture_card(
        key="small-cnn",
        title="Small CNN",
        summary="A small convolutional network for pictures. Learns in minutes without a GPU, from "
        "a few hundred pictures on.",
        source="Simonyan, Zisserman: Very Deep Convolutional Networks (2015), for convolutions of "
        "3 × 3; Ioffe, Szegedy: Batch Normalization (2015); Lin, Chen, Yan: Network In Network "
        "(2013), for the mean in place of large layers",
        own=(
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
            dropout(0.2),
        ),
    )

    def fit(self, training: FitInput) -> FittedModel:
        """Pass over the pictures, and keep the weights that answer validation rows best."""
        return fit_network(training, body)


def body(training: FitInput) -> Body:
    """Return the network without its last layers, which has learned nothing."""
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
    return Body(layers, n_out)


COMPONENT = SmallCNN()
