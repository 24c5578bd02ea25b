"""The body of the small network for pictures: convolutions, each of which halves the field.

Source: Simonyan, Zisserman: Very Deep Convolutional Networks (2015), for convolutions of 3 × 3;
Ioffe, Szegedy: Batch Normalization (2015).
"""

from modelyard.networks.seeing.bodies import Body
from modelyard.networks.seeing.ends import standardise
from modelyard.protocols.algorithms import Pixels

# A field of so few pixels has nothing left to pool.
_SMALLEST_FIELD = 8
# Beyond, a channel more brings nothing that pictures of this size hold.
_MOST_CHANNELS = 256


def pooled(pictures: Pixels, *, channels: int) -> Body:
    """Return the network without its last layers, which has learned nothing.

    Args:
        pictures: (n, height, width, 3) that teach.
        channels: of the first convolution; each further one has twice as many, up to 256.
    """
    import torch

    field = min(pictures.shape[1:3])
    layers = [standardise(pictures)]
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
