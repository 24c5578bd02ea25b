"""Finds in new rows what bound the rows of a training, so that intervals are as honest later."""

from collections.abc import Sequence
from dataclasses import replace

from modelyard.domain.columns import Column, InputColumn
from modelyard.domain.configs import ReadOptions
from modelyard.domain.errors import MissingColumns
from modelyard.domain.manifests import Manifest
from modelyard.domain.tables import RawTable, Table
from modelyard.engine.evaluation.resampling import Resampling
from modelyard.engine.kinds.typing import conform, type_table
from modelyard.engine.units import IntArray, bonds_over
from modelyard.kit.matching import suggestion


def reading_of(column: Column) -> InputColumn:
    """Return how a column is read, without what it held: values of a group may name people."""
    return InputColumn(
        name=column.name,
        kind=column.kind,
        true_words=column.true_words,
        false_words=column.false_words,
        datetime_format=column.datetime_format,
        missing_words=column.missing_words,
        number_format=column.number_format,
    )


def bound_rows(raw: RawTable, inputs: Table, *, manifest: Manifest, rows: IntArray) -> Resampling:
    """Return which rows depend on each other: by the training's group or time where that is there.

    Args:
        raw: the data.
        inputs: its columns that the model takes, every row.
        manifest: of the model.
        rows: positions of the rows that are measured.

    Raises:
        InvalidValue: if the column that ordered the rows is missing in some.
        UnparseableValue: if a cell of these columns cannot be read as in the training.
    """
    there = {
        use: column
        for use, column in (("group", manifest.group_column), ("time", manifest.time_column))
        if column is not None and column.name in raw.frame.columns
    }
    beside = tuple(column for column in there.values() if column.name not in inputs.names)
    table = _beside(inputs, conform(raw, beside)) if beside else inputs
    named = {use: column.name for use, column in there.items()}
    bonds = bonds_over(
        table.take(rows), inputs.names, group=named.get("group"), time=named.get("time")
    )
    return Resampling.of(table.take(rows), bonds)


def named_columns(raw: RawTable, inputs: Table, *, names: Sequence[str]) -> Table:
    """Return columns by name: as the model reads them, others as their own values tell.

    Raises:
        MissingColumns: if there is no such column, with the nearest name.
    """
    known = frozenset(inputs.names)
    others = [name for name in names if name not in known]
    for name in others:
        if name not in raw.frame.columns:
            fix = suggestion(name, raw.frame.columns, otherwise="Name one of the data's columns.")
            raise MissingColumns(f"There is no column '{name}'.", fix=fix, column=name)
    if not others:
        return inputs.select(names)
    apart = replace(raw, frame=raw.frame.select(others), coded=raw.coded & set(others))
    return _beside(inputs, type_table(apart, ReadOptions())).select(names)


def _beside(inputs: Table, others: Table) -> Table:
    frame = inputs.frame.hstack(others.frame.get_columns())
    return Table(frame, (*inputs.columns, *others.columns), inputs.facts)
