"""Checks a typed table against a data schema, looking at each different value once."""

from datetime import datetime, time
from typing import Any

import polars as pl

from modelyard.domain.columns import Column, ColumnKind
from modelyard.domain.errors import SchemaViolation
from modelyard.domain.schemas import CellRule, DataSchema
from modelyard.domain.tables import Table

_FIX_EMPTY = "Fill it in, allow null in the schema, or take the column out of 'required'."
_FIX_WRONG = "Correct the cell, leave the row out, or change the schema."
_NUMBERS = frozenset({ColumnKind.NUMERIC, ColumnKind.INTEGER})


def check_table(table: Table, schema: DataSchema) -> None:
    """Refuse a table with a cell that the schema does not allow.

    A text file does not say whether 1 is a number, a text or a truth value. So where the schema
    knows a column as text, its numbers are compared by their text, where it knows it as boolean,
    0 and 1 are false and true, and where it knows it as a number, false and true are 0 and 1.

    Raises:
        SchemaViolation: naming the first row that breaks the rule of the first such column.
    """
    for name in schema.required:
        if name not in table.names:
            raise SchemaViolation(
                f"Column '{name}' is missing, and the data schema requires it.",
                fix="Add the column, or take it out of 'required' in the schema.",
                column=name,
            )
    for column in table.columns:
        rule = schema.rules.get(column.name)
        if rule is None:
            _require_allowed(column, schema)
        elif not _is_within(table.frame[column.name], column, rule, schema):
            _check_values(table, column, schema)


def _require_allowed(column: Column, schema: DataSchema) -> None:
    if not schema.allows_others:
        raise SchemaViolation(
            f"Column '{column.name}' is not in the data schema, which allows no other columns.",
            fix="Drop the column, or set 'additionalProperties' to true in the schema.",
            column=column.name,
        )


def _is_within(series: pl.Series, column: Column, rule: CellRule, schema: DataSchema) -> bool:
    """Return whether the smallest and the largest number already show that all are allowed."""
    if column.kind not in _NUMBERS or rule.values is not None or series.null_count():
        return False
    known = "integer" if column.kind is ColumnKind.INTEGER else "number"
    if rule.types and not {known, "number"} & set(rule.types):
        return False
    ends = (series.min(), series.max())
    return all(schema.violations(column.name, end) is None for end in ends)


def _check_values(table: Table, column: Column, schema: DataSchema) -> None:
    series = table.frame[column.name]
    # In the order of first appearance, so that the first wrong value stands in the first wrong row.
    for at, value in enumerate(series.unique(maintain_order=True).to_list()):
        seen = _as_json(value, column, schema.rules[column.name].types)
        broken = schema.violations(column.name, seen)
        if broken is not None:
            row = int(series.is_first_distinct().arg_true()[at]) + 1
            came = "is empty" if value is None else f"holds '{seen}'"
            raise SchemaViolation(
                f"Column '{column.name}' {broken}; row {row} {came}.",
                fix=_FIX_EMPTY if value is None else _FIX_WRONG,
                row=row,
                column=column.name,
                sample=None if value is None else str(seen),
            )


def _as_json(value: Any, column: Column, types: tuple[str, ...]) -> Any:
    """Return the cell as the schema may want to see it."""
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
