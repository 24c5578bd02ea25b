"""Writes a network as a graph of ONNX, by the encoder of this product.

The network is traced by `torch.fx`, and each of its layers has one translation. torch's own
exporter would need two more libraries and half a minute for each model.
"""

import operator
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from modelyard.packaging.graphs.chains import FLOAT, Chain


def translated(network: Any, pixels: Chain) -> Chain:
    """Return the answers of a network.

    Args:
        network: in evaluation mode, from (n, 3, height, width) float32 to (n, m).
        pixels: (n, height, width, 3) uint8.

    Raises:
        NotImplementedError: if a layer has no translation.
    """
    from torch.fx import symbolic_trace

    layers, made = dict(network.named_modules()), dict[str, Chain]()
    for node in symbolic_trace(network).graph.nodes:
        taken = [made[each.name] for each in node.all_input_nodes]
        if node.op == "placeholder":
            floats = pixels.then("Cast", to=FLOAT)
            made[node.name] = floats.then("Transpose", perm=_ints(0, 3, 1, 2))
        elif node.op == "call_module":
            made[node.name] = _layer(layers[node.target], taken[0])
        elif node.op == "call_function":
            made[node.name] = _function(node, taken)
        elif node.op == "output":
            return taken[0]
        else:
            raise NotImplementedError(f"there is no translation of {node.op} {node.target}")
    raise NotImplementedError("the network has no output")


def _layer(layer: Any, value: Chain) -> Chain:
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
    if node.target is torch.flatten:
        return taken[0].then("Flatten", axis=1)
    raise NotImplementedError(f"there is no translation of the function {node.target}")


def _convolution(layer: Any, value: Chain) -> Chain:
    offsets = [] if layer.bias is None else [_values(layer.bias)]
    return value.then(
        "Conv",
        None,
        _values(layer.weight),
        *offsets,
        strides=_ints(*layer.stride),
        pads=_ints(*layer.padding, *layer.padding),
        dilations=_ints(*layer.dilation),
        group=int(layer.groups),
    )


def _batch_norm(layer: Any, value: Chain) -> Chain:
    """Scale and shift by what was seen in training: a convolution before it takes that in."""
    held = (layer.weight, layer.bias, layer.running_mean, layer.running_var)
    scale, shift, mean, variance = (_values(each).astype(np.float64) for each in held)
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
        "MaxPool", kernel_shape=_ints(*size), strides=_ints(*stride), pads=_ints(*padding, *padding)
    )


def _mean_pool(layer: Any, value: Chain) -> Chain:
    if _pair(layer.output_size) != (1, 1):
        raise NotImplementedError("a mean is taken over whole pictures alone")
    return value.then("GlobalAveragePool")


def _linear(layer: Any, value: Chain) -> Chain:
    return value.then("Gemm", None, _values(layer.weight), _values(layer.bias), transB=1)


def _values(tensor: Any) -> Any:
    return np.ascontiguousarray(tensor.detach().cpu().numpy())


def _ints(*values: int) -> Any:
    return np.array(values, dtype=np.int64)


def _pair(value: Any) -> tuple[int, int]:
    return value if isinstance(value, tuple) else (value, value)


_LAYERS: dict[str, Callable[[Any, Chain], Chain]] = {
    "Conv2d": _convolution,
    "BatchNorm2d": _batch_norm,
    "ReLU": lambda _, value: value.then("Relu"),
    "SiLU": lambda _, value: value.then("Mul", value.then("Sigmoid")),
    "Sigmoid": lambda _, value: value.then("Sigmoid"),
    "MaxPool2d": _max_pool,
    "AdaptiveAvgPool2d": _mean_pool,
    "Flatten": lambda _, value: value.then("Flatten", axis=1),
    "Linear": _linear,
    "Dropout": lambda _, value: value,
    "Identity": lambda _, value: value,
}
