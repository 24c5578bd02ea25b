"""The first rows of a table, with the kind of each column, as they are read."""

from collections.abc import Sequence
from typing import Any

from modelyard.client.clients import Client
from modelyard.domain.columns import ColumnKind
from modelyard.kit.numerals import count, counted
from modelyard.kit.texts import visible
from modelyard.ui.data.columns import KINDS
from modelyard.ui.parts.cells import cell_told
from modelyard.ui.pictures.walls import has_pictures, show_wall
from modelyard.wire.datasets import DatasetVersionAnswer, PreviewAnswer

_N_ROWS = 50
# Very wide tables are looked at by their first columns; the list of columns has all of them.
_MOST_COLUMNS = 300
_ROW = "row"
_MIDNIGHT = "T00:00:00"


def content_told(version: DatasetVersionAnswer) -> str:
    """Return how much is in a version that was read."""
    if has_pictures(version):
        return counted(version.n_rows or 0, "picture")
    rows, columns = counted(version.n_rows or 0, "row"), counted(version.n_columns or 0, "column")
    return f"{rows} · {columns}"


def show_content(client: Client, version: DatasetVersionAnswer) -> None:
    """Draw what is in a version that was read: its first rows, or pictures."""
    if has_pictures(version):
        show_wall(client, version)
    else:
        show_rows(client, version)


def show_rows(client: Client, version: DatasetVersionAnswer) -> None:
    """Draw the first rows of a version that was read."""
    import streamlit as st

    preview = client.datasets.preview(version.reference, n_rows=_N_ROWS)
    st.subheader("First rows", anchor=False)
    st.dataframe(
        frame_of(preview),
        hide_index=True,
        placeholder="missing",
        column_config=_config(preview),
        alt=f"The first rows of {visible(version.reference)}",
    )
    st.caption(_told(preview))


def frame_of(preview: PreviewAnswer) -> dict[str, list[Any]]:
    """Return the columns of a preview as a table takes them, by their number.

    Names may be anything, also twice the same to the eye: they are shown, and not looked up by.
    """
    kinds = [column.kind for column in preview.columns[:_MOST_COLUMNS]]
    cells = zip(*preview.rows, strict=True) if preview.rows else ([] for _ in kinds)
    columns = (_cells(column, kind) for column, kind in zip(cells, kinds, strict=False))
    return {_ROW: list(range(1, len(preview.rows) + 1))} | {
        str(at): column for at, column in enumerate(columns)
    }


def _cells(column: Sequence[Any], kind: str) -> list[Any]:
    """Return the cells of a column; text where it may hold anything, so that no type is guessed."""
    if kind in {ColumnKind.NUMERIC, ColumnKind.INTEGER}:
        return list(column)
    if kind == ColumnKind.BOOLEAN:
        return [None if cell is None else cell_told(cell) for cell in column]
    texts = [None if cell is None else visible(cell) for cell in column]
    if kind != ColumnKind.DATETIME:
        return texts
    is_of_days = all(text is None or text.endswith(_MIDNIGHT) for text in texts)
    return [text and (text.removesuffix(_MIDNIGHT) if is_of_days else text) for text in texts]


def _config(preview: PreviewAnswer) -> dict[str, Any]:
    import streamlit as st

    row = st.column_config.NumberColumn("Row", width="small", pinned=True)
    made: dict[str, Any] = {_ROW: row}
    for at, column in enumerate(preview.columns[:_MOST_COLUMNS]):
        name = visible(column.name)
        kind = KINDS.get(column.kind, column.kind)
        if column.kind in {ColumnKind.NUMERIC, ColumnKind.INTEGER}:
            made[str(at)] = st.column_config.NumberColumn(name, help=kind)
        else:
            made[str(at)] = st.column_config.TextColumn(name, help=kind)
    return made


def _told(preview: PreviewAnswer) -> str:
    rows = f"{count(len(preview.rows))} of {count(preview.n_rows)} rows"
    n_columns = len(preview.columns)
    if n_columns <= _MOST_COLUMNS:
        return f"{rows}, {count(n_columns)} columns"
    return f"{rows}, the first {count(_MOST_COLUMNS)} of {count(n_columns)} columns"
