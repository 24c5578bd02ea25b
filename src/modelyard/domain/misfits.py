"""The one error that names a cell which does not fit its column, whichever door it came through."""

from collections.abc import Sequence
from typing import Any

from modelyard.domain.cells import INT64_MAX, parse_number
from modelyard.domain.columns import Column, ColumnKind, InputColumn
from modelyard.domain.errors import UnparseableValue
from modelyard.domain.number_formats import NumberFormat
from modelyard.domain.sequences import is_too_large
from modelyard.domain.values import LARGEST_NUMBER

_EXPECTED = {
    ColumnKind.NUMERIC: "a number",
    ColumnKind.INTEGER: "a whole number",
    ColumnKind.BOOLEAN: "a truth value",
    ColumnKind.DATETIME: "a date",
    ColumnKind.IMAGE: "a picture as base64, or its bytes",
    ColumnKind.SEQUENCE: "finite numbers, as a list or with spaces between them,",
}


def unfit_cell(
    column: Column | InputColumn,
    cell: Any,
    *,
    row: int,
    decimal: str = ".",
    misfits: Sequence[int] = (),
) -> UnparseableValue:
    """Return the error that names a cell which does not fit its column.

    Args:
        column: with the kind that was expected.
        cell: what came.
        row: 1 is the first.
        decimal: mark by which numbers were read.
        misfits: positions of all cells of the column that do not fit, where they are known.
    """
    shown = _shown(cell)
    expected = _EXPECTED.get(column.kind, "one word, number, date or truth value")
    if column.kind is ColumnKind.SEQUENCE and is_too_large(cell, decimal):
        expected = f"numbers of at most {LARGEST_NUMBER:g}"
    if column.kind is ColumnKind.BOOLEAN and column.true_words:
        expected += f" ({', '.join((*column.true_words, *column.false_words))})"
    if column.kind is ColumnKind.DATETIME:
        expected += f" ({column.datetime_format or 'ISO 8601, as in 2026-01-31'})"
    error = UnparseableValue(
        f"Column '{column.name}' must hold {expected} in each cell; row {row} holds '{shown}'.",
        fix=_fix(column, cell, decimal),
        row=row,
        column=column.name,
        sample=shown,
    )
    error.misfits = misfits
    return error


def _fix(column: Column | InputColumn, cell: Any, decimal: str) -> str:
    if column.kind is ColumnKind.IMAGE:
        return "Send the picture itself; a text is never the name of a file here."
    if column.kind is ColumnKind.SEQUENCE:
        unit = "Write its numbers in a larger unit" if is_too_large(cell, decimal) else "Mend it"
        return f"{unit}, or leave the cell empty."
    number_format = NumberFormat.read(column.number_format or decimal)
    other = number_format.in_mark("," if number_format.decimal == "." else ".")
    if (
        column.kind in {ColumnKind.NUMERIC, ColumnKind.INTEGER}
        and isinstance(cell, str)
        and number_format.parse(cell) is None
        and other.parse(cell) is not None
    ):
        like = f" and like {number_format.told}" if column.number_format else ""
        return (
            f"Numbers are read with the decimal mark '{number_format.decimal}'{like}: write them "
            f"so, or say that the mark of the data is '{other.decimal}'."
        )
    mend = "Mend the cell or leave it empty"
    if column.kind is ColumnKind.INTEGER and _is_beyond_64_bits(cell):
        mend = "It does not fit into 64 bits: read the column as numeric, which keeps 15 digits"
    return f"{mend}; for a training you may also mark '{_shown(cell)}' as missing."


def _is_beyond_64_bits(cell: Any) -> bool:
    number = parse_number(cell) if isinstance(cell, str) else None
    return number is not None and abs(number) >= INT64_MAX and number.is_integer()


def _shown(cell: Any) -> str:
    try:
        text = str(cell)[:60]
    except ValueError:
        return "a whole number of thousands of digits"
    # Half of a surrogate pair cannot be printed.
    return text.encode("utf-8", "backslashreplace").decode()
