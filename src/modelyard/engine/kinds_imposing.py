"""Reads a column as a kind that is given: by the user, or by a model that was trained on it."""

from dataclasses import replace
from typing import NoReturn

import polars as pl

from modelyard.domain.columns import Column, ColumnKind
from modelyard.domain.errors import InvalidValue, UnparseableValue
from modelyard.engine.kinds_finding import FALSE_WORDS, TRUE_WORDS, Typed
from modelyard.engine.kinds_reading import (
    Reading,
    TextCells,
    read_booleans,
    read_datetimes,
    read_numbers,
    text_cells,
    whole_numbers,
)
from modelyard.engine.kinds_typed import as_doubles, as_moments, as_strings

_EXPECTED = {
    ColumnKind.NUMERIC: "a number",
    ColumnKind.INTEGER: "a whole number",
    ColumnKind.BOOLEAN: "a truth value",
    ColumnKind.DATETIME: "a date",
}


def impose_on_text(cells: TextCells, wanted: Column, *, must_be_whole: bool = False) -> Typed:
    """Read text cells as the kind of `wanted`.

    Args:
        cells: of the column.
        wanted: its kind, words and format.
        must_be_whole: refuse a fraction in a column of whole numbers; otherwise the column
            becomes NUMERIC, since a model that learned from 1, 2 and 3 can answer for 2.5.

    Raises:
        UnparseableValue: at the first cell that does not fit.
    """
    if wanted.kind.is_string:
        return Typed(wanted, cells.text, dict(cells.met))
    reading = _read(cells, wanted)
    if reading.n_bad:
        row = int(reading.is_bad.arg_true()[0])
        refuse(wanted, cells.text[row], row=row)
    met = {**cells.met, **reading.met}
    column = replace(wanted, n_nonfinite=reading.n_nonfinite)
    if wanted.kind is not ColumnKind.INTEGER:
        return Typed(column, reading.values, met)
    whole = whole_numbers(cells, reading.values)
    if whole is not None:
        return Typed(column, whole, met)
    if must_be_whole:
        row = _first_unwhole(reading.values)
        refuse(wanted, cells.text[row], row=row)
    return Typed(replace(column, kind=ColumnKind.NUMERIC), reading.values, met)


def impose_on_typed(series: pl.Series, wanted: Column, *, must_be_whole: bool = False) -> Typed:
    """Bring a typed column to the kind of `wanted`; see `impose_on_text`.

    Raises:
        UnparseableValue: if its values cannot be of that kind.
    """
    dtype = series.dtype
    if series.null_count() == len(series):
        return impose_on_text(text_cells(series, (), decimal="."), wanted)
    if wanted.kind.is_string:
        return Typed(wanted, as_strings(series), {})
    if wanted.kind is ColumnKind.DATETIME and dtype in (pl.Date, pl.Datetime):
        return Typed(wanted, as_moments(series), {})
    is_number = dtype.is_numeric() or dtype in (pl.Boolean, pl.Duration, pl.Time)
    if wanted.kind is ColumnKind.DATETIME or not is_number:
        _refuse_first(series, wanted, series.is_not_null())
    values, n_nonfinite = as_doubles(series)
    column = replace(wanted, n_nonfinite=n_nonfinite)
    if wanted.kind is ColumnKind.BOOLEAN:
        is_odd = ~values.is_in([0.0, 1.0]).fill_null(value=True)
        if is_odd.any():
            _refuse_first(series, wanted, is_odd)
        return Typed(column, values.cast(pl.Boolean), {})
    if wanted.kind is ColumnKind.NUMERIC:
        return Typed(column, values, {})
    return _whole_typed(series, values, column, must_be_whole=must_be_whole)


def refuse(wanted: Column, cell: object, *, row: int) -> NoReturn:
    """Raise the error that names the cell.

    Args:
        wanted: the column with its kind.
        cell: what it holds.
        row: zero-based.
    """
    expected = _EXPECTED.get(wanted.kind, wanted.kind.value)
    if wanted.kind is ColumnKind.BOOLEAN:
        words = ", ".join((*wanted.true_words, *wanted.false_words))
        expected = f"a truth value ({words})"
    if wanted.kind is ColumnKind.DATETIME:
        expected = f"a date ({wanted.datetime_format or 'ISO 8601, as in 2026-01-31'})"
    raise UnparseableValue(
        f"Column '{wanted.name}' must hold {expected} in each cell; row {row + 1} holds '{cell}'.",
        fix=f"Mend the cell, or mark '{cell}' as missing.",
        row=row + 1,
        column=wanted.name,
        sample=str(cell),
    )


def require_table_kind(name: str, kind: ColumnKind) -> None:
    """Refuse kinds that no cell of a table can have.

    Raises:
        InvalidValue: for images and sequences.
    """
    if not (kind.is_number or kind.is_string):
        raise InvalidValue(
            f"Column '{name}' cannot be read as kind '{kind.value}' from a table.",
            fix="Choose one of: "
            + ", ".join(k.value for k in ColumnKind if k.is_number or k.is_string)
            + ".",
            column=name,
            sample=kind.value,
        )


def _read(cells: TextCells, wanted: Column) -> Reading:
    if wanted.kind is ColumnKind.BOOLEAN:
        return read_booleans(
            cells,
            true_words=wanted.true_words or TRUE_WORDS,
            false_words=wanted.false_words or FALSE_WORDS,
        )
    if wanted.kind is ColumnKind.DATETIME:
        return read_datetimes(cells, wanted.datetime_format)
    return read_numbers(cells)


def _whole_typed(
    series: pl.Series, values: pl.Series, column: Column, *, must_be_whole: bool
) -> Typed:
    if series.dtype.is_integer() or series.dtype == pl.Boolean:
        whole = series.cast(pl.Int64, strict=False)
    else:
        whole = values.set(values != values.floor(), None).cast(pl.Int64, strict=False)
    if whole.null_count() == values.null_count():
        return Typed(column, whole, {})
    if must_be_whole:
        _refuse_first(series, column, whole.is_null() & values.is_not_null())
    return Typed(replace(column, kind=ColumnKind.NUMERIC), values, {})


def _first_unwhole(values: pl.Series) -> int:
    is_unwhole = (values != values.floor()) | (values.abs() >= 2**53)
    return int(is_unwhole.fill_null(value=False).arg_true()[0])


def _refuse_first(series: pl.Series, wanted: Column, is_bad: pl.Series) -> NoReturn:
    row = int(is_bad.arg_true()[0])
    refuse(wanted, series[row], row=row)
