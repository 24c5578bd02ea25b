"""Reads items one after the other, and keeps of each what later ones are read by: LSTM and GRU.

Source: Hochreiter, Schmidhuber: Long Short-Term Memory, Neural Computation 9 (1997); Cho et al.:
Learning Phrase Representations using RNN Encoder-Decoder (2014), section 2.3; both ways: Schuster,
Paliwal: Bidirectional Recurrent Neural Networks (1997); the largest of all states and not the last,
which hardly learns from what came long before: Conneau et al.: Supervised Learning of Universal
Sentence Representations from Natural Language Inference Data (2017), section 3.2.2.
"""

from itertools import starmap
from typing import Any

import numpy as np

from modelyard.networks.reading.encoders import mask_of
from modelyard.networks.writing.tensors import ints, one, values_of
from modelyard.packaging.graphs.chains import Chain
from modelyard.packaging.graphs.messages import INT32

LSTM, GRU = "LSTM", "GRU"
# In which order ONNX wants the gates: torch has in, forget, cell, out, and reset, update, new.
_GATES = {LSTM: (0, 3, 1, 2), GRU: (1, 0, 2)}
# Below every state, which lies between -1 and 1.
_BELOW = -2.0
# The new state of a GRU takes the reset behind the product, as torch does (Cho et al. before it).
_OWN: dict[str, dict[str, Any]] = {LSTM: {}, GRU: {"linear_before_reset": 1}}


def recurrent(
    cell: str,
    shape: tuple[int, int],
    *,
    n_units: int,
    n_layers: int,
    both_ways: bool,
    dropout: float,
) -> Any:
    """Return the layer from (n, length, n_in) and (n,) numbers of items to the largest states.

    Args:
        cell: LSTM or GRU.
        shape: most items, and the width of an item.
        n_units: of each layer, and of each way.
        n_layers: one reads what the one before it makes.
        both_ways: whether items are read from the end as well.
        dropout: share of what lies between two layers that each step leaves out.
    """
    import torch

    length, n_in = shape

    class Recurrent(torch.nn.Module):  # type: ignore[misc] # torch is an extra, and untyped here
        """Reads each row to its own end."""

        def __init__(self) -> None:
            super().__init__()
            between = dropout if n_layers > 1 else 0.0
            options = {"batch_first": True, "bidirectional": both_ways, "dropout": between}
            self.cells = getattr(torch.nn, cell)(n_in, n_units, n_layers, **options)
            self.n_out = n_units * (1 + both_ways)

        def forward(self, items: Any, lengths: Any) -> Any:
            packed = torch.nn.utils.rnn.pack_padded_sequence(
                items, lengths.long().cpu(), batch_first=True, enforce_sorted=False
            )
            states, _ = torch.nn.utils.rnn.pad_packed_sequence(
                self.cells(packed)[0], batch_first=True, padding_value=_BELOW, total_length=length
            )
            return states.amax(1)

        def as_graph(self, items: Chain, lengths: Chain) -> Chain:
            states = _states(self.cells, items, lengths)
            return _largest(states, mask_of(lengths, length))

    return Recurrent()


def _states(cells: Any, items: Chain, lengths: Chain) -> Chain:
    """Return all states of the last layer: (length, n, n_out)."""
    counts = lengths.then("Squeeze", ints(1)).then("Cast", to=INT32)
    steps = items.then("Transpose", perm=ints(1, 0, 2))
    for at in range(cells.num_layers):
        made = _layer(cells, at, steps, counts).then("Transpose", perm=ints(0, 2, 1, 3))
        steps = made.then("Reshape", ints(0, 0, cells.hidden_size * (1 + cells.bidirectional)))
    return steps


def _largest(states: Chain, mask: Chain) -> Chain:
    """Return the largest of the states that have an item, (n, n_out)."""
    off = mask.then("Sub", one(1.0)).then("Mul", one(-_BELOW)).then("Unsqueeze", ints(2))
    found = states.then("Transpose", perm=ints(1, 0, 2)).then("Add", off)
    return found.then("ReduceMax", ints(1), keepdims=0)


def _layer(cells: Any, at: int, steps: Chain, counts: Chain) -> Chain:
    """Return all states of a layer: (length, ways, n, n_units), 0 behind the last item."""
    ways = ("", "_reverse") if cells.bidirectional else ("",)

    def gates(name: str, way: str) -> Any:
        rows = values_of(getattr(cells, f"{name}_l{at}{way}"))
        blocks = np.split(rows, len(_GATES[cells.mode]))
        return np.concatenate([blocks[each] for each in _GATES[cells.mode]])

    def stacked(*names: str) -> Any:
        pairs = ([(name, way) for name in names] for way in ways)
        return np.stack([np.concatenate(list(starmap(gates, each))) for each in pairs])

    return steps.then(
        cells.mode,
        None,
        stacked("weight_ih"),
        stacked("weight_hh"),
        stacked("bias_ih", "bias_hh"),
        counts,
        hidden_size=cells.hidden_size,
        direction="bidirectional" if cells.bidirectional else "forward",
        **_OWN[cells.mode],
    )
