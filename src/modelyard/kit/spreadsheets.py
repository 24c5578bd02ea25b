"""Tables as CSV text that a spreadsheet may open: nothing in it runs there."""

import csv
import io
import math
from collections.abc import Iterable, Sequence

# A spreadsheet takes a cell that starts so for a formula (OWASP: CSV Injection).
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def csv_text(
    header: Sequence[str], rows: Iterable[Sequence[object]], *, is_for_spreadsheets: bool = True
) -> str:
    """Return a table as CSV: numbers in full, truth as true and false, what is not finite empty.

    Args:
        header: names of the columns.
        rows: as long as the header each.
        is_for_spreadsheets: whether text that a spreadsheet would run gets an apostrophe.
    """
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    for row in (header, *rows):
        writer.writerow([_cell(value, is_neutral=is_for_spreadsheets) for value in row])
    return written.getvalue()


def neutralise(cell: str) -> str:
    """Return text for a CSV cell that no spreadsheet runs: a formula gets an apostrophe before it.

    >>> neutralise("=1+1")
    "'=1+1"
    """
    return f"'{cell}" if cell.startswith(_FORMULA_STARTS) else cell


def _cell(value: object, *, is_neutral: bool) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return repr(value) if math.isfinite(value) else ""
    text = "" if value is None else str(value)
    return neutralise(text) if is_neutral and isinstance(value, str) else text
