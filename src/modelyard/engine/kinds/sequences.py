"""Reads a column as sequences of numbers, of whatever type its cells are."""

from dataclasses import replace

import polars as pl

from modelyard.domain.columns import Column
from modelyard.domain.misfits import unfit_cell
from modelyard.domain.sequences import sequence_of
from modelyard.domain.values import Grammar
from modelyard.engine.kinds.finding import Typed
from modelyard.engine.kinds.typed import is_categorical


def read_sequences(series: pl.Series, wanted: Column, *, grammar: Grammar) -> Typed:
    """Return a column of texts, lists or numbers as kind SEQUENCE: a String, null where missing.

    Raises:
        UnparseableValue: at the first cell that holds something else.
    """
    if isinstance(series.dtype, pl.Array):
        series = series.arr.to_list()
    cells = (series.cast(pl.String) if is_categorical(series) else series).to_list()
    read: list[str | None] = []
    misfits: list[int] = []
    for row, cell in enumerate(cells):
        try:
            read.append(sequence_of(cell, grammar))
        except ValueError:
            misfits.append(row)
    if misfits:
        row = misfits[0]
        raise unfit_cell(wanted, cells[row], row=row + 1, decimal=grammar.decimal, misfits=misfits)
    lengths = [cell.count(" ") + 1 for cell in read if cell is not None]
    told = f" They hold {min(lengths):,} to {max(lengths):,} numbers." if lengths else ""
    column = replace(wanted, reason=f"{wanted.reason}{told}")
    return Typed(column, pl.Series(series.name, read, dtype=pl.String), {})
