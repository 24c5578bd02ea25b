"""Turns lists of Python values into typed columns, and refuses values that no cell can hold."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import polars as pl

from modelyard.domain.cells import INT64_MAX, INT64_MIN, cell_text
from modelyard.domain.errors import DataError

_NUMBERS = frozenset({bool, int, float, Decimal})
_MOMENTS = frozenset({datetime, date})
# The types that a cell can hold, most special first: a bool is an int, a datetime a date.
_CELL_TYPES = (str, bool, int, float, Decimal, datetime, date, time, timedelta)


def frame_of_columns(columns: Mapping[str, Any]) -> pl.DataFrame:
    """Return the frame of equally long columns; see `series_of`."""
    return pl.DataFrame([series_of(name, values) for name, values in columns.items()])


def series_of(name: str, values: Any) -> pl.Series:
    """Return a column of the one type that all values fit.

    None, the missing values of pandas and NaN beside other types are missing; NaN among numbers
    stays NaN. Where words stand beside other values, all become words.

    Args:
        name: of the column.
        values: a list of Python or numpy scalars, a numpy array, or a polars Series.

    Raises:
        DataError: at the first value that no cell can hold, such as a list.
    """
    if isinstance(values, pl.Series):
        return values.alias(name)
    if isinstance(values, np.ndarray) and values.ndim == 1 and values.dtype.kind in "biufmM":
        return _of_numpy(name, values)
    cells = [_plain(value) for value in values]
    types = {_type_of(name, cell, row) for row, cell in enumerate(cells)} - {type(None)}
    if types <= _NUMBERS:
        return _numbers(name, cells, types)
    cells = [None if cell is None or _is_void(cell) else cell for cell in cells]
    return _others(name, cells, types if float in map(type, cells) else types - {float})


def _others(name: str, cells: Sequence[Any], types: set[type]) -> pl.Series:
    if types == {str}:
        return pl.Series(name, cells, dtype=pl.String)
    if types <= _MOMENTS:
        return pl.Series(name, [_moment(cell) for cell in cells], dtype=pl.Datetime("us"))
    if types in ({time}, {timedelta}):
        return pl.Series(name, cells, dtype=pl.Time if types == {time} else pl.Duration("us"))
    words = [None if cell is None else cell_text(cell) for cell in cells]
    return pl.Series(name, words, dtype=pl.String)


def _of_numpy(name: str, values: np.ndarray[Any, Any]) -> pl.Series:
    if values.dtype.kind == "f":
        return pl.Series(name, values.astype(np.float64))
    if values.dtype.kind in "mM":
        return pl.Series(name, values.astype(f"{values.dtype.kind}8[us]"))
    return pl.Series(name, values)


def _plain(value: Any) -> Any:
    if isinstance(value, np.datetime64 | np.timedelta64):
        # In nanoseconds, `item` would give a bare whole number.
        return value.astype(f"{value.dtype.kind}8[us]").item()
    return value.item() if isinstance(value, np.generic) else value


def _numbers(name: str, cells: Sequence[Any], types: set[type]) -> pl.Series:
    cells = [None if _is_void(cell) and type(cell) is not float else cell for cell in cells]
    if not types:
        return pl.Series(name, [None] * len(cells), dtype=pl.Null)
    if types == {bool}:
        return pl.Series(name, cells, dtype=pl.Boolean)
    if types <= {bool, int}:
        whole = [None if cell is None else int(cell) for cell in cells]
        if all(cell is None or INT64_MIN <= cell <= INT64_MAX for cell in whole):
            return pl.Series(name, whole, dtype=pl.Int64)
        # Kept as text: as doubles, large numbers that differ would become equal.
        words = [None if cell is None else str(cell) for cell in whole]
        return pl.Series(name, words, dtype=pl.String)
    return pl.Series(
        name, [None if cell is None else _as_double(cell) for cell in cells], dtype=pl.Float64
    )


def _as_double(value: bool | float | Decimal) -> float:
    try:
        return float(value)
    except OverflowError:
        return float("inf")


def _type_of(name: str, cell: object, row: int) -> type:
    if cell is None or type(cell).__name__ in {"NAType", "NaTType"}:
        return type(None)
    for kind in _CELL_TYPES:
        if isinstance(cell, kind):
            return kind
    raise DataError(
        f"Column '{name}' holds a value of type {type(cell).__name__} in row {row + 1}; a cell "
        f"must be one number, word, date or truth value.",
        fix=f"Unfold '{name}' into columns of its own, or drop it.",
        row=row + 1,
        column=name,
        sample=str(cell)[:80],
    )


def _is_void(cell: object) -> bool:
    return type(cell).__name__ in {"NAType", "NaTType"} or (
        isinstance(cell, float) and cell != cell  # noqa: PLR0124 -- NaN
    )


def _moment(cell: date | datetime | None) -> datetime | None:
    if cell is None:
        return None
    if not isinstance(cell, datetime):
        return datetime(cell.year, cell.month, cell.day)  # noqa: DTZ001 -- UTC is implied here
    if cell.tzinfo is not None:
        cell = cell.astimezone(UTC).replace(tzinfo=None)
    # A subclass, like the Timestamp of pandas, loses what finer units it has.
    return datetime.combine(
        cell.date(), time(cell.hour, cell.minute, cell.second, cell.microsecond)
    )
