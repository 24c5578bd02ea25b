"""A table that breaks its data schema is refused with row, column and way out."""

from datetime import datetime

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelyard.domain.columns import Column, ColumnKind
from modelyard.domain.errors import SchemaViolation
from modelyard.domain.schemas import DataSchema
from modelyard.domain.tables import Table
from modelyard.engine.schema_check import check_table


def _check(kind, values, rule, *, required=(), **told):
    table = Table(pl.DataFrame({"x": values}), (Column("x", ColumnKind(kind), **told),))
    raw = {"properties": {"x": rule}, "required": list(required)}
    check_table(table, DataSchema.from_json(raw))


def _day(day, hour=0):
    return datetime(2020, 1, day, hour)  # noqa: DTZ001


NOON = _day(2, 12)


@pytest.mark.parametrize(
    ("kind", "values", "rule", "row", "sample"),
    [
        ("integer", [3, 5, 99, 100], {"type": "integer", "maximum": 10}, 3, "99"),
        ("numeric", [0.5, -1.0, -2.0], {"minimum": 0}, 2, "-1.0"),
        ("numeric", [1.0, 2.5], {"type": "integer"}, 2, "2.5"),
        ("category", ["a", "b", "a", "z"], {"enum": ["a", "b"]}, 4, "z"),
        ("category", ["1", "n/a"], {"type": "number"}, 1, "1"),
        ("integer", [0, 2], {"type": "boolean"}, 2, "2"),
        ("boolean", [False, True], {"type": "integer", "maximum": 0}, 2, "1"),
        ("boolean", [True], {"type": "string"}, 1, "True"),
        ("datetime", [_day(1), NOON], {"pattern": "^.{10}$"}, 2, "2020-01-02T12:00:00"),
    ],
)
def test_first_wrong_cell_is_named(kind, values, rule, row, sample):
    with pytest.raises(SchemaViolation, match=f"row {row} holds") as caught:
        _check(kind, values, rule)
    error = caught.value
    assert (error.row, error.column, error.sample) == (row, "x", sample)
    assert error.fix


@pytest.mark.parametrize(
    ("kind", "values", "rule"),
    [
        ("integer", [1, 2], {"type": "number", "minimum": 1, "maximum": 2}),
        ("integer", [1, None], {"type": "integer"}),
        ("numeric", [1.0, 2.0], {"type": "integer"}),
        ("numeric", [1.5, 2.5], {}),
        ("integer", [123, 45], {"type": "string", "pattern": "^[0-9]+$"}),
        ("integer", [1, 0, None], {"type": "boolean"}),
        ("boolean", [True, False], {"type": "integer", "enum": [0, 1]}),
        ("boolean", [True, False], {"type": "boolean"}),
        ("datetime", [_day(1), _day(2)], {"type": "string", "pattern": "^2020-01-0[12]$"}),
        ("category", ["a", None], {"type": "string", "minLength": 1}),
    ],
)
def test_cells_are_looked_at_as_the_schema_means_them(kind, values, rule):
    _check(kind, values, rule)


def test_moments_are_compared_as_they_were_written():
    rule = {"type": "string", "pattern": r"^\d\d\.\d\d\.\d{4}$"}
    _check("datetime", [_day(1)], rule, datetime_format="%d.%m.%Y")


def test_missing_cell_of_a_required_column_is_named_by_its_row():
    with pytest.raises(SchemaViolation, match="must be filled in; row 2 is empty") as caught:
        _check("numeric", [1.0, None], {"type": "number"}, required=["x"])
    assert (caught.value.row, caught.value.sample) == (2, None)


def test_required_column_may_be_empty_where_the_schema_allows_null():
    _check("numeric", [1.0, None], {"type": ["number", "null"]}, required=["x"])


def test_absent_required_column_is_named():
    with pytest.raises(SchemaViolation, match="'y' is missing") as caught:
        _check("numeric", [1.0], {}, required=["x", "y"])
    assert caught.value.column == "y"


def test_other_column_is_refused_only_where_the_schema_says_so():
    table = Table(pl.DataFrame({"x": [1]}), (Column("x", ColumnKind.INTEGER),))
    check_table(table, DataSchema.from_json({}))
    with pytest.raises(SchemaViolation, match="allows no other columns"):
        check_table(table, DataSchema.from_json({"additionalProperties": False}))


@given(
    st.lists(st.none() | st.integers(-9, 9), min_size=1),
    st.fixed_dictionaries(
        {}, optional={"minimum": st.integers(-9, 9), "exclusiveMaximum": st.integers(-9, 9)}
    ),
)
def test_table_is_refused_just_where_one_of_its_rows_is(values, rule):
    schema = DataSchema.from_json({"properties": {"x": {"type": "integer", **rule}}})
    frame = pl.DataFrame({"x": pl.Series(values, dtype=pl.Int64)})
    table = Table(frame, (Column("x", ColumnKind.INTEGER),))
    wrong = [row for row, value in enumerate(values, 1) if schema.check_row({"x": value})]
    if not wrong:
        check_table(table, schema)
        return
    with pytest.raises(SchemaViolation) as caught:
        check_table(table, schema)
    assert caught.value.row == wrong[0]
