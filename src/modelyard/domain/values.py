"""How one value of any type is read: the grammar of typed cells, beside that of text in `cells`.

Serving reads every value of a request by it, the engine those of columns that mix types. Columns of
one type are read as a whole and must come to the same.
"""

import math
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from typing import Any, Self

import numpy as np

from modelyard.domain.cells import (
    WHITE_SPACE,
    parse_boolean,
    parse_moment,
    parse_number,
    tokens_among_numbers,
)
from modelyard.domain.columns import Column, ColumnKind, InputColumn
from modelyard.domain.number_formats import NumberFormat

Plain = str | bool | int | float | datetime | date | time | timedelta | None
CellReader = Callable[[Any], float]

_PLAIN_TYPES = frozenset({str, bool, int, float, datetime, date, time, timedelta, type(None)})
# Scalars of pandas that are no plain values, and read well as words.
_READ_AS_WORDS = frozenset({"Interval", "Period"})
_NAN = float("nan")
# Beyond, the squares that a variance sums over 10^8 rows may leave the range of a double (1.8e308).
LARGEST_NUMBER = 1e150
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 -- cells are naive: UTC is implied
_MICROSECOND = timedelta(microseconds=1)
# Python refuses to write whole numbers of more than 4,300 digits; no cell means one.
_MAX_INTEGER_BITS = 14_000


@dataclass(frozen=True)
class Grammar:
    """What all cells of a table have in common.

    Attributes:
        missing: texts that mean missing, without surrounding white space.
        missing_numbers: those that do in columns of numbers, dates and truth values.
        marked: the numbers among them: -999 is missing as a number as well as as a text.
        decimal: mark of the numbers that are written as text.
    """

    missing: frozenset[str]
    missing_numbers: frozenset[str]
    marked: frozenset[float]
    decimal: str = "."

    @classmethod
    def of(cls, tokens: Collection[str], decimal: str = ".") -> Self:
        """Return the grammar of a table with these tokens; an empty cell is always missing."""
        return cls(
            missing=frozenset(tokens) | {""},
            missing_numbers=frozenset(tokens_among_numbers(tuple(tokens))) | {""},
            marked=marked_numbers(tokens, decimal),
            decimal=decimal,
        )


def marked_numbers(tokens: Collection[str], decimal: str = ".") -> frozenset[float]:
    """Return the finite numbers among the tokens that mean missing."""
    read = (parse_number(token, mark) for token in tokens for mark in (".", decimal))
    return frozenset(number for number in read if number is not None and math.isfinite(number))


def plain_value(value: Any) -> Plain:
    """Return a scalar of Python, numpy or pandas as the plain value that it stands for.

    A decimal becomes the nearest double. What is finer than a microsecond is cut.

    Returns:
        The value, its type exactly one of `Plain`; None for NA and NaT; the words of periods and
        intervals.

    Raises:
        ValueError: if no cell can hold the value, such as a list.
    """
    if is_beyond_writing(value):
        raise ValueError("too many digits")
    if type(value) in _PLAIN_TYPES:
        return value  # type: ignore[no-any-return]  # the set above holds the types of Plain
    if type(value).__name__ in {"NAType", "NaTType"}:
        return None
    if isinstance(value, np.generic):
        return _of_numpy(value)
    return _of_subclass(value)


def is_beyond_writing(value: Any) -> bool:
    """Whether the value is a whole number of more digits than Python writes."""
    return type(value) is int and value.bit_length() > _MAX_INTEGER_BITS


def number_of(
    value: Any, grammar: Grammar, *, parse: Callable[[str], float | None] | None = None
) -> float:
    """Return the number that a value stands for, NaN where it is missing or not finite.

    True is 1; a span and a time of day count in seconds.

    Args:
        value: of a cell.
        grammar: of the table.
        parse: reads a text by the column's own format; None by the table's decimal mark.

    Raises:
        ValueError: if it is no number.
    """
    cell = plain_value(value)
    if isinstance(cell, str):
        return _of_text(cell, grammar, parse or partial(parse_number, decimal=grammar.decimal))
    if not isinstance(cell, date):
        return _amount(cell, grammar)
    raise ValueError(cell)


def truth_of(
    value: Any, grammar: Grammar, *, true_words: Collection[str], false_words: Collection[str]
) -> float:
    """Return 1 for true, 0 for false and NaN where the value is missing.

    Raises:
        ValueError: if it is no truth value.
    """
    cell = plain_value(value)
    if isinstance(cell, str):
        parse = partial(
            parse_boolean,
            true_words=true_words,
            false_words=false_words,
            decimal=grammar.decimal,
        )
        return _of_text(cell, grammar, parse)
    if cell is None or _is_marked(cell, grammar):
        return _NAN
    if isinstance(cell, float) and not math.isfinite(cell):
        return _NAN
    if isinstance(cell, bool | int | float) and cell in {0, 1}:
        return float(cell)
    raise ValueError(cell)


def moment_of(value: Any, grammar: Grammar, *, datetime_format: str | None) -> float:
    """Return the microseconds since 1970 UTC, NaN where the value is missing.

    A bare number is no moment, because nothing says in which unit it counts.

    Raises:
        ValueError: if it is neither a moment nor a text that is one.
    """
    cell = plain_value(value)
    if isinstance(cell, str):
        return _of_text(cell, grammar, partial(parse_moment, datetime_format=datetime_format))
    if isinstance(cell, date):
        return float(_microseconds(cell))
    if cell is None or cell != cell or _is_marked(cell, grammar):  # noqa: PLR0124 -- NaN
        return _NAN
    raise ValueError(cell)


