"""Turns lists of Python values into typed columns, or keeps them as they are where types mix."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

import numpy as np
import polars as pl

from modelyard.domain.cells import INT64_MAX, INT64_MIN
from modelyard.domain.errors import DataError
from modelyard.domain.values import Plain, is_beyond_writing, naive_moment, plain_value

# Whole numbers below this are doubles without loss.
_EXACT = 2**53


def frame_of_columns(columns: Mapping[str, Any]) -> pl.DataFrame:
    """Return the frame of equally long columns; see `series_of`."""
    return pl.DataFrame([series_of(name, values) for name, values in columns.items()])


def series_of(name: str, values: Any) -> pl.Series:
    """Return a column of the one type that holds all values as they are.

    None, the missing values of pandas and NaN beside other types are missing; NaN among numbers
    stays NaN. Where no one type holds all values, because words stand beside numbers or a value is
    no cell at all, the column is of type Object and keeps the values: what they mean depends on
    the kind as which the column is read.

    Args:
        name: of the column.
        values: a list of Python or numpy scalars, a numpy array, or a polars Series.
    """
    if isinstance(values, pl.Series):
        return values.alias(name)
    if isinstance(values, np.ndarray) and values.ndim == 1 and values.dtype.kind in "biufmM":
        return _of_numpy(name, values)
    try:
        return _of_one_type(name, [plain_value(value) for value in values])
    except (TypeError, ValueError, OverflowError, pl.exceptions.PolarsError):
        return _mixed(name, values)


def _of_one_type(name: str, cells: Sequence[Plain]) -> pl.Series:
    """Return the column, or raise ValueError where no one type holds all cells as they are."""
    types = {type(cell) for cell in cells} - {type(None)}
    if float in types and not types <= {int, float}:
        cells = [None if cell != cell else cell for cell in cells]  # noqa: PLR0124 -- NaN
        types = {type(cell) for cell in cells} - {type(None)}
    if types == {int, float}:
        return _doubles(name, cells)
    if types and types <= {date, datetime}:
        moments = [naive_moment(cell) if isinstance(cell, date) else None for cell in cells]
        return pl.Series(name, moments, dtype=pl.Datetime("us"))
    if types == {int} and not all(_fits(cell) for cell in cells):
        raise ValueError("whole numbers beyond 64 bits")
    if len(types) > 1:
        raise ValueError("more than one type")
    return pl.Series(name, cells, dtype=_DTYPES[types.pop()] if types else pl.Null())


_DTYPES: dict[type, pl.DataType] = {
    str: pl.String(),
    bool: pl.Boolean(),
    int: pl.Int64(),
    float: pl.Float64(),
    time: pl.Time(),
    timedelta: pl.Duration("us"),
}


def _doubles(name: str, cells: Sequence[Any]) -> pl.Series:
    if any(isinstance(cell, int) and abs(cell) > _EXACT for cell in cells):
        raise ValueError("a whole number that no double holds exactly")
    return pl.Series(name, cells, dtype=pl.Float64, strict=False)


def _fits(cell: Any) -> bool:
    return cell is None or INT64_MIN <= cell <= INT64_MAX


def _mixed(name: str, values: Any) -> pl.Series:
    """Keep the values as they are.

    Raises:
        DataError: at a whole number of thousands of digits, which Python itself does not write.
    """
    cells = list(values)
    for row, cell in enumerate(cells, start=1):
        if is_beyond_writing(cell):
            raise DataError(
                f"Column '{name}' holds a whole number of thousands of digits in row {row}.",
                fix="Write it as text, or leave the cell empty.",
                row=row,
                column=name,
            )
    return pl.Series(name, cells, dtype=pl.Object)


def _of_numpy(name: str, values: np.ndarray[Any, Any]) -> pl.Series:
    if values.dtype.kind == "f":
        return pl.Series(name, values.astype(np.float64))
    if values.dtype.kind in "mM":
        return pl.Series(name, values.astype(f"{values.dtype.kind}8[us]"))
    return pl.Series(name, values)
