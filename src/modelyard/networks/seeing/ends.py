"""Layers that the networks for pictures share: the first, and the last."""

from typing import Any

import numpy as np

from modelyard.protocols.algorithms import FloatArray, Pixels

# Pictures by which the spread of the pixels is told.
_N_LOOKED = 2_000


def head(n_features: int, n_outputs: int, *, dropout: float) -> list[Any]:
    """Return the layers from the last field to the answers: its mean, and a weighted sum.

    Source: Lin, Chen, Yan: Network In Network (2013), section 3.2.
    """
    import torch

    return [
        *mean_of_field(),
        torch.nn.Dropout(dropout),
        torch.nn.Linear(n_features, n_outputs),
    ]


def mean_of_field() -> list[Any]:
    """Return the layers from a field to the mean of each of its channels."""
    import torch

    return [torch.nn.AdaptiveAvgPool2d(1), torch.nn.Flatten()]


def standardise(pictures: Pixels) -> Any:
    """Return the layer that brings bytes to mean 0 and spread 1, each channel by itself.

    It is a convolution that learns nothing, so that the graph has it as well.

    Args:
        pictures: (n, height, width, 3) that teach.
    """
    import torch

    mean, spread = _scale_of(pictures[:: -(-len(pictures) // _N_LOOKED)])
    layer = torch.nn.Conv2d(3, 3, 1, groups=3).requires_grad_(requires_grad=False)
    set_scale(layer, mean=mean, spread=spread)
    return layer


def set_scale(layer: Any, *, mean: FloatArray, spread: FloatArray) -> None:
    """Let the layer of `standardise` bring other means and spreads to 0 and 1.

    Args:
        layer: as `standardise` made it.
        mean: (3,) of the channels, 0 to 255.
        spread: likewise, above 0.
    """
    import torch

    with torch.no_grad():
        layer.weight.copy_(torch.tensor(1 / spread).reshape(3, 1, 1, 1))
        layer.bias.copy_(torch.tensor(-mean / spread))


def _scale_of(pictures: Pixels) -> tuple[FloatArray, FloatArray]:
    """Return the mean and the spread, at least 1, of each channel; sums of bytes are exact.

    One picture is widened at a time: all of them would take sixteen times their size.
    """
    sums, squares = np.zeros(3, dtype=np.int64), np.zeros(3, dtype=np.int64)
    for each in pictures:
        values = each.reshape(-1, 3).astype(np.int64)
        sums += values.sum(axis=0)
        squares += np.square(values).sum(axis=0)
    n_values = pictures[..., 0].size
    mean = sums / n_values
    return mean, np.sqrt(np.maximum(squares / n_values - np.square(mean), 1.0))
