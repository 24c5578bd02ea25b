"""The row that is being filled in: a cell for each column that the model takes."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

from modelyard.domain.cells import INT64_MAX
from modelyard.domain.columns import ColumnKind
from modelyard.wire.models import ColumnAnswer, ModelDetail

Row = dict[str, Any]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# The largest whole number that a browser holds exactly (ECMA-262, Number.MAX_SAFE_INTEGER).
_MOST_EXACT = 2**53 - 1
# As many categories of a column as the platform tells.
_MOST_TOLD = 100
# What a column of whole numbers holds has 19 digits at most.
_WHOLE = re.compile(r"[+-]?[0-9]{1,19}")


def typical_row(detail: ModelDetail) -> Row:
    """Return a row with a value of the training rows in each column."""
    return {column.name: column.example for column in detail.columns}


def row_of(detail: ModelDetail) -> Row:
    """Return the row of this visit, which begins as a typical one."""
    import streamlit as st

    row: Row = st.session_state.setdefault(f"row-{detail.id}", typical_row(detail))
    return row


def begin_again(detail: ModelDetail) -> None:
    """Fill in the typical row again."""
    import streamlit as st

    for key in [key for key in st.session_state if str(key).startswith(f"cell-{detail.id}-")]:
        del st.session_state[key]
    st.session_state[f"row-{detail.id}"] = typical_row(detail)


def bounds_of(column: ColumnAnswer) -> tuple[float, float] | None:
    """Return the range of the training rows; None where there is none to move in."""
    low, high = column.minimum, column.maximum
    if low is None or high is None or not low < high:
        return None
    return low, high


def is_moved(column: ColumnAnswer) -> bool:
    """Return whether a slider moves the column over its range."""
    ends = bounds_of(column)
    is_number = column.kind in {ColumnKind.NUMERIC, ColumnKind.INTEGER}
    return is_number and ends is not None and max(map(abs, ends)) <= _MOST_EXACT


def is_rounded(cell: object) -> bool:
    """Return whether a cell is a whole number that a browser would round."""
    return isinstance(cell, int) and abs(cell) > _MOST_EXACT


def is_spelled(column: ColumnAnswer) -> bool:
    """Return whether a column's whole numbers are typed as text, as a browser would round them."""
    ends = (column.minimum or 0.0, column.maximum or 0.0)
    is_large = is_rounded(column.example) or max(map(abs, ends)) > _MOST_EXACT
    return column.kind == ColumnKind.INTEGER and is_large


def whole_of(text: str) -> int | str | None:
    """Return the whole number of 64 bits that is typed.

    What is none is returned as text, and refused by the model; empty text is a missing value.

    >>> whole_of(" 1234567890123456789 "), whole_of("12a"), whole_of(" ")
    (1234567890123456789, '12a', None)
    """
    bare = text.strip()
    is_whole = _WHOLE.fullmatch(bare) and abs(int(bare)) <= INT64_MAX
    return int(bare) if is_whole else bare or None


def is_beyond(column: ColumnAnswer, cell: object) -> bool:
    """Return whether a cell lies outside of what training has seen."""
    if cell is None:
        return False
    if column.kind == ColumnKind.CATEGORY:
        return len(column.categories) < _MOST_TOLD and str(cell) not in column.categories
    ends, value = (column.minimum, column.maximum), as_number(column, cell)
    if value is None or None in ends:
        return False
    return not float(ends[0] or 0) <= value <= float(ends[1] or 0)


def as_number(column: ColumnAnswer, cell: object) -> float | None:
    """Return a cell as the number by which its range is told; None for what is none."""
    if column.kind == ColumnKind.DATETIME:
        at = as_time(column, cell)
        return None if at is None else (at - _EPOCH) / timedelta(microseconds=1)
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        return None
    return float(cell)


def as_time(column: ColumnAnswer, cell: object) -> datetime | None:
    """Return a cell of dates as a time; None where it is missing or not to be read."""
    if not isinstance(cell, str):
        return None
    try:
        if column.datetime_format:
            told = datetime.strptime(cell, column.datetime_format)  # noqa: DTZ007 -- may hold a zone
        else:
            told = datetime.fromisoformat(cell)
    except ValueError:
        return None
    return told.replace(tzinfo=UTC) if told.tzinfo is None else told


def truth_of(column: ColumnAnswer, cell: object) -> bool | None:
    """Return what a word of the training rows means; None for missing, and for what is neither."""
    if cell is None or isinstance(cell, bool):
        return cell
    word = str(cell).strip().lower()
    if word in column.true_words:
        return True
    return False if word in column.false_words else None


def written(column: ColumnAnswer, at: date | datetime) -> str:
    """Return a time as the column's cells are written."""
    if column.datetime_format:
        return at.strftime(column.datetime_format)
    if isinstance(at, datetime) and not has_clock(column):
        at = at.date()
    return at.isoformat()


def keeps_time(column: ColumnAnswer, cell: object) -> bool:
    """Return whether a cell of dates still tells its time once its zone was left out of it."""
    at = as_time(column, cell)
    return at is None or as_time(column, written(column, at.replace(tzinfo=None))) == at


def time_at(microseconds: float) -> datetime:
    """Return the time that a range tells in microseconds, as it was written: without a zone."""
    return (_EPOCH + timedelta(microseconds=microseconds)).replace(tzinfo=None)


def has_clock(column: ColumnAnswer) -> bool:
    """Return whether the column holds times of day beside dates."""
    return ":" in str(column.example or "")


def range_told(column: ColumnAnswer) -> str:
    """Return the range of training as text, e.g. `25.2 to 239.9`; empty where there is none."""
    if column.minimum is None or column.maximum is None:
        return ""
    if column.kind == ColumnKind.DATETIME:
        ends = [written(column, time_at(end)) for end in (column.minimum, column.maximum)]
        # A range has no zone; a column whose cells have one is counted in UTC.
        zone = "" if keeps_time(column, column.example) else " UTC"
        return f"{' to '.join(ends)}{zone}"
    return f"{column.minimum:.12g} to {column.maximum:.12g}"
