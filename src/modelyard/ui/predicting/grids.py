"""Many rows by hand: a grid that is typed into or pasted from a spreadsheet, and its answers."""

import math
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from modelyard.client.clients import Client
from modelyard.domain.columns import ColumnKind
from modelyard.kit.numerals import counted
from modelyard.kit.spreadsheets import csv_text
from modelyard.ui.parts.advice import advised
from modelyard.ui.parts.cells import cell_told
from modelyard.ui.parts.problems import told
from modelyard.ui.parts.texts import plain
from modelyard.ui.predicting.asking import ask_rows, is_number
from modelyard.ui.predicting.rows import (
    Row,
    as_time,
    has_clock,
    is_rounded,
    is_spelled,
    keeps_time,
    truth_of,
    typical_row,
    whole_of,
    written,
)
from modelyard.wire.models import ColumnAnswer, ModelDetail

# Longer tables are answered by a file: a request may have a megabyte.
_MOST_ROWS = 1_000


def show_grid(client: Client, detail: ModelDetail) -> None:
    """Draw the grid, and the answers once they are asked for."""
    import streamlit as st

    st.caption(
        "Type, or paste rows from a spreadsheet: click the first cell and press Ctrl+V. Rows are "
        "added below. An empty cell is a missing value."
    )
    begun = f"grid-begun-{detail.id}"
    if begun not in st.session_state:
        st.session_state[begun] = _columns_of(detail, [typical_row(detail)])
    edited = st.data_editor(
        st.session_state[begun],
        key=f"grid-{detail.id}",
        num_rows="dynamic",
        hide_index=True,
        column_config={each.name: _config(each) for each in detail.columns},
    )
    rows = rows_of(detail, edited)
    if len(rows) > _MOST_ROWS:
        st.warning(f"Up to {_MOST_ROWS:,} rows are answered here; choose a file for more.")
    elif rows and st.button("Predict", type="primary", icon=":material/play_arrow:"):
        with told():
            _keep(client, detail, rows)
    _show_answers(detail)


def rows_of(detail: ModelDetail, edited: Mapping[str, Sequence[Any]]) -> list[Row]:
    """Return the rows of a grid as the model takes them, without those that are empty."""
    columns = {each.name: each for each in detail.columns}
    names = [name for name in columns if name in edited]
    rows = [
        {name: _cell(columns[name], cell) for name, cell in zip(names, cells, strict=True)}
        for cells in zip(*(edited[name] for name in names), strict=True)
    ]
    return [row for row in rows if any(cell is not None for cell in row.values())]


def answers_csv(columns: Mapping[str, Sequence[Any]]) -> str:
    """Return rows with their answers as a file for a spreadsheet, which runs nothing in it."""
    return csv_text(list(columns), zip(*columns.values(), strict=True))


def _cell(column: ColumnAnswer, cell: Any) -> Any:
    """Return a cell of the grid as JSON holds it; what is empty or no number is missing."""
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return None
    if isinstance(cell, date | datetime):
        return None if cell != cell else written(column, cell)  # noqa: PLR0124 -- so NaT is told
    if isinstance(cell, str):
        return whole_of(cell) if is_spelled(column) else cell.strip() or None
    is_whole = column.kind == ColumnKind.INTEGER and float(cell).is_integer()
    return int(cell) if is_whole else float(cell)


def _columns_of(detail: ModelDetail, rows: Sequence[Row]) -> dict[str, list[Any]]:
    return {each.name: [_for_grid(each, row[each.name]) for row in rows] for each in detail.columns}


def _for_grid(column: ColumnAnswer, cell: Any) -> Any:
    if column.kind == ColumnKind.DATETIME and keeps_time(column, column.example):
        at = as_time(column, cell)
        if at is None:
            return None
        return at.replace(tzinfo=None) if has_clock(column) else at.date()
    if column.kind == ColumnKind.BOOLEAN:
        cell = truth_of(column, cell)
    is_number = column.kind in {ColumnKind.NUMERIC, ColumnKind.INTEGER} and not is_spelled(column)
    return cell if is_number or cell is None else cell_told(cell)


def _config(column: ColumnAnswer) -> Any:
    import streamlit as st

    columns = st.column_config
    match column.kind:
        case ColumnKind.INTEGER if is_spelled(column):
            return columns.TextColumn(help="a whole number", validate=r"^\s*[+-]?[0-9]*\s*$")
        case ColumnKind.INTEGER:
            return columns.NumberColumn(step=1, format="%d")
        case ColumnKind.NUMERIC:
            return columns.NumberColumn()
        case ColumnKind.BOOLEAN:
            # A box to tick would have no place for what is missing.
            return columns.TextColumn(help="yes or no")
        case ColumnKind.DATETIME if keeps_time(column, column.example):
            return columns.DatetimeColumn() if has_clock(column) else columns.DateColumn()
        case _:
            # A column of choices would drop what is pasted and not among them, without a word.
            known = ", ".join(column.categories[:10])
            return columns.TextColumn(help=plain(f"In training: {known}") if known else None)


def _keep(client: Client, detail: ModelDetail, rows: Sequence[Row]) -> None:
    """Ask, and keep rows and answers until others are asked for."""
    import streamlit as st

    answer = ask_rows(client, detail, rows=rows, is_trial=False)
    told_ = answer.model_extra or {}
    found: dict[str, list[Any]] = {
        each.name: [row[each.name] for row in rows] for each in detail.columns
    }
    title = f"predicted {detail.target}"
    found[title] = told_["predictions"]
    if is_number(detail):
        for at, end in enumerate(("low", "high")):
            found[f"{title}, {end}"] = [
                None if each is None else each[at] for each in told_["intervals"]
            ]
    else:
        for at, label in enumerate(told_["labels"]):
            found[f"probability of {label}"] = [
                None if each is None else each[at] for each in told_["probabilities"]
            ]
    st.session_state[f"grid-found-{detail.id}"] = (found, told_["errors"])


def _show_answers(detail: ModelDetail) -> None:
    import streamlit as st

    kept = st.session_state.get(f"grid-found-{detail.id}")
    if kept is None:
        return
    found, errors = kept
    n_rows = len(next(iter(found.values())))
    st.markdown(f"**{counted(n_rows - len(errors), 'row')} answered**")
    shown = {name: _as_shown(cells) for name, cells in found.items()}
    st.dataframe(
        shown, hide_index=True, column_config=_shown(found), alt="The rows with their answers."
    )
    for error in errors:
        st.warning(
            f"Row {error['row']}: {plain(error['detail'])} {advised(error.get('fix'))}",
            icon=":material/warning:",
        )
    # Small text that was made on the spot; files of the platform come by links.
    st.download_button(
        "Download as CSV",
        answers_csv(found),
        file_name="predictions.csv",
        mime="text/csv",
        icon=":material/download:",
    )


def _as_shown(cells: Sequence[Any]) -> Sequence[Any]:
    """Return cells as a browser shows them, which rounds no number that is text."""
    if not any(map(is_rounded, cells)):
        return cells
    return [None if cell is None else str(cell) for cell in cells]


def _shown(found: Mapping[str, Sequence[Any]]) -> dict[str, Any]:
    import streamlit as st

    shares = [name for name in found if name.startswith("probability of ")]
    return {name: st.column_config.NumberColumn(format="percent") for name in shares}
