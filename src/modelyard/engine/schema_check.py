"""Checks a typed table against a data schema, looking at each different value once."""

import polars as pl

from modelyard.domain.columns import Column, ColumnKind
from modelyard.domain.errors import SchemaViolation
from modelyard.domain.schema_cells import broken_rule, violation
from modelyard.domain.schemas import CellRule, DataSchema
from modelyard.domain.tables import Table

_NUMBERS = frozenset({ColumnKind.NUMERIC, ColumnKind.INTEGER})


def check_table(table: Table, schema: DataSchema) -> None:
    """Refuse a table with a cell that the schema does not allow.

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
        broken = broken_rule(schema, column, value=value)
        if broken is not None:
            row = int(series.is_first_distinct().arg_true()[at]) + 1
            error = violation(schema, column, value=value, broken=broken, row=row)
            error.misfits = _misfits(series, column, schema)
            raise error


def _misfits(series: pl.Series, column: Column, schema: DataSchema) -> list[int]:
    wrong = [
        value
        for value in series.unique().to_list()
        if broken_rule(schema, column, value=value) is not None
    ]
    is_wrong = series.is_in(pl.Series(wrong, dtype=series.dtype), nulls_equal=True)
    return is_wrong.arg_true().to_list()
