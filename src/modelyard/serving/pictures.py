"""Reads the one picture of a request: the body itself, or the file of a form of a browser."""

import re
import time

from modelyard.domain.columns import ColumnKind
from modelyard.domain.errors import MalformedBody, NotFound
from modelyard.runtime.pictures.requests import picture_of
from modelyard.serving.answers import RowRead, read_row
from modelyard.serving.exchanges import JSON_TYPE, Headers
from modelyard.serving.shelf import Served

_FORM = b"multipart/form-data"
# RFC 2046, section 5.1.1: what a boundary may be.
_BOUNDARY = re.compile(
    rb'boundary="?([0-9A-Za-z\'()+_,\-./:=? ]{1,70}?)"?\s*(?:;|$)', re.IGNORECASE
)
_IS_FILE = re.compile(rb"^content-disposition:[^\r\n]*\bfilename", re.IGNORECASE | re.MULTILINE)


def column_of(served: Served) -> str:
    """Return the column of a model that takes one picture and nothing else.

    Raises:
        NotFound: if the model takes something else.
    """
    inputs = served.manifest.inputs
    if [each.kind for each in inputs] != [ColumnKind.IMAGE]:
        raise NotFound(
            f"'{served.name}' takes rows of a table, not one picture.",
            fix="Serve a model that was trained on pictures, or send rows to /predict.",
        )
    return inputs[0].name


def read_picture(served: Served, body: bytes, *, headers: Headers) -> RowRead:
    """Read the picture of a request; JSON is read as for one row.

    Raises:
        NotFound: if the model does not take one picture.
        MalformedBody: if there is none in the body.
    """
    started, column = time.perf_counter(), column_of(served)
    kind = headers.get(b"content-type", b"")
    if kind.strip().lower().startswith(JSON_TYPE):
        return read_row(served, body)
    content = _file_of(body, kind) if kind.strip().lower().startswith(_FORM) else body
    if not content:
        raise MalformedBody(
            "The body must be the bytes of a picture, or a form with one file.",
            fix="curl --data-binary @cat.jpg -H 'Content-Type: image/jpeg' …",
        )
    row = {column: picture_of(content, column)}
    cells = served.predictor.reader.read_cells(row)
    return RowRead(served, row, cells, started, time.perf_counter())


def _file_of(body: bytes, kind: bytes) -> bytes:
    """Return the first file of a form (RFC 7578), empty where there is none."""
    found = _BOUNDARY.search(kind)
    if found is None:
        return b""
    parts = (b"\r\n" + body).split(b"\r\n--" + found[1])
    for part in parts[1:]:
        head, blank, content = part.partition(b"\r\n\r\n")
        if blank and _IS_FILE.search(head):
            return content
    return b""
