"""The prediction log keeps rows as they came, but of a picture the hash alone, however it came."""

import json
from base64 import b64encode
from hashlib import sha256
from types import SimpleNamespace
from typing import Any

import pytest

from modelyard.serving.batches import ColumnLists, RowList
from modelyard.serving.kept_rows import kept_row, kept_rows

CONTENT = b"\x89PNG\r\n\x1a\n and so on"
BASE64 = b64encode(CONTENT).decode()
KEPT = f"sha256:{sha256(CONTENT).hexdigest()}"
SEES: Any = SimpleNamespace(pictured=frozenset({"photo"}))
BLIND: Any = SimpleNamespace(pictured=frozenset())


def _read(served: Any, row: dict[str, Any]) -> Any:
    return SimpleNamespace(served=served, row=row)


@pytest.mark.parametrize(
    "cell",
    [
        pytest.param(BASE64, id="base64"),
        pytest.param(f"data:image/png;base64,{BASE64}", id="data-url"),
        pytest.param(CONTENT, id="bytes"),
    ],
)
def test_of_a_picture_its_hash_is_kept_however_it_came(cell: Any) -> None:
    kept = kept_row(_read(SEES, {"photo": cell, "age": 3}), b"the body")
    assert json.loads(kept) == {"row": {"photo": KEPT, "age": 3}}
    columns = ColumnLists({"photo": [cell, None], "age": [3, 4]}, 2)
    assert json.loads(kept_rows(SEES, columns)) == {
        "columns": {"photo": [KEPT, None], "age": [3, 4]}
    }


def test_of_many_rows_each_picture_is_kept_by_its_hash() -> None:
    rows = RowList([{"photo": BASE64}, {"photo": None}, {"photo": "no base64"}])
    kept = json.loads(kept_rows(SEES, rows, body=b"the body"))
    assert kept == {"rows": [{"photo": KEPT}, {"photo": None}, {"photo": None}]}


def test_rows_without_pictures_are_kept_as_they_came() -> None:
    body = b'{"row":  {"age": 3}}'
    assert kept_row(_read(BLIND, {"age": 3}), body) is body
    assert kept_rows(BLIND, RowList([{"age": 3}]), body=body) is body
