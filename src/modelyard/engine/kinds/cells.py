"""Reads whole columns of text cells by the grammar of `domain.cells`.

The table engine reads what it can; each distinct cell that it leaves goes through the one-cell
function, so that a column and a single request are read alike.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import polars as pl

from modelyard.domain.cells import (
    is_missing,
    parse_boolean,
    parse_moment,
    parse_number,
    tokens_among_numbers,
)
from modelyard.domain.number_formats import NumberFormat
from modelyard.engine.kinds.moments import read_moments

DIGITS = r"^[+-]?[0-9]+$"
LEADING_ZEROS = r"^[+-]?0[0-9]+$"


@dataclass(frozen=True)
class TextCells:
    """The cells of one text column.

    Attributes:
        name: of the column.
        text: String series without surrounding white space; null where the cell is missing by
            `tokens`.
        tokens: words for missing, as stated by the source.
        decimal: decimal mark of the numbers.
        doubles: the cells as Float64 as far as the table engine reads them, infinite ones included.
        met: tokens that were met, apart from the empty one, with their counts.
        n_nonfinite: cells that were missing by a token like `nan`, which is a number's word.
    """

    name: str
    text: pl.Series
    tokens: tuple[str, ...]
    decimal: str
    doubles: pl.Series
    met: Mapping[str, int]
    n_nonfinite: int = 0


@dataclass(frozen=True)
class Reading:
    """What became of a column's cells.

    Attributes:
        values: of the kind's physical type, null where missing or not readable.
        is_bad: Boolean series, true where a cell is present and not readable.
        n_nonfinite: cells that were infinite, NaN or beyond a double.
        met: weak tokens that were taken as missing, with their counts.
    """

    values: pl.Series
    is_bad: pl.Series
    n_nonfinite: int
    met: Mapping[str, int]

    @property
    def n_bad(self) -> int:
        """Number of cells that are present and not readable."""
        return int(self.is_bad.sum())


def text_cells(series: pl.Series, tokens: tuple[str, ...], *, decimal: str) -> TextCells:
    """Return the cells of a String series, with those null that `tokens` call missing.

    Surrounding white space is no part of a cell, as in a single request.
    """
    text = series.cast(pl.String)
    doubles = _doubles(text, decimal)
    if (doubles.is_null() & (text != "")).any():
        # A number that the table engine reads has no white space around it.
        stripped = _stripped(text)
        doubles = doubles if stripped is text else _doubles(stripped, decimal)
        text = stripped
    in_doubt = text.is_not_null()
    if are_words(tokens, decimal):
        # No token is a number, so that a cell that is one needs no comparison.
        in_doubt &= ~doubles.is_finite().fill_null(value=False)
    doubtful = text.filter(in_doubt)
    is_hit = doubtful.is_in(list(tokens))
    if not is_hit.any():
        return TextCells(series.name, text, tokens, decimal, doubles, {})
    hits = _never(len(text)).scatter(in_doubt.arg_true().filter(is_hit), True)  # noqa: FBT003 — a value
    met = _counts(doubtful.filter(is_hit))
    n_nonfinite = sum(count for token, count in met.items() if _is_nan(parse_number(token)))
    text, doubles = _nulled(text, hits), _nulled(doubles, hits)
    return TextCells(series.name, text, tokens, decimal, doubles, met, n_nonfinite)


def are_words(tokens: tuple[str, ...], decimal: str) -> bool:
    """Return whether none of the tokens is a finite number."""
    return all(_is_wordlike(token, decimal) for token in tokens)


def read_numbers(cells: TextCells, number_format: str = "") -> Reading:
    """Read numbers into Float64, in the column's own format where it has one."""
    if number_format:
        return _read_formatted(cells, NumberFormat.read(number_format))

    def parse(cell: str) -> float | None:
        return parse_number(cell, cells.decimal)

    is_odd = ~cells.doubles.is_finite().fill_null(value=True)
    return _read_rest(cells, _nulled(cells.doubles, is_odd), parse)


def read_booleans(
    cells: TextCells, *, true_words: tuple[str, ...], false_words: tuple[str, ...]
) -> Reading:
    """Read truth values into Boolean."""

    def parse(cell: str) -> bool | None:
        return parse_boolean(
            cell, true_words=true_words, false_words=false_words, decimal=cells.decimal
        )

    return _read_rest(cells, _empty(cells, pl.Boolean()), parse)


def read_datetimes(cells: TextCells, datetime_format: str | None) -> Reading:
    """Read moments, in the given format or in ISO 8601, into Datetime("us") in UTC."""

    def parse(cell: str) -> int | None:
        return parse_moment(cell, datetime_format)

    values = read_moments(cells.text, datetime_format)
    reading = _read_rest(cells, values, parse)
    moments = reading.values.cast(pl.Datetime("us"))
    return Reading(moments, reading.is_bad, reading.n_nonfinite, reading.met)


