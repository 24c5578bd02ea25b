"""Reads items by what each of them is to all others: the encoder of a transformer.

Source: Vaswani et al.: Attention Is All You Need (2017), section 3; what is normalised before each
part: Xiong et al.: On Layer Normalization in the Transformer Architecture (2020). Places begin as
waves (Vaswani et al., section 3.5) and are learned from there (Devlin et al.: BERT, 2019).
"""

import math
from typing import Any

import numpy as np

from modelyard.networks.reading.encoders import mask_of, weighted
from modelyard.networks.writing.tensors import ints, values_of
from modelyard.packaging.graphs.chains import Chain

# Vaswani et al., section 3.3: the layer inside is four times as wide.
_TIMES_WIDER = 4
# Vaswani et al., section 3.5: the longest wave, in turns.
_LONGEST = 10_000.0
# exp(-1e9) is 0 in single precision.
_FAR_BELOW = np.array(-1e9, dtype=np.float32)


def attentive(
    length: int, n_in: int, *, width: int, n_heads: int, n_layers: int, dropout: float
) -> Any:
    """Return the layer from (n, length, n_in) and (n,) numbers of items to their mean, (n, width).

    Args:
        length: most items.
        n_in: width of an item as it comes.
        width: of an item within.
        n_heads: ways to look at the others; they part the width.
        n_layers: of attention and what follows it.
        dropout: share that each step leaves out.
    """
    import torch

    class Attentive(torch.nn.Module):  # type: ignore[misc] # torch is an extra, and untyped here
        """Tells items their places, lets them look at each other, and takes their mean."""

        def __init__(self) -> None:
            super().__init__()
            self.enter = torch.nn.Linear(n_in, width)
            self.places = torch.nn.Parameter(torch.from_numpy(_waves(length, width)))
            blocks = (_block(width, n_heads, dropout) for _ in range(n_layers))
            self.blocks = torch.nn.ModuleList(blocks)
            self.norm = torch.nn.LayerNorm(width)
            self.n_out = width

        def forward(self, items: Any, lengths: Any) -> Any:
            is_there = torch.arange(length, device=items.device) < lengths[:, None]
            items = self.enter(items) + self.places
            for block in self.blocks:
                items = block(items, is_there)
            kept = self.norm(items) * is_there[:, :, None]
            return kept.sum(1) / lengths[:, None]

        def as_graph(self, items: Chain, lengths: Chain) -> Chain:
            is_there = mask_of(lengths, length)
            off = is_there.then("Sub", np.array(1, dtype=np.float32))
            off = off.then("Mul", -_FAR_BELOW).then("Unsqueeze", ints(1, 2))
            items = weighted(items, self.enter).then("Add", values_of(self.places))
            for block in self.blocks:
                items = block.as_graph(items, off)
            kept = _normed(items, self.norm).then("Mul", is_there.then("Unsqueeze", ints(2)))
            return kept.then("ReduceSum", ints(1), keepdims=0).then("Div", lengths)

    return Attentive()


def _waves(length: int, width: int) -> Any:
    """Return (length, width): sines and cosines of the places, each pair slower than the last."""
    pace = _LONGEST ** (-2 * (np.arange(width) // 2) / width)
    turns = np.arange(length)[:, None] * pace
    return np.where(np.arange(width) % 2, np.cos(turns), np.sin(turns)).astype(np.float32)


def _block(width: int, n_heads: int, dropout: float) -> Any:
    import torch

    class Block(torch.nn.Module):  # type: ignore[misc] # torch is an extra, and untyped here
        """Attention, and a layer for each item by itself; each adds to what it was given."""

        def __init__(self) -> None:
            super().__init__()
            self.before, self.between = torch.nn.LayerNorm(width), torch.nn.LayerNorm(width)
            self.asked = torch.nn.Linear(width, 3 * width)
            self.told = torch.nn.Linear(width, width)
            self.wide = torch.nn.Linear(width, _TIMES_WIDER * width)
            self.narrow = torch.nn.Linear(_TIMES_WIDER * width, width)
            self.dropout = torch.nn.Dropout(dropout)

        def forward(self, items: Any, is_there: Any) -> Any:
            n, length, _ = items.shape
            shape = (n, length, 3, n_heads, width // n_heads)
            parts = self.asked(self.before(items)).view(shape).permute(2, 0, 3, 1, 4)
            found = torch.nn.functional.scaled_dot_product_attention(
                *parts, attn_mask=is_there[:, None, None, :]
            )
            found = found.transpose(1, 2).reshape(n, length, width)
            items = items + self.dropout(self.told(found))
            inside = torch.relu(self.wide(self.between(items)))
            return items + self.dropout(self.narrow(inside))

        def as_graph(self, items: Chain, off: Chain) -> Chain:
            found = _looked(weighted(_normed(items, self.before), self.asked), off, n_heads, width)
            items = items.then("Add", weighted(found, self.told))
            inside = weighted(_normed(items, self.between), self.wide).then("Relu")
            return items.then("Add", weighted(inside, self.narrow))

    return Block()


def _looked(asked: Chain, off: Chain, n_heads: int, width: int) -> Chain:
    """Return what each item finds with the others.

    Args:
        asked: (n, length, 3 * width): what items look for, what they show and what they tell.
        off: (n, 1, 1, length): far below 0 where there is no item.
        n_heads: which part the width.
        width: of an item.
    """
    wide = asked.then("Reshape", ints(0, 0, 3, n_heads, width // n_heads))
    wide = wide.then("Transpose", perm=ints(2, 0, 3, 1, 4))
    looked, shown, told = (
        wide.then("Gather", np.array(part, dtype=np.int64), axis=0) for part in range(3)
    )
    scale = np.array(1 / math.sqrt(width // n_heads), dtype=np.float32)
    near = looked.then("Mul", scale).then("MatMul", shown.then("Transpose", perm=ints(0, 1, 3, 2)))
    shares = near.then("Add", off).then("Softmax", axis=-1)
    found = shares.then("MatMul", told).then("Transpose", perm=ints(0, 2, 1, 3))
    return found.then("Reshape", ints(0, 0, width))


def _normed(value: Chain, layer: Any) -> Chain:
    # The epsilon of torch is that of ONNX where nothing else is said: 1e-5.
    held = (values_of(layer.weight), values_of(layer.bias))
    return value.then("LayerNormalization", None, *held, axis=-1)
