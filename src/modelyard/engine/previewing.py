"""The first rows of a table as plain values, for people to look at."""

from datetime import datetime
from typing import Any

from modelyard.domain.tables import Table

# A screen or two; of wide tables fewer, so that a preview stays within a few megabytes.
MOST_ROWS = 1_000
_MOST_CELLS = 100_000
# Longer text is cut, and says so by its last character.
MOST_CHARACTERS = 500


def preview(table: Table) -> tuple[list[dict[str, str]], list[list[Any]]]:
    """Return the columns with their kinds, and the first rows.

    Numbers, truth values and missing cells (None) come as what they are; dates as text in ISO 8601;
    text as it is, cut where it is long. Nothing is computed from a cell: what a spreadsheet would
    take for a formula is text like any other.
    """
    columns = [{"name": column.name, "kind": column.kind.value} for column in table.columns]
    n_rows = min(MOST_ROWS, max(1, _MOST_CELLS // max(1, len(columns))))
    return columns, [[_cut(cell) for cell in row] for row in plain_rows(table, 0, n_rows=n_rows)]


def plain_rows(table: Table, start: int, *, n_rows: int) -> list[tuple[Any, ...]]:
    """Return rows from a place on as plain values, dates as text in ISO 8601."""
    columns = (table.frame[name].slice(start, n_rows).to_list() for name in table.names)
    dated = ([_dated(cell) for cell in column] for column in columns)
    return list(zip(*dated, strict=True))


def _cut(cell: Any) -> Any:
    if not isinstance(cell, str) or len(cell) <= MOST_CHARACTERS:
        return cell
    return cell[: MOST_CHARACTERS - 1] + "…"


def _dated(cell: Any) -> Any:
    return cell.isoformat() if isinstance(cell, datetime) else cell
