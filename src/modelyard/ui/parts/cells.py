"""Cells of tables in the words of people: yes, no and missing are called the same on every page."""

from typing import Any

from modelyard.domain.columns import ColumnKind
from modelyard.kit.numerals import number

YES, NO = "yes", "no"
# As a profile of the platform writes a truth value.
_WRITTEN = {"True": YES, "False": NO}


def cell_told(cell: Any, *, is_exact: bool = False) -> str:
    """Return a cell in words.

    Args:
        cell: as the platform tells it.
        is_exact: whether a number keeps all its digits, for those to whom the last one matters.

    >>> cell_told(True), cell_told(None), cell_told(0.25), cell_told(2009), cell_told("web")
    ('yes', 'missing', '0.25', '2009', 'web')
    """
    if cell is None:
        return "missing"
    if isinstance(cell, bool):
        return YES if cell else NO
    return number(cell) if isinstance(cell, float) and not is_exact else str(cell)


def word_told(value: str, kind: str) -> str:
    """Return a value of a profiled column in words.

    >>> word_told("True", "boolean"), word_told("True", "category")
    ('yes', 'True')
    """
    return _WRITTEN.get(value, value) if kind == ColumnKind.BOOLEAN else value
