"""Reads rows as an application sends them into the blocks that the recipe takes.

One reader serves a single row, many rows and whole columns, so that a value means the same however
it arrives: a number may come as a text, a missing value as null, NaN or one of the texts that meant
missing in the training file.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from modelyard.domain.cells import (
    WHITE_SPACE,
    cell_text,
    parse_boolean,
    parse_datetime,
    parse_number,
    tokens_among_numbers,
)
from modelyard.domain.columns import ColumnKind, InputColumn
from modelyard.domain.errors import MissingColumns, UnparseableValue
from modelyard.kit.matching import nearest
from modelyard.runtime.blocks import Blocks

_NAN = float("nan")
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 -- cells are naive: the column's own clock
_WANTED = {
    ColumnKind.NUMERIC: "a number",
    ColumnKind.INTEGER: "a whole number",
    ColumnKind.BOOLEAN: "a yes/no value",
    ColumnKind.DATETIME: "a date or time",
}

Cell = Callable[[Any], float]


class InputReader:
    """Reads raw values by what training recorded about the columns."""

    def __init__(self, inputs: Sequence[InputColumn], missing_tokens: Collection[str]) -> None:
        self.inputs = tuple(inputs)
        self._missing = frozenset(missing_tokens) | {""}
        self._missing_numbers = frozenset(tokens_among_numbers(tuple(missing_tokens))) | {""}
        numbers = [column for column in inputs if column.kind.is_number]
        strings = [column for column in inputs if not column.kind.is_number]
        self._number_names = tuple(column.name for column in numbers)
        self._string_names = tuple(column.name for column in strings)
        self._cells = tuple((column.name, self._cell_reader(column)) for column in numbers)
        self._columns = {column.name: column for column in inputs}

    def read_row(self, row: Mapping[str, Any]) -> Blocks:
        """Read one row.

        Raises:
            MissingColumns: if the row lacks a column of the model.
            UnparseableValue: if a value does not fit its column.
        """
        numbers, strings = self._read(row, 1)
        return self._blocks([numbers], [strings])

    def read_rows(self, rows: Sequence[Mapping[str, Any]]) -> Blocks:
        """Read many rows; an error names the row, 1 is the first."""
        read = [self._read(row, at) for at, row in enumerate(rows, start=1)]
        return self._blocks([numbers for numbers, _ in read], [strings for _, strings in read])

    def read_columns(self, columns: Mapping[str, Sequence[Any] | npt.NDArray[Any]]) -> Blocks:
        """Read whole columns of equal length; float64 arrays are taken as they are."""
        absent = [column.name for column in self.inputs if column.name not in columns]
        if absent:
            raise self._absent(absent, columns)
        n_rows = len(columns[self.inputs[0].name]) if self.inputs else 0
        numbers = np.empty((n_rows, len(self._cells)))
        for at, (name, cell) in enumerate(self._cells):
            numbers[:, at] = self._number_column(name, cell, columns[name])
        strings = np.empty((n_rows, len(self._string_names)), dtype=object)
        for at, name in enumerate(self._string_names):
            strings[:, at] = [self._string(value) for value in columns[name]]
        return Blocks(self._number_names, self._string_names, numbers, strings)

    def _read(self, row: Mapping[str, Any], at: int) -> tuple[list[float], list[str | None]]:
        numbers: list[float] = []
        name = ""
        try:
            for name, cell in self._cells:
                value = row[name]
                # A finite float is what nearly every cell is: it is taken without a call.
                finite = type(value) is float and value - value == 0
                numbers.append(value if finite else cell(value))
            return numbers, [self._string(row[name]) for name in self._string_names]
        except KeyError as error:
            absent = [column.name for column in self.inputs if column.name not in row]
            raise self._absent(absent, row) from error
        except ValueError as error:
            raise self._unparseable(name, row[name], at) from error

    def _number_column(
        self, name: str, cell: Cell, values: Sequence[Any] | npt.NDArray[Any]
    ) -> npt.NDArray[np.float64]:
        if isinstance(values, np.ndarray) and values.dtype == np.float64:
            return np.where(np.isfinite(values), values, _NAN)
        read = np.empty(len(values))
        for at, value in enumerate(values):
            try:
                read[at] = cell(value)
            except ValueError as error:
                raise self._unparseable(name, value, at + 1) from error
        return read

    def _string(self, value: Any) -> str | None:
        if type(value) is not str:
            value = _text_of(value)
            if value is None:
                return None
        stripped: str = value.strip(WHITE_SPACE)
        return None if stripped in self._missing else stripped

    def _cell_reader(self, column: InputColumn) -> Cell:
        parse: Callable[[str], float | None]
        if column.kind is ColumnKind.BOOLEAN:
            words = partial(
                parse_boolean, true_words=column.true_words, false_words=column.false_words
            )
            parse = partial(_truth, parse=words)
        elif column.kind is ColumnKind.DATETIME:
            parse = partial(parse_datetime, datetime_format=column.datetime_format)
        else:
            parse = parse_number
        return partial(_number_of, parse=parse, missing=self._missing_numbers)

    def _blocks(self, numbers: list[list[float]], strings: list[list[str | None]]) -> Blocks:
        n_rows = len(numbers)
        return Blocks(
            self._number_names,
            self._string_names,
            np.array(numbers, dtype=np.float64).reshape(n_rows, len(self._number_names)),
            np.array(strings, dtype=object).reshape(n_rows, len(self._string_names)),
        )

    def _absent(self, absent: list[str], present: Mapping[str, Any]) -> MissingColumns:
        close = nearest(absent[0], present)
        names = ", ".join(f"'{name}'" for name in absent[:10])
        hint = f"The nearest that came is '{close}'." if close else "Send null where it is unknown."
        return MissingColumns(f"The input lacks {names}.", fix=hint, column=absent[0])

    def _unparseable(self, name: str, value: Any, row: int) -> UnparseableValue:
        shown = str(value)[:60]
        wanted = _WANTED[self._columns[name].kind]
        return UnparseableValue(
            f"Column '{name}' must be {wanted}; row {row} holds {shown!r}.",
            fix="Correct the cell, or leave it empty where the value is unknown.",
            row=row,
            column=name,
            sample=shown,
        )


def _truth(text: str, *, parse: Callable[[str], bool | None]) -> float | None:
    truth = parse(text)
    return None if truth is None else float(truth)


def _number_of(
    value: Any, *, parse: Callable[[str], float | None], missing: frozenset[str]
) -> float:
    """Return the cell as a finite float, or NaN where it is missing."""
    if isinstance(value, str):
        stripped = value.strip(WHITE_SPACE)
        if stripped in missing:
            return _NAN
        parsed = parse(stripped)
        if parsed is None:
            raise ValueError(value)
        number = float(parsed)
    elif value is None:
        return _NAN
    elif isinstance(value, date):
        number = _microseconds(value)
    else:
        try:
            number = float(value)
        except (TypeError, OverflowError) as error:
            raise ValueError(value) from error
    return number if number - number == 0 else _NAN


def _microseconds(value: date) -> float:
    moment = value if isinstance(value, datetime) else datetime(value.year, value.month, value.day)  # noqa: DTZ001 -- as above
    if moment.tzinfo is not None:
        moment = (moment - moment.utcoffset()).replace(tzinfo=None)  # type: ignore[operator]  # utcoffset is set where tzinfo is
    return float((moment - _EPOCH) // timedelta(microseconds=1))


def _text_of(value: Any) -> str | None:
    if value is None or value != value:  # noqa: PLR0124 -- NaN of any library is unequal to itself
        return None
    return cell_text(value.item() if isinstance(value, np.generic) else value)
