"""Sequences of numbers: what a cell of kind SEQUENCE holds, and how it is read from any source.

A sequence is written in one way, its numbers as Python writes doubles with one space between them,
so that equal sequences are equal cells of a table.
"""

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from modelyard.domain.cells import WHITE_SPACE, parse_number
from modelyard.domain.values import LARGEST_NUMBER, Grammar

_SPACE = " "
_MARKS = (",", ";")
# Two numbers are as often a place or a range.
_FEWEST = 3


def sequence_of(value: Any, grammar: Grammar) -> str | None:
    """Return the sequence that a cell holds, None where it is missing or empty.

    Args:
        value: a list or an array of numbers, one number, or a text of numbers with white space,
            semicolons or, where it is no decimal mark, commas between them, in brackets or not.
        grammar: what means missing, and the decimal mark of texts.

    Raises:
        ValueError: if an item is no finite number.
    """
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, str):
        return _written([_number(item, grammar) for item in _items(value, grammar)])
    items = value if isinstance(value, list | tuple | np.ndarray) else [value]
    return _written([_double(item) for item in items])


def are_sequences(cells: Iterable[str]) -> bool:
    """Return whether each text is a sequence by its looks: three numbers or more, nothing else."""
    plain = Grammar.of(())
    for cell in cells:
        try:
            if len(_items(cell, plain)) < _FEWEST or sequence_of(cell, plain) is None:
                return False
        except ValueError:
            return False
    return True


def is_too_large(value: Any, decimal: str = ".") -> bool:
    """Return whether a cell holds finite numbers, some of them larger than are reckoned with."""
    if not isinstance(value, str | list | tuple | np.ndarray):
        return False
    try:
        items = _items(value, Grammar.of((), decimal)) if isinstance(value, str) else value
        numbers = [
            parse_number(each, decimal) if isinstance(each, str) else float(each) for each in items
        ]
    except (ValueError, TypeError, OverflowError):
        return False
    known = [each for each in numbers if each is not None and math.isfinite(each)]
    return len(known) == len(numbers) and any(abs(each) > LARGEST_NUMBER for each in known)


def number_in(cell: Any, grammar: Grammar) -> float | None:
    """Return the one item that a cell holds, None where it is missing.

    Raises:
        ValueError: if it is no finite number.
    """
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return None
    if isinstance(cell, str):
        text = cell.strip(WHITE_SPACE)
        return None if text in grammar.missing else _number(text, grammar)
    number = _double(cell)
    return None if number in grammar.marked else number


def numbers_of(sequence: str) -> list[float]:
    """Return the numbers of a sequence that `sequence_of` wrote."""
    return [float(item) for item in sequence.split(_SPACE)]


def _items(text: str, grammar: Grammar) -> list[str]:
    text = text.strip(WHITE_SPACE)
    if text in grammar.missing:
        return []
    if text.startswith("[") and text.endswith("]"):
        text = text[1:-1]
    for mark in _MARKS:
        if mark != grammar.decimal:
            text = text.replace(mark, f" {mark} ")
    items = text.split()
    # A mark stands between two items: neither at an end nor beside another one.
    beside = (each in _MARKS and after in _MARKS for each, after in pairwise(items))
    if items and (items[0] in _MARKS or items[-1] in _MARKS or any(beside)):
        raise ValueError("a separator without an item")
    return [item for item in items if item not in _MARKS]


def _number(item: str, grammar: Grammar) -> float:
    number = parse_number(item, grammar.decimal)
    if number is None:
        raise ValueError("no number")
    return _double(number)


def _double(item: Any) -> float:
    # Of a complex number, float() drops the imaginary part.
    is_number = isinstance(item, int | float | np.number) and not isinstance(
        item, bool | np.complexfloating
    )
    try:
        number = float(item) if is_number else math.nan
    except (OverflowError, TypeError) as error:
        raise ValueError("no finite number") from error
    # The squares of larger ones may leave the range of a double; NaN is within no range.
    if not abs(number) <= LARGEST_NUMBER:
        raise ValueError("no finite number")
    return number


def _written(numbers: Sequence[float]) -> str | None:
    return _SPACE.join(map(repr, numbers)) if numbers else None
