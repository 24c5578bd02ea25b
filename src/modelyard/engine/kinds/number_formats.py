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
    return _first(present, [(each, each.deciding_pattern) for each in formats_with_separators()])


def asked_number_format(cells: TextCells) -> NumberFormat | None:
    """Return the format by which a column is read that the user calls numbers.

    Where no cell decides, the decimal mark is that which a cell shows, or else that of the table.
    """
    present = _present(cells)
    formats = sorted(formats_with_signs(), key=lambda each: each.decimal != cells.decimal)
    return (
        _first(present, [(each, each.deciding_pattern) for each in formats if each.thousands])
        or _first(present, [(each, each.showing_pattern) for each in formats])
        or _first(present, [(each, "") for each in formats if each.decimal == cells.decimal])
    )


def _present(cells: TextCells) -> pl.Series:
    """Return the cells that are not missing in a column of numbers."""
    present = cells.text.drop_nulls()
    return present.filter(~present.is_in(list(tokens_among_numbers(cells.tokens))))


def _first(present: pl.Series, formats: Iterable[tuple[NumberFormat, str]]) -> NumberFormat | None:
    """Return the first format that all cells have, and of which one has the pattern beside it."""
    for each, deciding in formats:
        # The first cells rule nearly every format out.
        if not present.head(1).str.contains(each.pattern).all():
            continue
        if not present.str.contains(deciding).any():
            continue
        if len(present) and present.str.contains(each.pattern).all():
            return each
    return None
