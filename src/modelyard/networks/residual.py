"""The block of a residual network: two convolutions whose sum is added to what they were given.

Source: He, Zhang, Ren, Sun: Deep Residual Learning for Image Recognition (2015), figure 2 and
section 3.3, projections where the size changes (option B); the last scale of a block begins at 0:
Goyal et al.: Accurate, Large Minibatch SGD (2017), section 5.1.
"""

from typing import Any


def residual(n_in: int, n_out: int, *, stride: int) -> Any:
    """Return a block.

    Args:
        n_in: channels that it is given.
        n_out: channels that it makes.
        stride: 2 halves the field.
    """
    import torch

    class Residual(torch.nn.Module):  # type: ignore[misc] # torch is an extra, and untyped here
        """Adds two convolutions to their input."""

        def __init__(self) -> None:
            super().__init__()
            self.straight = torch.nn.Sequential(
                torch.nn.Conv2d(n_in, n_out, 3, stride=stride, padding=1, bias=False),
                torch.nn.BatchNorm2d(n_out),
                torch.nn.ReLU(),
                torch.nn.Conv2d(n_out, n_out, 3, padding=1, bias=False),
                torch.nn.BatchNorm2d(n_out),
            )
            self.beside = _projection(n_in, n_out, stride=stride)
            self.bend = torch.nn.ReLU()
            torch.nn.init.zeros_(self.straight[-1].weight)

        def forward(self, values: Any) -> Any:
            return self.bend(self.straight(values) + self.beside(values))

    return Residual()


def _projection(n_in: int, n_out: int, *, stride: int) -> Any:
    """Return what brings the input of a block to the size of its output."""
    import torch

    if stride == 1 and n_in == n_out:
        return torch.nn.Identity()
    return torch.nn.Sequential(
        torch.nn.Conv2d(n_in, n_out, 1, stride=stride, bias=False), torch.nn.BatchNorm2d(n_out)
    )
