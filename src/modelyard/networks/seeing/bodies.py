"""All of a network for pictures but its last layers, and what files of weights call its tensors."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

# Of our tensors, by the name in the network: the names by which files know them.
Names = Mapping[str, tuple[str, ...]]

_OF_CONVOLUTION = ("weight",)
_OF_NORM = ("weight", "bias", "running_mean", "running_var")
# What stands between layers and bears weights of its own, by the kind of layer.
_TENSORS = {"Conv2d": _OF_CONVOLUTION, "BatchNorm2d": _OF_NORM}


@dataclass(frozen=True)
class Body:
    """A network up to its last field.

    Attributes:
        layers: in order, the first of which brings pixels to mean 0 and spread 1.
        n_features: channels of the last field.
        names: of the tensors that may be loaded; empty where no files of weights are known.
        architecture: what timm calls it, where such files are known.
    """

    layers: list[Any]
    n_features: int
    names: Names = field(default_factory=dict)
    architecture: str = ""


def named(layer: Any, own: str, *theirs: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the tensors of one convolution or norm with their names elsewhere.

    Args:
        layer: the convolution or norm.
        own: its name in our network.
        theirs: its name in each known form of files, in their order.
    """
    tensors = list(_TENSORS[type(layer).__name__])
    if type(layer).__name__ == "Conv2d" and layer.bias is not None:
        tensors.append("bias")
    for tensor in tensors:
        yield f"{own}.{tensor}", tuple(f"{each}.{tensor}" for each in theirs)
