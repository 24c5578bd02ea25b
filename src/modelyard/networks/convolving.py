"""Reads items by their neighbours, in each layer from twice as far: convolutions in one dimension.

Source: Bai, Kolter, Koltun: An Empirical Evaluation of Generic Convolutional and Recurrent Networks
(2018), section 3, here looking both ways; the largest answer of a row: Kim: Convolutional Neural
Networks for Sentence Classification (2014), section 2, beside their mean.
"""

from typing import Any

from modelyard.networks.encoders import ints, mask_of, values_of
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
            widths = [n_in] + [channels] * n_layers
            self.layers = torch.nn.ModuleList(
                torch.nn.Conv1d(
                    widths[at],
                    channels,
                    kernel,
                    padding=2**at * (kernel // 2),
                    dilation=2**at,
                )
                for at in range(n_layers)
            )
            self.dropout = torch.nn.Dropout(dropout)
            self.n_out = 2 * channels

        def forward(self, items: Any, lengths: Any) -> Any:
            places = torch.arange(length, device=items.device)
            is_there = (places < lengths[:, None]).to(items.dtype)[:, None, :]
            values = items.transpose(1, 2) * is_there
            for at, layer in enumerate(self.layers):
                made = self.dropout(layer(values))
                values = torch.relu(made if at == 0 else made + values) * is_there
            # What is kept is 0 or more: a 0 behind the last item changes no maximum.
            return torch.cat([values.amax(2), values.sum(2) / lengths[:, None]], dim=1)

        def as_graph(self, items: Chain, lengths: Chain) -> Chain:
            is_there = mask_of(lengths, length).then("Unsqueeze", ints(1))
            values = items.then("Transpose", perm=ints(0, 2, 1)).then("Mul", is_there)
            for at, layer in enumerate(self.layers):
                made = _convolution(layer, values)
                made = made if at == 0 else made.then("Add", values)
                values = made.then("Relu").then("Mul", is_there)
            most = values.then("ReduceMax", ints(2), keepdims=0)
            mean = values.then("ReduceSum", ints(2), keepdims=0).then("Div", lengths)
            return most.then("Concat", None, mean, axis=1)

    return Convolving()


def _convolution(layer: Any, values: Chain) -> Chain:
    return values.then(
        "Conv",
        None,
        values_of(layer.weight),
        values_of(layer.bias),
        strides=ints(1),
        pads=ints(*layer.padding, *layer.padding),
        dilations=ints(*layer.dilation),
    )
