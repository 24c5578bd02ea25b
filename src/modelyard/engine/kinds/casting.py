"""Reads a column as a kind that is given: by the user, or by a model that was trained on it."""

from dataclasses import replace
from typing import NoReturn

import polars as pl

from modelyard.domain.columns import Column, ColumnKind
from modelyard.domain.errors import InvalidValue
from modelyard.domain.misfits import unfit_cell
from modelyard.domain.values import Grammar
from modelyard.engine.kinds.cells import (
    Reading,
    TextCells,
    is_digits,
    read_booleans,
    read_datetimes,
    read_numbers,
    text_cells,
    whole_numbers,
)
from modelyard.engine.kinds.finding import Typed
from modelyard.engine.kinds.mixed import read_mixed
from modelyard.engine.kinds.typed import (
    as_doubles,
    as_moments,
    as_strings,
    is_cell_type,
    without_marked,
)


def cast_text(cells: TextCells, wanted: Column, *, must_be_whole: bool = False) -> Typed:
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
        misfits = reading.is_bad.arg_true().to_list()
        row = misfits[0]
        raise unfit_cell(
            wanted, cells.text[row], row=row + 1, decimal=cells.decimal, misfits=misfits
        )
    met = {**cells.met, **reading.met}
    column = replace(wanted, n_nonfinite=reading.n_nonfinite)
    if wanted.kind is not ColumnKind.INTEGER:
        return Typed(column, reading.values, met, _rounding(cells, reading.values))
    whole = whole_numbers(cells, reading.values)
    if whole is not None:
        return Typed(column, whole, met)
    if must_be_whole:
        row = _first_unwhole(reading.values)
        raise unfit_cell(wanted, cells.text[row], row=row + 1, decimal=cells.decimal)
    return Typed(replace(column, kind=ColumnKind.NUMERIC), reading.values, met)


def cast_typed(
    series: pl.Series, wanted: Column, *, grammar: Grammar, must_be_whole: bool = False
) -> Typed:
    """Bring a typed column to the kind of `wanted`; see `cast_text`.

    Raises:
        UnparseableValue: if its values cannot be of that kind.
    """
    series = without_marked(series, grammar.marked)
    present = series.fill_nan(None) if series.dtype.is_float() else series
    if not wanted.kind.is_number or wanted.kind is ColumnKind.DATETIME:
        series = present
    if present.null_count() == len(series):
        return cast_text(text_cells(present, (), decimal="."), wanted)
    if not is_cell_type(series) or not _is_readable(series.dtype, wanted.kind):
        _refuse_first(series, wanted, series.is_not_null())
    if wanted.kind.is_string:
        return cast_text(
            text_cells(as_strings(series), tuple(grammar.missing), decimal="."), wanted
        )
    if wanted.kind is ColumnKind.DATETIME:
        return Typed(wanted, as_moments(series), {})
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


def cast_mixed(series: pl.Series, wanted: Column, *, grammar: Grammar) -> Typed:
    """Read a column that mixes types as the kind of `wanted`; see `cast_text`.

    Raises:
        UnparseableValue: at the first value that does not fit.
    """
    values = read_mixed(series, wanted, grammar=grammar)
    if wanted.kind is ColumnKind.INTEGER:
        return _whole_typed(values, values, wanted, must_be_whole=False)
    return Typed(wanted, values, {})


def _rounding(cells: TextCells, values: pl.Series) -> str:
    """Return what rounding did to whole numbers that a double does not hold."""
    if values.dtype != pl.Float64:
        return ""
    is_rounded = is_digits(cells) & (values.abs() >= 2**53).fill_null(value=False)
    if not is_rounded.any():
        return ""
    written, held = (each.filter(is_rounded).n_unique() for each in (cells.text, values))
    return (
        f"Whole numbers from 2^53 on are rounded to the nearest double: {written:,} different "
        f"ones became {held:,}."
    )


def require_table_kind(name: str, kind: ColumnKind) -> None:
    """Refuse kinds that no cell of a table can have.

    Raises:
        InvalidValue: for images.
    """
    if kind is ColumnKind.IMAGE:
        raise InvalidValue(
            f"Column '{name}' cannot be read as kind '{kind.value}' from a table.",
            fix="Choose one of: " + ", ".join(k.value for k in ColumnKind if k is not kind) + ".",
            column=name,
            sample=kind.value,
        )


def _read(cells: TextCells, wanted: Column) -> Reading:
    if wanted.kind is ColumnKind.BOOLEAN:
        return read_booleans(cells, true_words=wanted.true_words, false_words=wanted.false_words)
    if wanted.kind is ColumnKind.DATETIME:
        return read_datetimes(cells, wanted.datetime_format)
    return read_numbers(cells, wanted.number_format)


def _is_readable(dtype: pl.DataType, kind: ColumnKind) -> bool:
    """Return whether values of the type can be of the kind."""
    if kind.is_string:
        return True
    if kind is ColumnKind.DATETIME:
        return dtype in (pl.Date, pl.Datetime)
    if dtype in (pl.Duration, pl.Time):
        # A span is a number of seconds, but neither true nor false.
        return kind is not ColumnKind.BOOLEAN
    return dtype.is_numeric() or dtype == pl.Boolean


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
    misfits = is_bad.arg_true().to_list()
    row = misfits[0]
    raise unfit_cell(wanted, series[row], row=row + 1, misfits=misfits)
