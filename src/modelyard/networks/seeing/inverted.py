"""The block of EfficientNet: wide inside and narrow outside, each channel scaled by what it saw.

Sources: Sandler et al.: MobileNetV2 (2018), section 3.3, for the block; Hu, Shen, Sun:
Squeeze-and-Excitation Networks (2018), section 3, for the scales; Tan, Le: EfficientNet (2019),
section 4, for both together, SiLU between them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from modelyard.networks.seeing.bodies import named

# Of the channels that a block is given: those that its scales are made of.
_SQUEEZED = 4


@dataclass(frozen=True)
class Inverted:
    """The measures of a block.

    Attributes:
        n_in, n_out: channels that it is given and that it makes.
        widening: how many times as wide it is inside.
        size: of the convolution of each channel by itself.
        stride: 2 halves the field.
    """

    n_in: int
    n_out: int
    widening: int
    size: int
    stride: int

    def built(self) -> Any:
        """Return the block."""
        import torch

        inside = self.n_in * self.widening
        widens = convolution(self.n_in, inside, size=1) if self.widening > 1 else []
        own = convolution(inside, inside, size=self.size, stride=self.stride, groups=inside)
        narrows = convolution(inside, self.n_out, size=1)[:2]
        gate = _gate(inside, max(1, self.n_in // _SQUEEZED))
        adds = self.stride == 1 and self.n_in == self.n_out

        class Block(torch.nn.Module):  # type: ignore[misc] # torch is an extra, and untyped here
            """Widens, looks at each channel, scales it, and narrows."""

            def __init__(self) -> None:
                super().__init__()
                self.wide = torch.nn.Sequential(*widens)
                self.own = torch.nn.Sequential(*own)
                self.gate = torch.nn.Sequential(*gate)
                self.narrow = torch.nn.Sequential(*narrows)

            def forward(self, values: Any) -> Any:
                widened = self.wide(values)
                # Gradients alone go wrong, and `torch.fx` traces no choice by the device.
                if self.training:
                    seen = self.own[1:](_looked_at(self.own[0], widened))
                else:
                    seen = self.own(widened)
                made = self.narrow(seen * self.gate(seen))
                return made + values if adds else made

        return Block()


def convolution(n_in: int, n_out: int, *, size: int, stride: int = 1, groups: int = 1) -> list[Any]:
    """Return a convolution, its norm and its bend."""
    import torch

    return [
        torch.nn.Conv2d(
            n_in, n_out, size, stride=stride, padding=size // 2, groups=groups, bias=False
        ),
        torch.nn.BatchNorm2d(n_out),
        torch.nn.SiLU(),
    ]


def names_of_block(
    block: Any, own: str, *, timm: str, torchvision: str
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the tensors of a block with the names that timm and torchvision give them."""
    is_wide = len(block.wide) > 0
    words = ("conv_pw", "conv_dw", "conv_pwl") if is_wide else ("", "conv_dw", "conv_pw")
    parts = [block.wide, block.own, block.narrow] if is_wide else [block.own, block.narrow]
    held = ("wide", "own", "narrow") if is_wide else ("own", "narrow")
    for place, (part, name) in enumerate(zip(parts, held, strict=True)):
        # Between what each channel sees and what narrows it, torchvision counts the gate.
        theirs = f"{torchvision}.block.{place + (name == 'narrow')}"
        word = words[("wide", "own", "narrow").index(name)]
        yield from named(part[0], f"{own}.{name}.0", f"{timm}.{word}", f"{theirs}.0")
        yield from named(part[1], f"{own}.{name}.1", f"{timm}.bn{place + 1}", f"{theirs}.1")
    gate = f"{torchvision}.block.{len(parts) - 1}"
    yield from named(block.gate[1], f"{own}.gate.1", f"{timm}.se.conv_reduce", f"{gate}.fc1")
    yield from named(block.gate[3], f"{own}.gate.3", f"{timm}.se.conv_expand", f"{gate}.fc2")


def _looked_at(layer: Any, values: Any) -> Any:
    """Return what a convolution of each channel by itself sees; on a CPU in single precision.

    In bfloat16 oneDNN 3.12 leaves gradients of its weights unwritten where the stride is 2 and the
    field is one pixel wide, and takes three times as long for 5 × 5.
    """
    import torch

    if values.device.type != "cpu":
        return layer(values)
    with torch.autocast("cpu", enabled=False):
        return layer(values.float())


def _gate(n_channels: int, n_inside: int) -> list[Any]:
    import torch

    return [
        torch.nn.AdaptiveAvgPool2d(1),
        torch.nn.Conv2d(n_channels, n_inside, 1),
        torch.nn.SiLU(),
        torch.nn.Conv2d(n_inside, n_channels, 1),
        torch.nn.Sigmoid(),
    ]
