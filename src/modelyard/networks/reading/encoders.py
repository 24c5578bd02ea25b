"""Turns one text or sequence of a matrix into a vector: cut out, numbered words embedded, read.

What reads is one of `recurrent`, `attention` and `convolving`: a layer from (n, length, width) and
the number of items of each row to (n, m), which writes itself as a graph as well. Where a row has
no item it reads one step of nothing, so that there is something to answer for.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from modelyard.networks.writing.tensors import ints, one, values_of
from modelyard.packaging.graphs.chains import FLOAT, INT64, Chain
from modelyard.protocols.algorithms import FloatArray, Span

# From the length of a span and the width of its items to the layer that reads it.
Reader = Callable[[int, int], Any]

# How much further than in training a number may lie.
_TIMES_LARGEST = 10.0


def encoder(span: Span, reader: Reader, *, width: int, dropout: float) -> Any:
    """Return the layer from an (n, k) float32 matrix to (n, m), what it has read of a span.

    Args:
        span: of the matrix.
        reader: makes the layer that reads the items; it tells its m as `n_out`.
        width: numbers that a word is given.
        dropout: share of them that each step leaves out.
    """
    import torch

    class Encoder(torch.nn.Module):  # type: ignore[misc] # torch is an extra, and untyped here
        """Cuts the items out, and reads them."""

        def __init__(self) -> None:
            super().__init__()
            is_text = span.n_ids > 0
            self.words = torch.nn.Embedding(span.n_ids, width, padding_idx=0) if is_text else None
            self.dropout = torch.nn.Dropout(dropout)
            self.reader = reader(span.length, width if is_text else 1)
            self.n_out = self.reader.n_out

        def forward(self, matrix: Any) -> Any:
            lengths = matrix[:, span.start].clamp(min=1)
            items = matrix[:, span.start + 1 : span.stop]
            items = items[:, :, None] if self.words is None else self.words(items.long())
            return self.reader(self.dropout(items), lengths)

        def as_graph(self, matrix: Chain) -> Chain:
            lengths = cut(matrix, start=span.start, stop=span.start + 1).then("Max", one(1.0))
            items = cut(matrix, start=span.start + 1, stop=span.stop)
            if self.words is None:
                items = items.then("Unsqueeze", ints(2))
            else:
                ids = items.then("Cast", to=INT64)
                items = ids.then("Gather", values_of(self.words.weight), None, axis=0)
            made: Chain = self.reader.as_graph(items, lengths)
            return made

    return Encoder()


def reach_of(X: FloatArray, spans: tuple[Span, ...]) -> FloatArray:
    """Return how far from 0 each column of the matrix may lie, (k,): beyond nothing is known.

    Columns of ids and of counts keep whatever they may hold.
    """
    reach: FloatArray = _TIMES_LARGEST * np.abs(X).max(axis=0, initial=0.0)
    for span in spans:
        part = slice(span.start, span.stop)
        reach[part] = max(reach[part].max(), span.length, span.n_ids)
    return reach


def cut(matrix: Chain, *, start: int, stop: int) -> Chain:
    """Return columns of a matrix."""
    return matrix.then("Slice", ints(start), ints(stop), ints(1))


def mask_of(lengths: Chain, length: int) -> Chain:
    """Return (n, length): 1 where a row has an item and 0 behind, of (n, 1) numbers of items."""
    places = np.arange(length, dtype=np.float32)[None, :]
    return lengths.then("Greater", places).then("Cast", to=FLOAT)


def weighted(value: Chain, layer: Any) -> Chain:
    """Return what a linear layer makes of values of any number of dimensions."""
    made = value.then("MatMul", values_of(layer.weight.T))
    return made if layer.bias is None else made.then("Add", values_of(layer.bias))
