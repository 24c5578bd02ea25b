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

    step = max(1, len(pictures) // _N_LOOKED)
    seen = np.asarray(pictures[::step], dtype=np.float32)
    layer = torch.nn.Conv2d(3, 3, 1, groups=3).requires_grad_(requires_grad=False)
    spread = np.maximum(seen.std(axis=(0, 1, 2), dtype=np.float64), 1.0)
    set_scale(layer, mean=seen.mean(axis=(0, 1, 2), dtype=np.float64), spread=spread)
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
