"""Holds requests to the data schema of the training, in the words that a table is refused with."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from modelyard.domain.columns import ColumnKind, InputColumn
from modelyard.domain.errors import SchemaViolation
from modelyard.domain.schema_cells import broken_rule, violation
from modelyard.domain.schemas import DataSchema
from modelyard.runtime.blocks import Blocks

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 -- cells are naive: the column's own clock


class Demands:
    """What rows must fulfil before they are answered."""

    def __init__(self, schema: Mapping[str, Any], inputs: Sequence[InputColumn]) -> None:
        """Take the part of a schema that speaks of the model's own columns."""
        self._schema = DataSchema.from_json(schema).only(column.name for column in inputs)
        self._columns = tuple(column for column in inputs if column.name in self._schema.rules)

    def require(self, blocks: Blocks) -> None:
        """Refuse rows with a cell that the schema does not allow.

        Raises:
            SchemaViolation: naming the first row that breaks the rule of the first such column; it
                knows the rows that break any rule.
        """
        first: SchemaViolation | None = None
        misfits: set[int] = set()
        for column in self._columns:
            for at, value in enumerate(_cells(blocks, column)):
                broken = broken_rule(self._schema, column, value=value)
                if broken is not None:
                    misfits.add(at)
                    first = first or violation(
                        self._schema, column, value=value, broken=broken, row=at + 1
                    )
        if first is not None:
            first.misfits = sorted(misfits)
            raise first


def _cells(blocks: Blocks, column: InputColumn) -> Iterator[Any]:
    """Yield the values of a column, None where missing."""
    if column.kind.is_number:
        for number in blocks.numbers[:, blocks.number_names.index(column.name)].tolist():
            yield None if np.isnan(number) else _value(number, column.kind)
    else:
        yield from blocks.strings[:, blocks.string_names.index(column.name)].tolist()


def _value(number: float, kind: ColumnKind) -> Any:
    """Return a number of the block as what it stands for."""
    if kind is ColumnKind.BOOLEAN:
        return bool(number)
    if kind is ColumnKind.DATETIME:
        return _EPOCH + timedelta(microseconds=number)
    # A column of whole numbers may hold a fraction by now.
    return int(number) if kind is ColumnKind.INTEGER and number.is_integer() else number
