"""Answers as many rows of a table as can be answered, and says of each other row why not."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Generic, TypeVar

import numpy as np
import numpy.typing as npt

from modelyard.domain.errors import ModelyardError
from modelyard.domain.predictions import RowError

Positions = npt.NDArray[np.int64]
Answered = TypeVar("Answered")

# Of so many rows the reason is kept; the others are counted.
MOST_ERRORS = 1_000


@dataclass
class Sifted(Generic[Answered]):
    """What became of the rows of a table.

    Attributes:
        parts: positions of rows, 0 is the first, with what was answered for them.
        errors: of the first rows that have no answer, by row.
        failed: rows that have none, in order; 1 is the first.
    """

    parts: list[tuple[Positions, Answered]] = field(default_factory=list)
    errors: tuple[RowError, ...] = ()
    failed: tuple[int, ...] = ()


def sift(
    answer: Callable[[Positions], Answered],
    *,
    n_rows: int,
    set_aside: Mapping[int, ModelyardError] = MappingProxyType({}),
) -> Sifted[Answered]:
    """Answer for all rows at once; where one is bad, for the others without it.

    An error that names its misfits parts them from the other rows; one that names a row alone
    halves the rows among which it is.

    Args:
        answer: for the rows at some positions.
        n_rows: of the table.
        set_aside: zero-based rows that cannot be answered for a reason that is known.

    Raises:
        ModelyardError: if it is about the table and not about a row.
    """
    sifted, errors, failed = Sifted[Answered](), list[RowError](), list[int]()
    for at, reason in set_aside.items():
        failed.append(at + 1)
        errors.append(RowError(at + 1, reason))
    waiting = [np.delete(np.arange(n_rows), list(set_aside))]
    while waiting:
        rows = waiting.pop()
        try:
            sifted.parts.append((rows, answer(rows)))
        except ModelyardError as error:
            if error.row is None:
                raise
            if len(rows) == 1:
                row = int(rows[0]) + 1
                failed.append(row)
                errors.append(RowError(row, error.moved(row - error.row)))
                continue
            good, bad = _parted(rows, error)
            failed += (bad[MOST_ERRORS:] + 1).tolist()
            waiting += [*bad[:MOST_ERRORS, None], *good]
    sifted.failed = tuple(sorted(failed))
    sifted.errors = tuple(sorted(errors, key=lambda each: each.row)[:MOST_ERRORS])
    return sifted


def _parted(rows: Positions, error: ModelyardError) -> tuple[list[Positions], Positions]:
    """Return the parts that may be answered, and the rows that are known to be bad."""
    if not len(error.misfits):
        middle = len(rows) // 2
        return [rows[middle:], rows[:middle]], rows[:0]
    is_bad = np.zeros(len(rows), dtype=bool)
    is_bad[np.asarray(error.misfits)] = True
    return [part for part in (rows[~is_bad],) if len(part)], rows[is_bad]
