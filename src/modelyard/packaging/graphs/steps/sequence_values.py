"""Numbers of sequences, standardised and side by side, as a graph.

A sequence is a text of numbers with one space between two of them, as a table holds it.
"""

import numpy as np

from modelyard.packaging.graphs.chains import DOUBLE, Chain
from modelyard.packaging.graphs.forms import (
    SPLITS_TEXTS,
    Columns,
    Form,
    as_double,
    beside,
    chosen,
    padded,
    parted,
)
from modelyard.runtime.steps.sequence_values import SequenceValues

_NONE, _ZERO = np.array([""], dtype=object), np.array(["0"], dtype=object)


def _write(step: SequenceValues, columns: Columns) -> Chain:
    made = []
    places = np.arange(step.length, dtype=np.int64)[None, :]
    for at, (center, spread) in enumerate(zip(step.centers, step.spreads, strict=True)):
        parts, counts = parted(columns.column(at))
        numbers = chosen(parts.then("Equal", _NONE), one=_ZERO, other=parts).then("Cast", to=DOUBLE)
        n_kept = counts.then("Min", np.array([step.length], dtype=np.int64))
        # The end of a sequence is kept: it begins that much behind the first number.
        taken = counts.then("Sub", n_kept).then("Add", places)
        items = padded(numbers, step.length).then("GatherElements", taken, axis=1)
        items = items.then("Sub", np.array([[center]])).then("Div", np.array([[spread]]))
        is_there = n_kept.then("Greater", places)
        nothing = np.zeros((1, 1))
        made += [as_double(n_kept), is_there.then("Where", None, items, nothing)]
    return beside(made)


FORM = Form(SequenceValues, _write, opset=SPLITS_TEXTS)
