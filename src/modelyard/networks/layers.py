"""Layers that the networks for pictures share: the first, and the last."""

from typing import Any

import numpy as np

from modelyard.protocols.algorithms import Pixels

# Pictures by which the spread of the pixels is told.
_N_LOOKED = 2_000


def head(n_features: int, n_outputs: int, *, dropout: float) -> list[Any]:
    """Return the layers from the last field to the answers: its mean, and a weighted sum.

    Source: Lin, Chen, Yan: Network In Network (2013), section 3.2.
    """
    import torch

    return [
        torch.nn.AdaptiveAvgPool2d(1),
        torch.nn.Flatten(),
        torch.nn.Dropout(dropout),
        torch.nn.Linear(n_features, n_outputs),
    ]


def standardise(pictures: Pixels) -> Any:
    """Return the layer that brings bytes to mean 0 and spread 1, each channel by itself.

    It is a convolution that learns nothing, so that the graph has it as well.

    Args:
        pictures: (n, height, width, 3) that teach.
    """
    import torch

    step = max(1, len(pictures) // _N_LOOKED)
    seen = np.asarray(pictures[::step], dtype=np.float32)
    mean = seen.mean(axis=(0, 1, 2), dtype=np.float64)
    spread = np.maximum(seen.std(axis=(0, 1, 2), dtype=np.float64), 1.0)
    layer = torch.nn.Conv2d(3, 3, 1, groups=3)
    with torch.no_grad():
        layer.weight.copy_(torch.tensor(1 / spread).reshape(3, 1, 1, 1))
        layer.bias.copy_(torch.tensor(-mean / spread))
    return layer.requires_grad_(requires_grad=False)
