"""Finds the one format in which a column writes numbers with separators of thousands and signs."""

from collections.abc import Iterable

import polars as pl

from modelyard.domain.cells import tokens_among_numbers
from modelyard.domain.number_formats import (
    NumberFormat,
    formats_with_separators,
    formats_with_signs,
)
from modelyard.engine.kinds.cells import TextCells


def find_number_format(cells: TextCells) -> NumberFormat | None:
    """Return the format of a column that leaves no doubt: all cells have it, and one decides.

    A cell with a separator and a decimal mark decides, such as `1,234.50`. `1,234` alone does not:
    it is a thousand to some and one and a bit to others.
    """
    present = _present(cells)
    return _first(present, formats_with_separators(), decides=True)


def asked_number_format(cells: TextCells) -> NumberFormat | None:
    """Return the format by which a column is read that the user calls numbers.

    Where no cell decides, the decimal mark is that of the table.
    """
    present = _present(cells)
    formats = tuple(formats_with_signs())
    deciding = _first(present, formats, decides=True)
    if deciding is not None:
        return deciding
    usual = [each for each in formats if each.decimal == cells.decimal]
    return _first(present, usual, decides=False)


def _present(cells: TextCells) -> pl.Series:
    """Return the cells that are not missing in a column of numbers."""
    present = cells.text.drop_nulls()
    return present.filter(~present.is_in(list(tokens_among_numbers(cells.tokens))))


def _first(
    present: pl.Series, formats: Iterable[NumberFormat], *, decides: bool
) -> NumberFormat | None:
    for each in formats:
        # The first cells rule nearly every format out.
        if not present.head(1).str.contains(each.pattern).all():
            continue
        if decides and not present.str.contains(each.deciding_pattern).any():
            continue
        if len(present) and present.str.contains(each.pattern).all():
            return each
    return None
