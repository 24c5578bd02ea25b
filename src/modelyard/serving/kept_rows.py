"""What the prediction log keeps of rows: cells as they came, and of a picture its SHA-256 alone.

A picture has a thousand times the bytes of a row, and shows whom or what it shows: a log of a year
is no place for it. Its hash still tells which picture was asked about, to whoever has it.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from modelyard.domain.pictures import named_by_hash
from modelyard.runtime.pictures.requests import picture_of
from modelyard.serving.answers import RowRead
from modelyard.serving.batches import ColumnLists, RowList
from modelyard.serving.forms import as_json
from modelyard.serving.shelf import Served


def kept_row(read: RowRead, body: bytes) -> bytes:
    """Return one row as JSON that `/predict` takes, but for its pictures.

    Args:
        read: the row.
        body: in which it came.
    """
    pictured = read.served.pictured
    return msgspec.json.encode({"row": _without(pictured, read.row)}) if pictured else body


def kept_rows(served: Served, rows: RowList | ColumnLists, *, body: bytes | None = None) -> bytes:
    """Return many rows as JSON that `/predict-batch` takes, but for their pictures.

    Args:
        served: the model that takes them.
        rows: in the form in which they came.
        body: in which they came, if that was JSON.
    """
    pictured = served.pictured
    if body is not None and not pictured:
        return body
    if isinstance(rows, RowList):
        return msgspec.json.encode({"rows": [_without(pictured, row) for row in rows.rows]})
    columns = {
        name: [_named(cell, name) for cell in cells] if name in pictured else cells
        for name, cells in rows.columns.items()
    }
    return as_json(ColumnLists(columns, rows.n_rows))


def _without(pictured: frozenset[str], row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _named(cell, name) if name in pictured else cell for name, cell in row.items()}


def _named(cell: Any, name: str) -> str | None:
    """Return what is kept of a picture; nothing of what is none, for its row has no answer."""
    try:
        picture = picture_of(cell, name)
    except ValueError:
        return None
    return None if picture is None else named_by_hash(picture)
