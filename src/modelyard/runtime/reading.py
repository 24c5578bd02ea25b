"""Reads rows as an application sends them into the blocks that the recipe takes.

One reader serves a single row, many rows and whole columns, so that a value means the same however
it arrives: a number may come as a text, a missing value as null, NaN or one of the texts that meant
missing in the training file.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from typing import Any
from unicodedata import is_normalized, normalize

import numpy as np
import numpy.typing as npt

from modelyard.domain.cells import WHITE_SPACE
from modelyard.domain.columns import ColumnKind, InputColumn
from modelyard.domain.errors import MissingColumns, UnparseableValue, UsageError
from modelyard.domain.misfits import unfit_cell
from modelyard.domain.pictures import Picture
from modelyard.domain.sequence_layouts import SequenceLayout
from modelyard.domain.sequences import sequence_of
from modelyard.domain.values import Grammar, reader_of, text_of
from modelyard.kit.matching import nearest
from modelyard.runtime.blocks import Blocks, Cells
from modelyard.runtime.pictures.requests import picture_of

# Whole numbers below are doubles without loss (IEEE 754).
_WHOLE = 2**53
_TAKES_NUMBERS = frozenset({ColumnKind.NUMERIC, ColumnKind.INTEGER})


class InputReader:
    """Reads raw values by what training recorded about the columns."""

    def __init__(
        self,
        inputs: Sequence[InputColumn],
        missing_tokens: Collection[str],
        *,
        decimal: str = ".",
        layout: SequenceLayout | None = None,
    ) -> None:
        self.inputs = tuple(inputs)
        # Rows of items, of which tables may make sequences, are none here: one row is all there is.
        self._layout = layout if layout is not None and layout.names else None
        self._grammar = Grammar.of(missing_tokens, decimal)
        # A column with words of its own for missing has a grammar of its own.
        self._own = {
            column.name: Grammar.of((*missing_tokens, *column.missing_words), decimal)
            for column in inputs
            if column.missing_words
        }
        self._numbers = tuple(column for column in inputs if column.kind.is_number)
        self._strings = tuple(column for column in inputs if not column.kind.is_number)
        self._number_names = tuple(column.name for column in self._numbers)
        self._string_names = tuple(column.name for column in self._strings)
        self._cells = tuple(
            (column.name, reader_of(column, grammar), column.kind in _TAKES_NUMBERS, grammar.marked)
            for column in self._numbers
            for grammar in [self._own.get(column.name, self._grammar)]
        )
        self._words = tuple(
            (column.name, self._own.get(column.name, self._grammar)) for column in self._strings
        )
        # What is no word has a reader of its own.
        self._others: dict[str, Callable[[Any], str | Picture | None]] = {
            column.name: partial(picture_of, name=column.name)
            if column.kind is ColumnKind.IMAGE
            else partial(sequence_of, grammar=self._own.get(column.name, self._grammar))
            for column in self._strings
            if not column.kind.is_string
        }

    def read_row(self, row: Mapping[str, Any]) -> Blocks:
        """Read one row.

        Raises:
            UsageError: if it is no row: column name to value.
            MissingColumns: if the row lacks a column of the model.
            UnparseableValue: if a value does not fit its column.
        """
        return self.joined([self.read_cells(row)])

    def joined(self, rows: Sequence[Cells]) -> Blocks:
        """Return rows that were read one by one, at least one, as blocks."""
        return Blocks(
            self._number_names,
            self._string_names,
            np.array([row.numbers for row in rows], dtype=np.float64),
            np.array([row.strings for row in rows], dtype=object),
        )

    def read_rows(self, rows: Sequence[Mapping[str, Any]]) -> Blocks:
        """Read many rows; an error names the row, 1 is the first."""
        for row in rows if self._layout is not None else ():
            self._require_whole(row)
        self.require_keys(rows)
        names = [column.name for column in self.inputs]
        return self._read_columns({name: [row[name] for row in rows] for name in names}, len(rows))

    def require_keys(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Refuse a row that lacks a column of the model, as a row alone is refused.

        Raises:
            MissingColumns: at the first such row, 1 is the first; it knows the others.
        """
        names = frozenset(column.name for column in self.inputs)
        misfits = [at for at, row in enumerate(rows) if not names <= row.keys()]
        if misfits:
            self._require_columns(rows[misfits[0]], misfits=misfits)

    def read_columns(self, columns: Mapping[str, Sequence[Any] | npt.NDArray[Any]]) -> Blocks:
        """Read whole columns of equal length; an error names the first cell of the first column."""
        self._require_whole(columns)
        self._require_columns(columns)
        n_rows = len(columns[self.inputs[0].name]) if self.inputs else 0
        return self._read_columns(columns, n_rows)

    def _read_columns(self, columns: Mapping[str, Any], n_rows: int) -> Blocks:
        read: dict[str, Any] = {}
        errors: list[UnparseableValue] = []
        readers = {name: cell for name, cell, _, _ in self._cells}
        for column in self.inputs:
            values = columns[column.name]
            if column.kind in _TAKES_NUMBERS and _is_doubles(values):
                marked = self._own.get(column.name, self._grammar).marked
                is_number = np.isfinite(values) & ~np.isin(values, list(marked))
                read[column.name] = np.where(is_number, values, np.nan)
                continue
            grammar = self._own.get(column.name, self._grammar)
            cell: Callable[[Any], Any] = (
                readers.get(column.name)
                or self._others.get(column.name)
                or partial(self._string, grammar=grammar)
            )
            try:
                read[column.name] = self._each(column, cell, values)
            except UnparseableValue as error:
                errors.append(error)
        if errors:
            # The first knows the bad rows of all columns, so that one turn parts them.
            errors[0].misfits = sorted({at for error in errors for at in error.misfits})
            raise errors[0]
        numbers = np.empty((n_rows, len(self._numbers)))
        strings = np.empty((n_rows, len(self._strings)), dtype=object)
        for at, name in enumerate(self._number_names):
            numbers[:, at] = read[name]
        for at, name in enumerate(self._string_names):
            strings[:, at] = read[name]
        return Blocks(self._number_names, self._string_names, numbers, strings)

    def read_cells(self, row: Mapping[str, Any]) -> Cells:
        """Read one row that may be joined with others; it is refused as by `read_row`."""
        numbers: list[float] = []
        name = ""
        if self._layout is not None and isinstance(row, Mapping):
            self._require_whole(row)
        try:
            for name, cell, takes_numbers, marked in self._cells:
                value = row[name]
                # A finite float, or a whole number that one holds, is what nearly every cell is:
                # it is taken without a call.
                kind = type(value)
                if (
                    takes_numbers
                    and (
                        (kind is float and value - value == 0)
                        or (kind is int and -_WHOLE < value < _WHOLE)
                    )
                    and value not in marked
                ):
                    numbers.append(value)
                else:
                    numbers.append(cell(value))
            strings: list[str | Picture | None] = []
            for name, grammar in self._words:
                if name in self._others:
                    strings.append(self._others[name](row[name]))
                else:
                    strings.append(self._string(row[name], grammar))
        except (KeyError, IndexError, TypeError) as error:
            if not hasattr(row, "keys"):
                raise UsageError(
                    f"A row must be a dict, column name to value; got {type(row).__name__}.",
                    fix="For several rows or a table use predict.",
                ) from error
            self._require_columns(row)
            raise
        except ValueError as error:
            column = next(each for each in self.inputs if each.name == name)
            raise unfit_cell(column, row[name], row=1, decimal=self._grammar.decimal) from error
        return Cells(numbers, strings)

    def _string(self, value: Any, grammar: Grammar) -> str | None:
        if type(value) is not str or not value.isascii():
            return text_of(value, grammar)
        stripped = value.strip(WHITE_SPACE)
        return None if stripped in grammar.missing else stripped

    def _each(
        self, column: InputColumn, cell: Callable[[Any], Any], values: Sequence[Any]
    ) -> list[Any]:
        read = []
        for row, value in enumerate(values, start=1):
            try:
                read.append(cell(value))
            except ValueError as error:
                decimal = self._grammar.decimal
                misfits = [at for at, each in enumerate(values) if not _is_read(cell, each)]
                raise unfit_cell(
                    column, value, row=row, decimal=decimal, misfits=misfits
                ) from error
        return read

    def _require_whole(self, present: Mapping[str, Any]) -> None:
        """Refuse items that lie as those did which became sequences in the training."""
        met = None if self._layout is None else self._layout.met_in([*present])
        if met is None or not met.names:
            return
        name = met.names[0]
        raise UsageError(
            f"'{name}' is a sequence, and its items came one by one: here nobody gathers them.",
            fix=f'Send it whole, for example {{"{name}": [0.1, 0.4]}}.',
            column=name,
        )

    def _require_columns(self, present: Mapping[str, Any], *, misfits: Sequence[int] = ()) -> None:
        absent = [column.name for column in self.inputs if column.name not in present]
        if not absent:
            return
        close = nearest(absent[0], map(str, present))
        names = ", ".join(f"'{name}'" for name in absent[:10])
        hint = f"The nearest that came is '{close}'." if close else "Send null where it is unknown."
        if close and normalize("NFC", close) == normalize("NFC", absent[0]):
            hint = (
                f"'{close}' came, which looks alike and has other code points: {_forms(absent[0])}."
            )
        row = misfits[0] + 1 if misfits else None
        subject = "The input" if row is None else f"Row {row}"
        error = MissingColumns(f"{subject} lacks {names}.", fix=hint, row=row, column=absent[0])
        error.misfits = misfits
        raise error


def _is_read(cell: Callable[[Any], Any], value: Any) -> bool:
    try:
        cell(value)
    except ValueError:
        return False
    return True


def _forms(name: str) -> str:
    """Say in which Unicode form a name is written (Unicode Standard Annex 15)."""
    form = next((form for form in ("NFC", "NFD") if is_normalized(form, name)), None)
    return f"send the name in the form {form}" if form else f"send it as {name!a}"


def _is_doubles(values: object) -> bool:
    return isinstance(values, np.ndarray) and values.dtype == np.float64
