"""Where a model fails: parts of the rows that it serves clearly worse, and single rows."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Slice:
    """Rows that a model serves clearly worse than all others.

    Attributes:
        where: conditions that all hold, in words, as `mass > 4,050`.
        n_rows: that fulfil them.
        loss, rest: mean loss of these rows, and of all others.
        wrong, rest_wrong: share of wrong labels among them and among all others; None for values.
        p_value: that so great a difference is chance, corrected for all parts that were looked at.
    """

    where: tuple[str, ...]
    n_rows: int
    loss: float
    rest: float
    wrong: float | None
    rest_wrong: float | None
    p_value: float


@dataclass(frozen=True)
class WorstRow:
    """One of the rows with the largest loss.

    Attributes:
        row: its number in the data, from 1; the header is none.
        truth, answer: in words.
        sureness: probability of the answer; None for values.
        loss: of this row.
        inputs: column to cell in words, the columns that matter most first; missing is empty.
    """

    row: int
    truth: str
    answer: str
    sureness: float | None
    loss: float
    inputs: Mapping[str, str]


@dataclass(frozen=True)
class Weaknesses:
    """What a search for weak spots found.

    Attributes:
        loss: of one row, in words.
        n_looked: parts that were looked at or could have been, 0 where there were too few rows.
        slices: clearly weak parts, the weakest first; most rows of one are in no earlier one.
        worst: rows with the largest loss, the largest first.
    """

    loss: str
    n_looked: int = 0
    slices: tuple[Slice, ...] = field(default=())
    worst: tuple[WorstRow, ...] = field(default=())
