"""The one error that names a cell which does not fit its column, whichever door it came through."""

from collections.abc import Sequence
from typing import Any

from modelyard.domain.cells import parse_number
from modelyard.domain.columns import Column, ColumnKind, InputColumn
from modelyard.domain.errors import UnparseableValue

_EXPECTED = {
    ColumnKind.NUMERIC: "a number",
    ColumnKind.INTEGER: "a whole number",
    ColumnKind.BOOLEAN: "a truth value",
    ColumnKind.DATETIME: "a date",
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
    if column.kind is ColumnKind.BOOLEAN and column.true_words:
        expected += f" ({', '.join((*column.true_words, *column.false_words))})"
    if column.kind is ColumnKind.DATETIME:
        expected += f" ({column.datetime_format or 'ISO 8601, as in 2026-01-31'})"
    error = UnparseableValue(
        f"Column '{column.name}' must hold {expected} in each cell; row {row} holds '{shown}'.",
        fix=_fix(column.kind, cell, decimal),
        row=row,
        column=column.name,
        sample=shown,
    )
    error.misfits = misfits
    return error


def _fix(kind: ColumnKind, cell: Any, decimal: str) -> str:
    other = "," if decimal == "." else "."
    if (
        kind in {ColumnKind.NUMERIC, ColumnKind.INTEGER}
        and isinstance(cell, str)
        and parse_number(cell, decimal) is None
        and parse_number(cell, other) is not None
    ):
        return (
            f"Numbers are read with the decimal mark '{decimal}': write them so, or say that the "
            f"mark of the data is '{other}'."
        )
    return (
        f"Mend the cell or leave it empty; for a training you may also mark '{_shown(cell)}' as "
        f"missing."
    )


def _shown(cell: Any) -> str:
    try:
        text = str(cell)[:60]
    except ValueError:
        return "a whole number of thousands of digits"
    # Half of a surrogate pair cannot be printed.
    return text.encode("utf-8", "backslashreplace").decode()
