"""Judges single cells by a data schema: training judges its tables so, serving its requests.

A text file does not say whether 1 is a number, a text or a truth value. So where the schema knows a
column as text, its numbers are compared by their text, where it knows it as boolean, 0 and 1 are
false and true, and where it knows it as a number, false and true are 0 and 1.
"""

from datetime import datetime, time
from typing import Any

from modelyard.domain.columns import Column, InputColumn
from modelyard.domain.errors import SchemaViolation
from modelyard.domain.schemas import DataSchema

_FIX_EMPTY = "Fill it in, allow null in the schema, or take the column out of 'required'."
_FIX_WRONG = "Correct the cell, leave the row out, or change the schema."


def broken_rule(schema: DataSchema, column: Column | InputColumn, *, value: Any) -> str | None:
    """Return what a cell must be and is not, or None where all is well.

    Args:
        schema: that has a rule for the column.
        column: as the cell was read.
        value: str, int, float, bool, datetime, or None for a missing cell.
    """
    return schema.violations(column.name, _as_json(value, column, schema))


def violation(
    schema: DataSchema, column: Column | InputColumn, *, value: Any, broken: str, row: int
) -> SchemaViolation:
    """Return the error for a cell that breaks its rule.

    Args:
        schema: as for `broken_rule`.
        column: as for `broken_rule`.
        value: as for `broken_rule`.
        broken: what that returned.
        row: of the cell, 1 is the first.
    """
    seen = _as_json(value, column, schema)
    came = "is empty" if value is None else f"holds '{seen}'"
    return SchemaViolation(
        f"Column '{column.name}' {broken}; row {row} {came}.",
        fix=_FIX_EMPTY if value is None else _FIX_WRONG,
        row=row,
        column=column.name,
        sample=None if value is None else str(seen),
    )


def _as_json(value: Any, column: Column | InputColumn, schema: DataSchema) -> Any:
    """Return the cell as the schema may want to see it."""
    types = schema.rules[column.name].types
    if isinstance(value, datetime):
        return _written(value, column.datetime_format)
    if value is None or isinstance(value, str) or not types:
        return value
    wants_number = "number" in types or "integer" in types
    if isinstance(value, bool):
        return int(value) if wants_number and "boolean" not in types else value
    if wants_number:
        return value
    if "boolean" in types and value in {0, 1}:
        return bool(value)
    return str(value) if "string" in types else value


def _written(moment: datetime, datetime_format: str | None) -> str:
    if datetime_format is not None:
        return moment.strftime(datetime_format)
    return moment.date().isoformat() if moment.time() == time() else moment.isoformat()
