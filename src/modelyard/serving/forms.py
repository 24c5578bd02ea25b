"""The forms in which rows come: one object, a list of objects, columns, or bare cells in order."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import numpy as np

from modelyard.domain.columns import InputColumn
from modelyard.serving.batches import ColumnLists, RowList
from modelyard.wire.jsons import read_json, refuse

_ONE = 'Send {"row": {"column": value}}.'
_MANY = 'Send {"rows": [{"column": value}]} or {"columns": {"column": [value]}}.'
_BARE = 'Send {"features": [[value]]}, cells in the order of /info.'


def read_one(body: bytes) -> dict[str, Any]:
    """Return the row of `{"row": {...}}`.

    Raises:
        MalformedBody: if it is of another form.
    """
    row = _only(read_json(body), ("row",), fix=_ONE)["row"]
    if type(row) is not dict:
        refuse("$.row", expected="an object, column name to value", came=row, fix=_ONE)
    return row


def read_many(body: bytes) -> RowList | ColumnLists:
    """Return the rows of `{"rows": [...]}` or `{"columns": {...}}`.

    Raises:
        MalformedBody: if they are of another form.
    """
    held = _only(read_json(body), ("rows", "columns"), fix=_MANY)
    if "rows" in held:
        rows = held["rows"]
        if type(rows) is not list:
            refuse("$.rows", expected="a list of objects", came=rows, fix=_MANY)
        _require_each(rows, dict, path="$.rows", expected="an object, column name to value")
        return RowList(rows)
    columns = held["columns"]
    if type(columns) is not dict:
        refuse("$.columns", expected="an object, column name to list", came=columns, fix=_MANY)
    return of_columns(columns)


def of_columns(columns: Mapping[str, Sequence[Any]]) -> ColumnLists:
    """Return columns as rows.

    Raises:
        MalformedBody: if a column is no list, or of another length than the first.
    """
    n_rows: int | None = None
    for name, cells in columns.items():
        if type(cells) is not list:
            refuse(f"$.columns.{name}", expected="a list of cells", came=cells, fix=_MANY)
        n_rows = len(cells) if n_rows is None else n_rows
        if len(cells) != n_rows:
            expected = f"a list of {n_rows} cells as the first column, not of {len(cells)}"
            refuse(f"$.columns.{name}", expected=expected, came=cells, fix="Send equal lengths.")
    return ColumnLists(columns, n_rows or 0)


def read_bare(body: bytes, inputs: Sequence[InputColumn]) -> ColumnLists:
    """Return the rows of `{"features": [[...]]}`, cells in the order of the model's columns.

    Raises:
        MalformedBody: if they are of another form, or a row has another number of cells.
    """
    rows = _only(read_json(body), ("features",), fix=_BARE)["features"]
    if type(rows) is not list:
        refuse("$.features", expected="a list of lists", came=rows, fix=_BARE)
    expected = f"a list of {len(inputs)} cells"
    _require_each(rows, list, path="$.features", expected=expected)
    for at, row in enumerate(rows):
        if len(row) != len(inputs):
            wanted = f"{expected}, not of {len(row)}"
            refuse(f"$.features[{at}]", expected=wanted, came=row, fix=_BARE)
    names = (column.name for column in inputs)
    cells = zip(*rows, strict=True) if rows else ([] for _ in inputs)
    return ColumnLists(dict(zip(names, map(list, cells), strict=True)), len(rows))


def as_json(rows: ColumnLists) -> bytes:
    """Return rows that came in another form as the JSON that `read_many` reads."""
    return _ENCODER.encode({"columns": rows.columns})


def _plain(cells: object) -> object:
    """Return what JSON holds of a cell, or of cells, that came in another form."""
    return cells.tolist() if isinstance(cells, np.ndarray) else str(cells)


def _only(value: Any, known: tuple[str, ...], *, fix: str) -> dict[str, Any]:
    """Return an object that holds exactly one of the known keys."""
    if type(value) is not dict:
        refuse("$", expected="an object", came=value, fix=fix)
    if len(value) != 1 or next(iter(value)) not in known:
        names = " or ".join(f"'{name}'" for name in known)
        others = ", ".join(f"'{name[:60]}'" for name in list(value)[:5]) or "none"
        expected = f"an object with the one key {names}, not {others}"
        refuse("$", expected=expected, came=value, fix=fix)
    return value


def _require_each(values: list[Any], kind: type, *, path: str, expected: str) -> None:
    if set(map(type, values)) <= {kind}:
        return
    at, value = next((at, each) for at, each in enumerate(values) if type(each) is not kind)
    refuse(f"{path}[{at}]", expected=expected, came=value, fix="Send every row alike.")


_ENCODER = msgspec.json.Encoder(enc_hook=_plain)
