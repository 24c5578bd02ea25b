"""Changes pictures as another photographer might have taken them, each anew in every epoch.

Source: Krizhevsky, Sutskever, Hinton: ImageNet Classification with Deep Convolutional Neural
Networks (2012), section 4.1: mirrors, shifts and colours. The motions are one affine map.
"""

import math
from typing import Any

from modelyard.networks.training.regimes import Augmentation


def augmented(pictures: Any, how: Augmentation) -> Any:
    """Return changed pictures; what is drawn comes from torch's own generator.

    Args:
        pictures: (n, 3, height, width) float tensor of 0 to 255.
        how: which changes, and how large.
    """
    import torch

    n, device = len(pictures), pictures.device
    if how.horizontal_flip:
        is_mirrored = torch.rand(n, device=device) < 0.5
        pictures = torch.where(is_mirrored[:, None, None, None], pictures.flip(3), pictures)
    if how.moves:
        pictures = _moved(pictures, how)
    if how.colour_range > 0:
        pictures = _recoloured(pictures, how.colour_range)
    return pictures


def _moved(pictures: Any, how: Augmentation) -> Any:
    import torch

    n, device = len(pictures), pictures.device
    reach = math.radians(how.rotation_range)
    angle = (2 * torch.rand(n, device=device) - 1) * reach
    zoom = 1 - how.crop_range * torch.rand(n, device=device)
    shift = (2 * torch.rand(n, 2, device=device) - 1) * how.crop_range
    cos, sin = torch.cos(angle) * zoom, torch.sin(angle) * zoom
    rows = [torch.stack([cos, -sin, shift[:, 0]], 1), torch.stack([sin, cos, shift[:, 1]], 1)]
    grid = torch.nn.functional.affine_grid(
        torch.stack(rows, 1), list(pictures.shape), align_corners=False
    )
    return torch.nn.functional.grid_sample(
        pictures, grid, mode="bilinear", padding_mode="border", align_corners=False
    )


def _recoloured(pictures: Any, reach: float) -> Any:
    import torch

    n, device = len(pictures), pictures.device
    contrast, brightness = 1 + reach * (2 * torch.rand(2, n, 1, 1, 1, device=device) - 1)
    tints = 1 + reach / 2 * (2 * torch.rand(n, 3, 1, 1, device=device) - 1)
    mean = pictures.mean(dim=(1, 2, 3), keepdim=True)
    return ((pictures - mean) * contrast + mean * brightness).mul(tints).clamp(0, 255)
