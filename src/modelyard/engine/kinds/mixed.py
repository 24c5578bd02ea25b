"""Reads columns that mix types, such as words beside numbers, value by value."""

from collections.abc import Sequence
from typing import Any

import polars as pl

from modelyard.domain.cells import INT64_MAX, INT64_MIN
from modelyard.domain.columns import Column, ColumnKind
from modelyard.domain.errors import DataError
from modelyard.domain.misfits import unfit_cell
from modelyard.domain.values import Grammar, Plain, cell_text, plain_value, reader_of, text_of


def is_mixed(series: pl.Series) -> bool:
    """Return whether the column holds Python values of more than one type."""
    return series.dtype == pl.Object


def settled(series: pl.Series) -> pl.Series:
    """Return a mixed column as one of the type that all its values fit, to find its kind.

    Numbers and truth values become numbers; where words stand beside other values, all become
    words. Whole numbers beyond 64 bits become words, because large numbers that differ would
    become equal as doubles. Other columns stay as they are.

    Raises:
        DataError: at the first value that no cell can hold, such as a list.
    """
    if not is_mixed(series):
        return series
    cells = [_require_cell(series.name, cell, row) for row, cell in enumerate(series.to_list())]
    types = {type(cell) for cell in cells} - {type(None)}
    if float in types and types <= {bool, int, float}:
        return _doubles(series.name, cells)
    whole = [int(cell) for cell in cells if isinstance(cell, int)]
    if types <= {bool, int} and all(INT64_MIN <= number <= INT64_MAX for number in whole):
        return pl.Series(series.name, [_whole(cell) for cell in cells], dtype=pl.Int64)
    if types <= {bool, int}:
        cells = [_whole(cell) for cell in cells]
    words = [None if cell is None else cell_text(cell) for cell in cells]
    return pl.Series(series.name, words, dtype=pl.String)


def read_mixed(series: pl.Series, wanted: Column, *, grammar: Grammar) -> pl.Series:
    """Return a mixed column in the physical type of the wanted kind; see `domain.values`.

    Returns:
        Float64 for both kinds of numbers, since a fraction may stand beside whole ones.

    Raises:
        UnparseableValue: at the first value that does not fit.
    """
    if wanted.kind.is_string:
        texts = _each(series, wanted, lambda value: text_of(value, grammar))
        return pl.Series(series.name, texts, dtype=pl.String)
    read = _each(series, wanted, reader_of(wanted, grammar))
    numbers = pl.Series(series.name, read, dtype=pl.Float64).fill_nan(None)
    if wanted.kind is ColumnKind.BOOLEAN:
        return numbers.cast(pl.Boolean)
    if wanted.kind is ColumnKind.DATETIME:
        return numbers.cast(pl.Int64).cast(pl.Datetime("us"))
    return numbers


def _each(series: pl.Series, wanted: Column, read: Any) -> list[Any]:
    cells, values, misfits = series.to_list(), [], list[int]()
    for at, value in enumerate(cells):
        try:
            values.append(read(value))
        except ValueError:
            misfits.append(at)
    if misfits:
        raise unfit_cell(wanted, cells[misfits[0]], row=misfits[0] + 1, misfits=misfits)
    return values


def _require_cell(name: str, value: object, row: int) -> Plain:
    try:
        cell = plain_value(value)
        if cell is not None:
            # Half of a surrogate pair cannot be encoded, which is a ValueError.
            cell_text(cell).encode()
    except ValueError as error:
        raise DataError(
            f"Column '{name}' holds a value of type {type(value).__name__} in row {row + 1}; a "
            f"cell must be one number, word, date or truth value.",
            fix=f"Unfold '{name}' into columns of its own, or drop it; lists of numbers may be "
            "read as kind sequence.",
            row=row + 1,
            column=name,
            sample=type(value).__name__,
        ) from error
    return None if cell != cell else cell  # noqa: PLR0124 -- NaN


def _doubles(name: str, cells: Sequence[Any]) -> pl.Series:
    return pl.Series(name, [None if cell is None else _double(cell) for cell in cells])


def _double(cell: float) -> float:
    try:
        return float(cell)
    except OverflowError:
        return float("inf")


def _whole(cell: Any) -> int | None:
    return None if cell is None else int(cell)
