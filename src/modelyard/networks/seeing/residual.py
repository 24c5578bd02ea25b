"""The blocks of a residual network: convolutions whose sum is added to what they were given.

Source: He, Zhang, Ren, Sun: Deep Residual Learning for Image Recognition (2015), figures 2 and 5
and section 3.3, projections where the size changes (option B); the last scale of a block begins at
0 and the stride is that of the convolution of 3 × 3: Goyal et al.: Accurate, Large Minibatch SGD
(2017), section 5.1.
"""

from collections.abc import Iterator
from typing import Any

from modelyard.networks.seeing.bodies import named

# A narrow block ends four times as wide as it is inside.
_EXPANSION = 4


def residual(n_in: int, width: int, *, stride: int, is_narrow: bool) -> Any:
    """Return a block.

    Args:
        n_in: channels that it is given.
        width: channels inside, which are those that it makes where it is not narrow.
        stride: 2 halves the field.
        is_narrow: whether it has three convolutions, the outer ones of 1 × 1, in place of two.
    """
    import torch

    n_out = width * _EXPANSION if is_narrow else width
    straight = _narrow(n_in, width, stride) if is_narrow else _plain(n_in, width, stride)

    class Residual(torch.nn.Module):  # type: ignore[misc] # torch is an extra, and untyped here
        """Adds convolutions to their input."""

        def __init__(self) -> None:
            super().__init__()
            self.straight = torch.nn.Sequential(*straight)
            self.beside = _projection(n_in, n_out, stride=stride)
            self.bend = torch.nn.ReLU()
            self.n_out = n_out
            torch.nn.init.zeros_(self.straight[-1].weight)

        def forward(self, values: Any) -> Any:
            return self.bend(self.straight(values) + self.beside(values))

    return Residual()


def names_of_block(block: Any, own: str, *, theirs: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the tensors of a block with the names that torchvision and timm give them."""
    bearing = [at for at, each in enumerate(block.straight) if hasattr(each, "weight")]
    for place, at in enumerate(bearing):
        what = "bn" if place % 2 else "conv"
        told = f"{theirs}.{what}{place // 2 + 1}"
        yield from named(block.straight[at], f"{own}.straight.{at}", told)
    for at, layer in enumerate(block.beside.children()):
        yield from named(layer, f"{own}.beside.{at}", f"{theirs}.downsample.{at}")


def _plain(n_in: int, width: int, stride: int) -> list[Any]:
    import torch

    return [
        *_convolution(n_in, width, size=3, stride=stride),
        torch.nn.ReLU(),
        *_convolution(width, width, size=3),
    ]


def _narrow(n_in: int, width: int, stride: int) -> list[Any]:
    import torch

    return [
        *_convolution(n_in, width, size=1),
        torch.nn.ReLU(),
        *_convolution(width, width, size=3, stride=stride),
        torch.nn.ReLU(),
        *_convolution(width, width * _EXPANSION, size=1),
    ]


def _convolution(n_in: int, n_out: int, *, size: int, stride: int = 1) -> list[Any]:
    import torch

    return [
        torch.nn.Conv2d(n_in, n_out, size, stride=stride, padding=size // 2, bias=False),
        torch.nn.BatchNorm2d(n_out),
    ]


def _projection(n_in: int, n_out: int, *, stride: int) -> Any:
    """Return what brings the input of a block to the size of its output."""
    import torch

    if stride == 1 and n_in == n_out:
        return torch.nn.Identity()
    return torch.nn.Sequential(*_convolution(n_in, n_out, size=1, stride=stride))
