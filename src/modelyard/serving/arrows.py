"""Reads rows from an Arrow IPC stream, where pyarrow is installed."""

from typing import Any

from modelyard.domain.errors import MalformedBody, UnsupportedMedia
from modelyard.serving.batches import ColumnLists

ARROW_TYPE = b"application/vnd.apache.arrow.stream"


def read_arrow(body: bytes) -> ColumnLists:
    """Return the columns of an Arrow IPC stream.

    Raises:
        UnsupportedMedia: if pyarrow is not installed.
        MalformedBody: if the body is no such stream, or two columns have one name.
    """
    try:
        import pyarrow as pa
    except ImportError as error:
        raise UnsupportedMedia(
            "Arrow is read with pyarrow, which this server lacks.",
            fix="Send JSON, or install modelyard[arrow].",
        ) from error
    try:
        with pa.ipc.open_stream(body) as stream:
            table = stream.read_all()
            table.validate(full=True)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, OSError) as error:
        raise MalformedBody(
            f"The body is no Arrow stream: {str(error)[:200]}.", fix="Send an Arrow IPC stream."
        ) from error
    if len(set(table.column_names)) < table.num_columns:
        raise MalformedBody("Two columns have one name.", fix="Send each column once.")
    columns = {name: _cells(table.column(name), pa) for name in table.column_names}
    return ColumnLists(columns, table.num_rows)


def _cells(column: Any, pa: Any) -> Any:
    """Return doubles as an array, gaps as NaN; all else as values of Python."""
    if pa.types.is_float64(column.type):
        return column.to_numpy(zero_copy_only=False)
    return column.to_pylist()
