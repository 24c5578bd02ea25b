"""Writes a network as a graph of ONNX, by the encoder of this product.

The network is traced by `torch.fx`, and each of its layers has one translation. torch's own
exporter would need two more libraries and half a minute for each model.
"""

import operator
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from modelyard.networks.writing.tensors import ints, values_of
from modelyard.packaging.graphs.chains import FLOAT, Chain

# What a network calls the matrix that it takes.
MATRIX = "matrix"


def translated(network: Any, pixels: Chain | None, *, matrix: Chain | None = None) -> Chain:
    """Return the answers of a network.

    Args:
        network: in evaluation mode; it takes `matrix`, (n, k) float32, and whatever else it takes
            are pictures, (n, 3, height, width) float32. It gives (n, m).
        pixels: (n, height, width, 3) uint8.
        matrix: (n, k) float32.

    Raises:
        NotImplementedError: if a layer has no translation.
    """
    layers, made = dict(network.named_modules()), dict[str, Chain]()
    for node in _traced(network).nodes:
        taken = [made[each.name] for each in node.all_input_nodes]
        if node.op == "placeholder" and node.target == MATRIX and matrix is not None:
            made[node.name] = matrix
        elif node.op == "placeholder" and pixels is not None:
            floats = pixels.then("Cast", to=FLOAT)
            made[node.name] = floats.then("Transpose", perm=ints(0, 3, 1, 2))
        elif node.op == "call_module":
            made[node.name] = _layer(layers[node.target], taken[0])
        elif node.op == "call_function":
            made[node.name] = _function(node, taken)
        elif node.op == "output":
            return taken[0]
        else:
            raise NotImplementedError(f"there is no translation of {node.op} {node.target}")
    raise NotImplementedError("the network has no output")


def _traced(network: Any) -> Any:
    """Return what a network does; layers that write themselves as a graph are looked at no closer.

    They have a method `as_graph`, from the chain of what they take to that of what they give.
    """
    from torch.fx import Tracer

    class LeavesAlone(Tracer):  # type: ignore[misc] # torch is an extra, and untyped here
        """Takes such layers as one."""

        def is_leaf_module(self, m: Any, module_qualified_name: str) -> bool:
            known: bool = super().is_leaf_module(m, module_qualified_name)
            return known or hasattr(m, "as_graph")

    return LeavesAlone().trace(network)


def _layer(layer: Any, value: Chain) -> Chain:
    if hasattr(layer, "as_graph"):
        made: Chain = layer.as_graph(value)
        return made
    kind = type(layer).__name__
    if kind not in _LAYERS:
        raise NotImplementedError(f"there is no translation of the layer {kind}")
    return _LAYERS[kind](layer, value)


def _function(node: Any, taken: list[Chain]) -> Chain:
    import torch

    if node.target in {operator.add, torch.add} and len(taken) == 2:
        return taken[0].then("Add", taken[1])
    if node.target in {operator.mul, torch.mul} and len(taken) == 2:
        return taken[0].then("Mul", taken[1])
    if node.target is torch.cat:
        return taken[0].then("Concat", None, *taken[1:], axis=1)
    if node.target is torch.flatten:
        return taken[0].then("Flatten", axis=1)
    raise NotImplementedError(f"there is no translation of the function {node.target}")


def _convolution(layer: Any, value: Chain) -> Chain:
    offsets = [] if layer.bias is None else [values_of(layer.bias)]
    return value.then(
        "Conv",
        None,
        values_of(layer.weight),
        *offsets,
        strides=ints(*layer.stride),
        pads=ints(*layer.padding, *layer.padding),
        dilations=ints(*layer.dilation),
        group=int(layer.groups),
    )


def _batch_norm(layer: Any, value: Chain) -> Chain:
    """Scale and shift by what was seen in training: a convolution before it takes that in."""
    held = (layer.weight, layer.bias, layer.running_mean, layer.running_var)
    scale, shift, mean, variance = (values_of(each).astype(np.float64) for each in held)
    scale = scale / np.sqrt(variance + layer.eps)
    shift = shift - mean * scale
    link = value.link
    if link is None or link.op != "Conv":
        wide = (each.astype(np.float32).reshape(1, -1, 1, 1) for each in (scale, shift))
        return value.then("Mul", next(wide)).then("Add", next(wide))
    taken, weights, *offsets = link.inputs
    folded = weights * scale[:, None, None, None]
    moved = shift + (scale * offsets[0] if offsets else 0.0)
    inputs = (taken, folded.astype(np.float32), moved.astype(np.float32))
    return Chain(replace(link, inputs=inputs))


def _max_pool(layer: Any, value: Chain) -> Chain:
    size, stride, padding = (
        _pair(each) for each in (layer.kernel_size, layer.stride, layer.padding)
    )
    return value.then(
        "MaxPool", kernel_shape=ints(*size), strides=ints(*stride), pads=ints(*padding, *padding)
    )


def _mean_pool(layer: Any, value: Chain) -> Chain:
    if _pair(layer.output_size) != (1, 1):
        raise NotImplementedError("a mean is taken over whole pictures alone")
    return value.then("GlobalAveragePool")


def _linear(layer: Any, value: Chain) -> Chain:
    return value.then("Gemm", None, values_of(layer.weight), values_of(layer.bias), transB=1)


def _pair(value: Any) -> tuple[int, int]:
    return value if isinstance(value, tuple) else (value, value)


_LAYERS: dict[str, Callable[[Any, Chain], Chain]] = {
    "Conv2d": _convolution,
    "BatchNorm2d": _batch_norm,
    "ReLU": lambda _, value: value.then("Relu"),
    "Tanh": lambda _, value: value.then("Tanh"),
    "SiLU": lambda _, value: value.then("Mul", value.then("Sigmoid")),
    "Sigmoid": lambda _, value: value.then("Sigmoid"),
    "MaxPool2d": _max_pool,
    "AdaptiveAvgPool2d": _mean_pool,
    "Flatten": lambda _, value: value.then("Flatten", axis=1),
    "Linear": _linear,
    "Dropout": lambda _, value: value,
    "Identity": lambda _, value: value,
}
