"""The table of columns in a report: what each one holds, in figures and a picture."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from modelyard.domain.columns import ColumnKind
from modelyard.domain.profiles import ColumnProfile, TableProfile
from modelyard.kit.numerals import count, number, share
from modelyard.kit.texts import shorten, visible
from modelyard.reporting.glyphs import draw_histogram

# Columns that a page still scrolls through; the rest is counted.
MAX_COLUMNS = 300
_N_TOP_VALUES = 3
_MAX_VALUE_EM = 14.0
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class ColumnView:
    """One column; `picture` is SVG and may be empty."""

    name: str
    kind: str
    reason: str
    missing: str
    is_often_missing: bool
    n_unique: str
    summary: str
    picture: str
    is_target: bool


def column_views(profile: TableProfile, target: str) -> tuple[ColumnView, ...]:
    """Return the first columns of the table, the target among them wherever it stands."""
    shown = list(profile.columns[:MAX_COLUMNS])
    if not any(column.name == target for column in shown):
        shown += [column for column in profile.columns if column.name == target]
    return tuple(_column_view(column, profile.n_rows, target) for column in shown)


def _column_view(column: ColumnProfile, n_rows: int, target: str) -> ColumnView:
    missing = column.n_missing
    return ColumnView(
        name=column.name,
        kind=column.kind.value,
        reason=column.reason,
        missing=share(missing, n_rows) if missing else "none",
        is_often_missing=missing * 2 > n_rows,
        n_unique=count(column.n_unique),
        summary=_summary(column, n_rows),
        picture=draw_histogram(column.histogram_counts),
        is_target=column.name == target,
    )


def _summary(column: ColumnProfile, n_rows: int) -> str:
    if column.kind is not ColumnKind.BOOLEAN and column.minimum is not None:
        return column_range(column)
    top = column.top_values[:_N_TOP_VALUES]
    said = ", ".join(
        f"{shorten(visible(value), _MAX_VALUE_EM)} {share(n, n_rows)}" for value, n in top
    )
    n_more = column.n_unique - len(top)
    return f"{said}, {count(n_more)} more" if said and n_more > 0 else said


def column_range(column: ColumnProfile) -> str:
    """Return from where to where a column's numbers or moments go, empty where there are none."""
    if column.minimum is None or column.maximum is None:
        return ""
    if column.kind is ColumnKind.DATETIME:
        return f"{_moment(column.minimum)} to {_moment(column.maximum)}"
    said = f"{number(column.minimum)} to {number(column.maximum)}"
    return said if column.mean is None else f"{said}, mean {number(column.mean)}"


def _moment(microseconds: float) -> str:
    try:
        moment = _EPOCH + timedelta(microseconds=microseconds)
    except OverflowError:
        return "outside the calendar"
    if moment.time() == _EPOCH.time():
        return moment.date().isoformat()
    return moment.isoformat(sep=" ", timespec="minutes").removesuffix("+00:00")
