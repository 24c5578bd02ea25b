"""Rows as networks learn from them: pictures as bytes in memory or in a file, floats in batches."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from modelyard.protocols.algorithms import Pixels

# Pictures that lie on a GPU as a whole; more go there batch by batch.
_ON_DEVICE_BYTES = 4 << 30


@dataclass(frozen=True)
class Rows:
    """Pictures, a matrix or both, with what is to be answered for them.

    Attributes:
        pictures: (n, height, width, 3) uint8; None where the network sees none.
        targets: (n,) int64 classes, or float32 values around 0.
        weight: (n,) float32, 1 on average; None for equal weights.
        matrix: (n, k) float32; None where the network takes none.
    """

    pictures: Pixels | None
    targets: npt.NDArray[Any]
    weight: npt.NDArray[np.float32] | None = None
    matrix: npt.NDArray[np.float32] | None = None

    def __len__(self) -> int:
        return len(self.targets)


@dataclass(frozen=True)
class Source:
    """Rows as tensors: pictures where they lie, and batches of them where they are needed."""

    pictures: Any
    targets: Any
    weight: Any
    matrix: Any
    device: str

    def __len__(self) -> int:
        return len(self.targets)

    def batch(self, rows: Any) -> tuple[tuple[Any, ...], Any, Any]:
        """Return what the network takes of rows, their targets, and weights or None.

        These are pictures as (n, 3, height, width) float32, where it sees any, and the matrix.
        """
        inputs: tuple[Any, ...] = ()
        if self.pictures is not None:
            own = rows.to(self.pictures.device)
            # The channels stay last in memory, which is what convolutions on a CPU like best.
            inputs = (self.pictures[own].to(self.device).permute(0, 3, 1, 2).float(),)
        rows = rows.to(self.device)
        if self.matrix is not None:
            inputs = (*inputs, self.matrix[rows])
        return inputs, self.targets[rows], None if self.weight is None else self.weight[rows]

    @classmethod
    def on(cls, device: str, rows: Rows) -> Self:
        """Return rows as a network on a device takes them."""
        import torch

        def there(values: npt.NDArray[Any] | None) -> Any:
            return None if values is None else torch.from_numpy(values).to(device)

        pictures = None if rows.pictures is None else torch.from_numpy(rows.pictures)
        if pictures is not None and pictures.nbytes <= _ON_DEVICE_BYTES:
            pictures = pictures.to(device)
        return cls(pictures, there(rows.targets), there(rows.weight), there(rows.matrix), device)
