"""Reads items by their neighbours, in each layer from twice as far: convolutions in one dimension.

Source: Bai, Kolter, Koltun: An Empirical Evaluation of Generic Convolutional and Recurrent Networks
(2018), section 3, here looking both ways; the largest answer of a row: Kim: Convolutional Neural
Networks for Sentence Classification (2014), section 2, beside their mean.
"""

from collections.abc import Iterable
from typing import Any

from modelyard.networks.reading.encoders import mask_of
from modelyard.networks.writing.tensors import ints, values_of
from modelyard.packaging.graphs.chains import Chain


def convolving(
    length: int, n_in: int, *, channels: int, kernel: int, n_layers: int, dropout: float
) -> Any:
    """Return the layer from (n, length, n_in) and (n,) numbers of items to (n, 2 * channels).

    Args:
        length: most items.
        n_in: width of an item.
        channels: of each convolution.
        kernel: neighbours that it sees, an odd number.
        n_layers: of convolutions.
        dropout: share of the channels that each step leaves out.
    """
    import torch

    class Convolving(torch.nn.Module):  # type: ignore[misc] # torch is an extra, and untyped here
        """Convolutions that add to what they were given, and are 0 behind the last item."""

        def __init__(self) -> None:
            super().__init__()
            self.layers = torch.nn.ModuleList(
                torch.nn.Conv1d(width, channels, kernel, padding="same", dilation=2**at)
                for at, width in enumerate([n_in] + [channels] * (n_layers - 1))
            )
            self.dropout = torch.nn.Dropout(dropout)
            self.n_out = 2 * channels

        def forward(self, items: Any, lengths: Any) -> Any:
            places = torch.arange(length, device=items.device)
            is_there = (places < lengths[:, None]).to(items.dtype)[:, None, :]
            values = items.transpose(1, 2) * is_there
            for at, layer in enumerate(self.layers):
                made = self.dropout(layer(values)) + (values if at else 0)
                values = torch.relu(made) * is_there
            # What is kept is 0 or more: a 0 behind the last item changes no maximum.
            return torch.cat([values.amax(2), values.sum(2) / lengths[:, None]], dim=1)

        def as_graph(self, items: Chain, lengths: Chain) -> Chain:
            values = _convolved(self.layers, items, mask_of(lengths, length))
            most = values.then("ReduceMax", ints(2), keepdims=0)
            mean = values.then("ReduceSum", ints(2), keepdims=0).then("Div", lengths)
            return most.then("Concat", None, mean, axis=1)

    return Convolving()


def _convolved(layers: Iterable[Any], items: Chain, mask: Chain) -> Chain:
    """Return what the convolutions make of items: (n, channels, length)."""
    is_there = mask.then("Unsqueeze", ints(1))
    values = items.then("Transpose", perm=ints(0, 2, 1)).then("Mul", is_there)
    for at, layer in enumerate(layers):
        made = _convolution(layer, values)
        made = made if at == 0 else made.then("Add", values)
        values = made.then("Relu").then("Mul", is_there)
    return values


def _convolution(layer: Any, values: Chain) -> Chain:
    (dilation,), (kernel,) = layer.dilation, layer.kernel_size
    beside = dilation * (kernel // 2)
    return values.then(
        "Conv",
        None,
        values_of(layer.weight),
        values_of(layer.bias),
        strides=ints(1),
        pads=ints(beside, beside),
        dilations=ints(dilation),
    )