def whole_numbers(cells: TextCells, numbers: pl.Series) -> pl.Series | None:
    """Return the cells as exact Int64, or None if a number among them has no exact Int64.

    Args:
        cells: of the column.
        numbers: what `read_numbers` made of them.
    """
    values = cells.text.cast(pl.Int64, strict=False)
    left = values.is_null() & numbers.is_not_null()
    if not left.any():
        return values
    rest = numbers.filter(left)
    # `1.0` and `1e3` are whole as well, but only a double below 2^53 is surely what was written.
    is_whole = (rest == rest.floor()) & (rest.abs() < 2**53)
    if not is_whole.all():
        return None
    return values.scatter(left.arg_true(), rest.cast(pl.Int64))


def is_digits(cells: TextCells) -> pl.Series:
    """Return where a cell is a whole number in plain digits, however long."""
    return cells.text.str.contains(DIGITS).fill_null(value=False)


def has_leading_zeros(cells: TextCells) -> bool:
    """Return whether a whole number is written with zeros in front, as codes are."""
    return bool(cells.text.str.contains(LEADING_ZEROS).any())


def _read_rest(
    cells: TextCells, values: pl.Series, parse: Callable[[str], float | int | bool | None]
) -> Reading:
    """Read the cells where `values` is null, each distinct one once."""
    is_rest = values.is_null() & cells.text.is_not_null()
    rest = cells.text.filter(is_rest)
    weak = tokens_among_numbers(cells.tokens)
    found: dict[str, float | int | bool | None] = {}
    missing, nonfinite, bad = set(), set(), set()
    for cell in rest.unique().to_list():
        value = parse(cell)
        if is_missing(cell, weak):
            missing.add(cell)
        elif value is None:
            bad.add(cell)
        elif _is_nan(value):
            nonfinite.add(cell)
        else:
            found[cell] = value
    if found:
        made = rest.replace_strict(list(found), list(found.values()), default=None)
        values = values.scatter(is_rest.arg_true(), made.cast(values.dtype))
    is_bad = is_rest & cells.text.is_in(list(bad)) if bad else _never(len(values))
    n_nonfinite = int(rest.is_in(list(nonfinite)).sum()) if nonfinite else 0
    met = _counts(rest.filter(rest.is_in(list(missing)))) if missing else {}
    return Reading(values, is_bad, cells.n_nonfinite + n_nonfinite, met)


def _read_formatted(cells: TextCells, number_format: NumberFormat) -> Reading:
    has_format = cells.text.str.contains(number_format.pattern).fill_null(value=False)
    # What does not have the format is read cell by cell, a plain number among it.
    digits = cells.text.set(~has_format, None).str.replace_all(number_format.dress, "")
    digits = digits.str.replace(r"^([+-]?)\s+", "$1").str.strip_chars()
    doubles = _doubles(digits, number_format.decimal)
    return _read_rest(
        cells, _nulled(doubles, ~doubles.is_finite().fill_null(value=True)), number_format.parse
    )


def _stripped(text: pl.Series) -> pl.Series:
    """Return the text without surrounding white space: itself, where there is none."""
    stripped = text.str.strip_chars()
    is_same = stripped.str.len_bytes().sum() == text.str.len_bytes().sum()
    return text if is_same else stripped


def _doubles(text: pl.Series, decimal: str) -> pl.Series:
    if decimal != ".":
        text = _nulled(text, text.str.contains(".", literal=True).fill_null(value=False))
        text = text.str.replace_all(decimal, ".", literal=True)
    return text.cast(pl.Float64, strict=False)


def _is_wordlike(token: str, decimal: str) -> bool:
    number = parse_number(token, decimal)
    return number is None or _is_nan(number)


def _is_nan(value: float | None) -> bool:
    return value is not None and math.isnan(value)


def _nulled(series: pl.Series, is_null: pl.Series) -> pl.Series:
    return series.set(is_null, None) if is_null.any() else series


def _counts(words: pl.Series) -> dict[str, int]:
    counted = words.alias("word").value_counts(sort=True, name="n")
    rows = zip(counted["word"].to_list(), counted["n"].to_list(), strict=True)
    return {word: count for word, count in rows if word}


def _empty(cells: TextCells, dtype: pl.DataType) -> pl.Series:
    return pl.Series(cells.name, [None], dtype=dtype).new_from_index(0, len(cells.text))


def _never(n_rows: int) -> pl.Series:
    return pl.Series([False]).new_from_index(0, n_rows)
