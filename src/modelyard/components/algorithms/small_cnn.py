"""A small network of convolutions, which learns from a few hundred pictures on a laptop."""

from modelyard.networks.seeing.bodies import Body
from modelyard.networks.seeing.cards import dropout, picture_card
from modelyard.networks.seeing.fitting import fit_network
from modelyard.networks.seeing.pooled import pooled
from modelyard.protocols.algorithms import FitInput, FittedModel, Parameter


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
        return fit_network(training, _body)


def _body(training: FitInput) -> Body:
    return pooled(training.pictures[0], channels=int(training.parameters["channels"]))


COMPONENT = SmallCNN()
