"""Reads columns of plain numbers many at a time: the cost of a wide table is the calls, not cells.

A column is plain where nothing about it is in doubt, so that `finding.find_kind` would come to the
same. Whatever else comes is left to it.
"""

from collections.abc import Sequence

import polars as pl

from modelyard.domain.columns import Column, ColumnKind
from modelyard.engine.kinds.cells import DIGITS, LEADING_ZEROS, are_words
from modelyard.engine.kinds.finding import NUMBERS_REASON, WHOLE_REASON, Typed

# From here on whole numbers have no exact double beside fractions.
_INEXACT = 2**53


def read_plain(
    columns: Sequence[pl.Series], tokens: tuple[str, ...], *, decimal: str
) -> dict[str, Typed]:
    """Return by name those of the columns that are plain numbers, read.

    Args:
        columns: String series, none of them null for another reason than a missing cell.
        tokens: words for missing, as stated by the source.
        decimal: decimal mark of the numbers.
    """
    frame, doubles = _finite(columns, tokens, decimal=decimal)
    return _settled(frame, doubles) if doubles.width else {}


def read_plain_as(
    columns: Sequence[tuple[pl.Series, Column]], tokens: tuple[str, ...], *, decimal: str
) -> dict[str, Typed]:
    """Return by name those of the columns that are plain numbers of the kind that is wanted, read.

    Args:
        columns: String series, each with what it is to be read as: NUMERIC or INTEGER.
        tokens: words for missing.
        decimal: decimal mark of the numbers.
    """
    wanted = {series.name: column for series, column in columns}
    _, doubles = _finite([series for series, _ in columns], tokens, decimal=decimal)
    if not doubles.width:
        return {}
    is_large = _row(doubles, pl.all().abs() >= _INEXACT)
    is_broken = _row(doubles, pl.all() != pl.all().floor())
    found: dict[str, Typed] = {}
    for at, values in enumerate(doubles.iter_columns()):
        column = wanted[values.name]
        if is_large[at]:
            continue
        if column.kind is ColumnKind.NUMERIC:
            found[values.name] = Typed(column, values, {})
        elif not is_broken[at]:
            found[values.name] = Typed(column, values.cast(pl.Int64), {})
    return found


def _finite(
    columns: Sequence[pl.Series], tokens: tuple[str, ...], *, decimal: str
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the columns of which each cell is a finite number or empty, and these as numbers."""
    if decimal != "." or not columns or not are_words(tokens, decimal):
        return pl.DataFrame(), pl.DataFrame()
    frame = pl.DataFrame(list(columns))
    doubles = frame.select(pl.all().cast(pl.Float64, strict=False))
    n_filled = _row(frame, pl.all().is_not_null().and_(pl.all() != ""))
    n_finite = _row(doubles, pl.all().is_finite())
    names = [
        name
        for name, filled, finite in zip(frame.columns, n_filled, n_finite, strict=True)
        if filled and filled == finite
    ]
    if not names:
        return pl.DataFrame(), pl.DataFrame()
    # Not by `select`, which takes names such as '*' for patterns.
    return frame[names], doubles[names]


def _settled(frame: pl.DataFrame, doubles: pl.DataFrame) -> dict[str, Typed]:
    """Return those of columns of finite numbers that are quantities beyond doubt."""
    n_digits = _row(frame, pl.all().str.contains(DIGITS))
    # Zeros in front are those of codes, a plus that of telephone numbers.
    n_marked = _row(frame, pl.all().str.contains(LEADING_ZEROS) | pl.all().str.starts_with("+"))
    n_large = _row(doubles, pl.all().abs() >= _INEXACT)
    found: dict[str, Typed] = {}
    for at, values in enumerate(doubles.iter_columns()):
        n_values = len(values) - values.null_count()
        if n_marked[at] or n_large[at]:
            continue
        if n_digits[at] < n_values:
            column = Column(values.name, ColumnKind.NUMERIC, reason=NUMBERS_REASON)
            found[values.name] = Typed(column, values, {})
        elif n_values < len(values) or values.n_unique() < len(values):
            # Whole numbers that all differ may name the rows.
            column = Column(values.name, ColumnKind.INTEGER, reason=WHOLE_REASON)
            found[values.name] = Typed(column, values.cast(pl.Int64), {})
    return found


def _row(frame: pl.DataFrame, is_counted: pl.Expr) -> tuple[int, ...]:
    """Return in how many rows of each column the expression is true."""
    return frame.select(is_counted.sum()).row(0)
