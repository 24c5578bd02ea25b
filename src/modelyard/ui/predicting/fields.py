"""The form of a row: a field for each column of the model, made from what training saw in it."""

import math
from collections.abc import Callable, Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from modelyard.domain.cells import INT64_MAX
from modelyard.domain.columns import ColumnKind
from modelyard.ui.parts.cells import cell_told
from modelyard.ui.parts.texts import plain, short
from modelyard.ui.predicting.rows import (
    Row,
    as_time,
    bounds_of,
    has_clock,
    is_beyond,
    is_moved,
    is_spelled,
    keeps_time,
    range_told,
    row_of,
    truth_of,
    whole_of,
    written,
)
from modelyard.wire.models import ColumnAnswer, ModelDetail

# Draws the field of a column, by its key and the cell that it begins with, and returns the cell.
Draw = Callable[[ColumnAnswer, str, Any], Any]

# So many fields are seen at once; the others wait behind a click.
_MOST_OPEN = 12
# The years that a date of any table lies in.
_FIRST, _LAST = date(1000, 1, 1), date(2999, 12, 31)
_NUMBER_PX = 150
# Of the range, as many places as a slider of 300 pixels tells apart.
_PLACES = 200


def show_form(detail: ModelDetail) -> Row:
    """Draw the fields, and return the row that they hold now."""
    import streamlit as st

    row = row_of(detail)
    for at, column in enumerate(detail.columns[:_MOST_OPEN]):
        row[column.name] = _field(detail, column, at=at, cell=row[column.name])
    rest = list(enumerate(detail.columns))[_MOST_OPEN:]
    if rest:
        with st.expander(f"{len(rest)} more columns"):
            for at, column in rest:
                row[column.name] = _field(detail, column, at=at, cell=row[column.name])
    return row


def _field(detail: ModelDetail, column: ColumnAnswer, *, at: int, cell: Any) -> Any:
    import streamlit as st

    key = f"cell-{detail.id}-{at}"
    kept = _DRAWN.get(ColumnKind(column.kind), _text)
    draw: Draw = _spelled if is_spelled(column) else kept
    cell = draw(column, key, cell)
    if cell is None:
        st.caption("Missing: the model fills in what it learnt.")
    elif is_beyond(column, cell):
        seen = range_told(column)
        words = f"training saw {seen}" if seen else "training did not see this value"
        st.caption(f":material/warning: Beyond what the model knows: {plain(words)}.")
    return cell


def _number(column: ColumnAnswer, key: str, cell: Any) -> float | int | None:
    """A slider over the range of training, and a field for any number beside it."""
    import streamlit as st

    is_whole = column.kind == ColumnKind.INTEGER
    number: Callable[[Any], Any] = int if is_whole else float
    exact, moved = f"{key}-exact", f"{key}-moved"
    if exact not in st.session_state:
        st.session_state[exact] = None if cell is None else number(cell)
    # Both are empty where the field is; a browser refuses steps of no width.
    step = number(1) if is_whole else _step(column)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        ends = bounds_of(column)
        if ends is not None and is_moved(column):
            low, high = number(ends[0]), number(ends[1])
            held = st.session_state[exact]
            st.session_state[moved] = min(max(low if held is None else held, low), high)
            st.slider(
                short(column.name),
                low,
                high,
                step=step,
                key=moved,
                on_change=_follow,
                args=(exact, moved),
                format=None if is_whole else f"%.{_decimals(step)}f",
            )
        value: float | int | None = st.number_input(
            short(column.name) if ends is None else f"{short(column.name)}: exactly",
            value=None,
            step=step,
            key=exact,
            format="%d" if is_whole else "%0.12g",
            label_visibility="visible" if ends is None else "collapsed",
            placeholder="missing",
            width=_NUMBER_PX,
        )
    return value


def _spelled(column: ColumnAnswer, key: str, cell: Any) -> int | str | None:
    """A field for whole numbers of any length, which arrive digit by digit."""
    import streamlit as st

    value = whole_of(_text(column, key, cell) or "")
    if isinstance(value, str):
        st.caption(f":material/error: Write a whole number by its digits, up to {INT64_MAX}.")
    return value


def _follow(exact: str, moved: str) -> None:
    import streamlit as st

    st.session_state[exact] = st.session_state[moved]


def _step(column: ColumnAnswer) -> float:
    ends = bounds_of(column) or (0.0, 1.0)
    return float(10.0 ** math.floor(math.log10((ends[1] - ends[0]) / _PLACES)))


def _decimals(step: float) -> int:
    return max(0, round(-math.log10(step)))


def _category(column: ColumnAnswer, key: str, cell: Any) -> str | None:
    import streamlit as st

    if key not in st.session_state:
        st.session_state[key] = None if cell is None else str(cell)
    held = st.session_state[key]
    options = list(dict.fromkeys([*column.categories, *([held] if held is not None else [])]))
    value: str | None = st.selectbox(
        short(column.name),
        options,
        index=None,
        key=key,
        accept_new_options=True,
        placeholder="missing",
        help="Choose, or type another value. The cross empties the field.",
    )
    return value


def _boolean(column: ColumnAnswer, key: str, cell: Any) -> bool | None:
    import streamlit as st

    if key not in st.session_state:
        st.session_state[key] = truth_of(column, cell)
    value: bool | None = st.segmented_control(
        short(column.name),
        [True, False],
        key=key,
        format_func=cell_told,
        help="Press what is chosen once more to leave it missing.",
    )
    return value


def _time(column: ColumnAnswer, key: str, cell: Any) -> str | None:
    import streamlit as st

    shown = column.example if cell is None else cell
    at = as_time(column, cell)
    if not keeps_time(column, shown) or _has_seconds(as_time(column, shown)):
        return _text(column, key, cell)
    if key not in st.session_state:
        st.session_state[key] = None if at is None else _for_input(column, at)
    label = short(column.name)
    told: date | datetime | None
    if has_clock(column):
        begin, end = datetime(1000, 1, 1), datetime(2999, 12, 31)  # noqa: DTZ001 -- as in the table
        told = st.datetime_input(label, value=None, key=key, min_value=begin, max_value=end)
    else:
        told = st.date_input(label, value=None, key=key, min_value=_FIRST, max_value=_LAST)
    return None if told is None else written(column, told)


def _has_seconds(at: datetime | None) -> bool:
    """Return whether a time has what a field for times would cut off."""
    return at is not None and at != at.replace(second=0, microsecond=0)


def _for_input(column: ColumnAnswer, at: datetime) -> date | datetime:
    return at.replace(tzinfo=None) if has_clock(column) else at.date()


def _text(column: ColumnAnswer, key: str, cell: Any) -> str | None:
    import streamlit as st

    if key not in st.session_state:
        st.session_state[key] = "" if cell is None else str(cell)
    value = st.text_input(short(column.name), key=key, placeholder="missing")
    return value or None


_DRAWN: Mapping[ColumnKind, Draw] = MappingProxyType(
    {
        ColumnKind.NUMERIC: _number,
        ColumnKind.INTEGER: _number,
        ColumnKind.CATEGORY: _category,
        ColumnKind.BOOLEAN: _boolean,
        ColumnKind.DATETIME: _time,
    }
)
