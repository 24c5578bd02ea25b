"""Reads the pictures of a request: the body itself, or the files of a form of a browser."""

import time
from collections.abc import Sequence

from modelyard.domain.columns import ColumnKind
from modelyard.domain.errors import MalformedBody, NotFound, UnsupportedMedia
from modelyard.domain.pictures import Picture
from modelyard.runtime.pictures.requests import picture_of
from modelyard.serving.answers import RowRead, read_row
from modelyard.serving.batches import RowList
from modelyard.serving.exchanges import JSON_TYPE, Headers
from modelyard.serving.form_files import FORM_TYPE, FormFile, files_of
from modelyard.serving.shelf import Served

_MOST_NAMED = 5


def takes_one_picture(served: Served) -> bool:
    """Return whether a model takes one picture and nothing else."""
    return [each.kind for each in served.manifest.inputs] == [ColumnKind.IMAGE]


def column_of(served: Served) -> str:
    """Return the column of a model that takes one picture and nothing else.

    Raises:
        NotFound: if the model takes something else.
    """
    if not takes_one_picture(served):
        raise NotFound(
            f"'{served.name}' takes rows of a table, not one picture.",
            fix="Serve a model that was trained on pictures, or send rows to /predict.",
        )
    return served.manifest.inputs[0].name


def read_picture(served: Served, body: bytes, *, headers: Headers) -> RowRead:
    """Read the picture of a request; JSON is read as for one row.

    Raises:
        NotFound: if the model does not take one picture.
        MalformedBody: if there is none in the body, or more than one.
    """
    started, column = time.perf_counter(), column_of(served)
    kind = headers.get(b"content-type", b"")
    if kind.strip().lower().startswith(JSON_TYPE):
        return read_row(served, body)
    is_form = kind.strip().lower().startswith(FORM_TYPE)
    content = _one_of(files_of(body, kind)) if is_form else body
    if not content:
        raise MalformedBody(
            "The body must be the bytes of a picture, or a form with one file.",
            fix="curl --data-binary @cat.jpg -H 'Content-Type: image/jpeg' …",
        )
    row = {column: picture_of(content, column)}
    cells = served.predictor.reader.read_cells(row)
    return RowRead(served, row, cells, started, time.perf_counter())


def read_pictures(served: Served, body: bytes, *, headers: Headers) -> tuple[RowList, list[str]]:
    """Read the pictures of a form as rows, and what the files are called.

    Raises:
        UnsupportedMedia: if the model does not take one picture and nothing else.
        MalformedBody: if there is no file in the form, or too many.
    """
    if not takes_one_picture(served):
        raise UnsupportedMedia(
            f"'{served.name}' takes rows of a table; a form came.",
            fix="Send the rows as JSON, with the header Content-Type: application/json.",
        )
    column = served.manifest.inputs[0].name
    files = files_of(body, headers.get(b"content-type", b""))
    if not files:
        raise MalformedBody(
            "The form must hold files of pictures; there is none in it.",
            fix="curl -F file=@cat.jpg -F file=@dog.jpg …",
        )
    rows = RowList([{column: Picture.of(each.content, each.name)} for each in files])
    return rows, [each.name for each in files]


def _one_of(files: Sequence[FormFile]) -> bytes:
    """Return the content of the one file of a form, empty where there is none."""
    if len(files) > 1:
        others = f" and {len(files) - _MOST_NAMED} more" if len(files) > _MOST_NAMED else ""
        names = ", ".join(f"'{each.name}'" for each in files[:_MOST_NAMED])
        raise MalformedBody(
            f"The form must hold one file; {len(files)} came: {names}{others}.",
            fix="Send one file, or all of them to where many rows are answered: /predict-batch of "
            "a server, /predict/images of the platform.",
        )
    return files[0].content if files else b""
