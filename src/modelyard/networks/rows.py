"""Rows of pictures as networks learn from them: bytes in memory or in a file, floats in batches."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from modelyard.protocols.algorithms import Pixels

# Pictures that lie on a GPU as a whole; more go there batch by batch.
_ON_DEVICE_BYTES = 4 << 30


@dataclass(frozen=True)
class Rows:
    """Pictures with what is to be answered for them.

    Attributes:
        pictures: (n, height, width, 3) uint8.
        targets: (n,) int64 classes, or float32 values around 0.
        weight: (n,) float32, 1 on average; None for equal weights.
    """

    pictures: Pixels
    targets: npt.NDArray[Any]
    weight: npt.NDArray[np.float32] | None = None

    def __len__(self) -> int:
        return len(self.targets)


@dataclass(frozen=True)
class Source:
    """Rows as tensors: pictures where they lie, and batches of them where they are needed."""

    pictures: Any
    targets: Any
    weight: Any
    device: str

    def __len__(self) -> int:
        return len(self.targets)

    def batch(self, rows: Any) -> tuple[Any, Any, Any]:
        """Return pictures as (n, 3, height, width) float32, targets, and weights or None."""
        own = rows.to(self.pictures.device)
        # The channels stay last in memory, which is what convolutions on a CPU like best.
        pictures = self.pictures[own].to(self.device).permute(0, 3, 1, 2).float()
        rows = rows.to(self.device)
        return pictures, self.targets[rows], None if self.weight is None else self.weight[rows]

    @classmethod
    def on(cls, device: str, rows: Rows) -> Self:
        """Return rows as a network on a device takes them."""
        import torch

        pictures = torch.from_numpy(rows.pictures)
        if rows.pictures.nbytes <= _ON_DEVICE_BYTES:
            pictures = pictures.to(device)
        weight = None if rows.weight is None else torch.from_numpy(rows.weight).to(device)
        return cls(pictures, torch.from_numpy(rows.targets).to(device), weight, device)
