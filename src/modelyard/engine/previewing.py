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
    cells = [_plain(table.frame[name].head(n_rows).to_list()) for name in table.names]
    return columns, [list(row) for row in zip(*cells, strict=True)]


def _plain(cells: list[Any]) -> list[Any]:
    return [_cut(cell) if isinstance(cell, str) else _dated(cell) for cell in cells]


def _cut(text: str) -> str:
    return text if len(text) <= MOST_CHARACTERS else text[: MOST_CHARACTERS - 1] + "…"


def _dated(cell: Any) -> Any:
    return cell.isoformat() if isinstance(cell, datetime) else cell