def text_of(value: Any, grammar: Grammar) -> str | None:
    """Return the text of a value without surrounding white space, None where it is missing.

    Raises:
        ValueError: if no cell can hold it.
    """
    cell = plain_value(value)
    if cell is None or cell != cell or _is_marked(cell, grammar):  # noqa: PLR0124 -- NaN
        return None
    text = cell_text(cell).strip(WHITE_SPACE)
    if not text.isascii():
        # Half of a surrogate pair is no text, and this says so by a ValueError.
        text.encode()
    return None if text in grammar.missing else text


def reader_of(column: Column | InputColumn, grammar: Grammar) -> CellReader:
    """Return the function that reads one value of a column of number kind.

    The function returns a finite float, or NaN where the value is missing, and raises ValueError
    where it does not fit.
    """
    if column.kind is ColumnKind.BOOLEAN:
        return partial(
            truth_of,
            grammar=grammar,
            true_words=column.true_words,
            false_words=column.false_words,
        )
    if column.kind is ColumnKind.DATETIME:
        return partial(moment_of, grammar=grammar, datetime_format=column.datetime_format)
    if column.number_format:
        parse = NumberFormat.read(column.number_format).parse
        return partial(number_of, grammar=grammar, parse=parse)
    return partial(number_of, grammar=grammar)


def cell_text(value: Plain) -> str:
    """Return the text of a plain value that is read into a column of string kind.

    Whole floats lose their `.0`, since a library turns whole numbers into floats as soon as one is
    missing: the category `1` must not become `1.0` by that. A date is its first moment, and a
    moment stands in UTC, since libraries hold dates as moments.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return naive_moment(value).isoformat()
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    return str(value)


def naive_moment(value: date) -> datetime:
    """Return a date's first moment, or a moment, in UTC without a zone.

    Raises:
        ValueError: if the moment lies outside the years 1 to 9999 in UTC.
    """
    if not isinstance(value, datetime):
        return datetime(value.year, value.month, value.day)  # noqa: DTZ001 -- UTC is implied
    if value.tzinfo is None:
        return value
    try:
        return value.astimezone(UTC).replace(tzinfo=None)
    except OverflowError as error:
        raise ValueError(value) from error


def _of_text(text: str, grammar: Grammar, parse: Callable[[str], float | None]) -> float:
    stripped = text.strip(WHITE_SPACE)
    if stripped in grammar.missing_numbers:
        return _NAN
    number = parse(stripped)
    if number is None:
        raise ValueError(text)
    return float(number)


def _amount(cell: float | time | timedelta | None, grammar: Grammar) -> float:
    if cell is None or _is_marked(cell, grammar):
        return _NAN
    if isinstance(cell, timedelta):
        return (cell // _MICROSECOND) / 1e6
    if isinstance(cell, time):
        seconds = (cell.hour * 60 + cell.minute) * 60 + cell.second
        # Times of day are held in nanoseconds, and divided as such.
        return (seconds * 1_000_000 + cell.microsecond) * 1000 / 1e9
    number = _as_double(cell)
    return number if math.isfinite(number) else _NAN


def _is_marked(cell: Plain, grammar: Grammar) -> bool:
    # True equals 1, but is not the number that a token means.
    return type(cell) in {int, float} and cell in grammar.marked


def _microseconds(value: date) -> int:
    return (naive_moment(value) - _EPOCH) // _MICROSECOND


def _as_double(value: float) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def _of_numpy(value: np.generic) -> Plain:
    if isinstance(value, np.datetime64 | np.timedelta64):
        if isinstance(value, np.timedelta64) and np.datetime_data(value.dtype)[0] in {"Y", "M"}:
            raise ValueError("years and months have no one length")
        try:
            # In nanoseconds, `item` would give a bare whole number.
            item = value.astype(f"{value.dtype.kind}8[us]").item()
        except TypeError as error:
            raise ValueError(value) from error
        is_cell = isinstance(item, datetime | timedelta | None)
    else:
        item = value.item()
        is_cell = type(item) in _PLAIN_TYPES
    if is_cell:
        return item  # type: ignore[no-any-return]  # numpy does not say what an item is
    raise ValueError(value)


def _of_subclass(value: Any) -> Plain:
    """Return a value of a type that derives from a plain one, as those of pandas do, as plain."""
    for kind, plain in _PLAIN_OF.items():
        if isinstance(value, kind):
            return plain(value)
    if type(value).__name__ in _READ_AS_WORDS:
        return str(value)
    raise ValueError(value)


def _plain_moment(value: datetime) -> datetime:
    naive = naive_moment(value)
    clock = time(naive.hour, naive.minute, naive.second, naive.microsecond)
    return datetime.combine(date(naive.year, naive.month, naive.day), clock)


# Most special first: a datetime is a date.
_PLAIN_OF: dict[type, Callable[[Any], Plain]] = {
    str: str.__str__,
    int: lambda value: plain_value(int(value)),
    float: float,
    Decimal: float,
    datetime: _plain_moment,
    date: lambda value: date(value.year, value.month, value.day),
    time: lambda value: time(value.hour, value.minute, value.second, value.microsecond),
    timedelta: lambda value: timedelta(value.days, value.seconds, value.microseconds),
}
