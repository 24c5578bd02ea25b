"""How many columns and rows are shuffled to tell what a model looks at, in the time there is."""

from dataclasses import dataclass

import numpy as np

# Above this, shuffling every column costs more than it tells: the work grows with its square. Those
# that count are then found by shuffling groups of them, as where time is short.
MAX_COLUMNS = 500
# Shuffles of a column; fewer have no spread worth showing.
N_REPEATS = 3
# A sample is not cut below the rows that a mean of losses needs to be worth showing.
MIN_ROWS = 100
# Where columns are not shuffled one by one, how many are measured, and the cells of all rows that
# are answered to find them: a second or two with 300 trees.
MAX_SCREENED, _MIN_SCREENED, _MAX_CELLS = 50, 4, 300_000_000
# Where there is time for fewer than one in so many of the rows that tell least, nothing is told,
# but of few columns: of 10,000 the least takes eight seconds.
_FAR_MORE, _FEW_COLUMNS = 2.0, 100


@dataclass(frozen=True)
class Effort:
    """How many rows are shuffled, and groups of columns halved; None where each is alone."""

    n_rows: int
    n_kept: int | None


def effort_for(n_columns: int, n_rows: int, *, most: float) -> Effort | None:
    """Return what the time allows.

    Args:
        n_columns: of the table.
        n_rows: of the sample.
        most: rows that there is time to answer.

    Returns:
        None where there are many columns, and what tells least would take far too long.
    """
    alone = n_columns * N_REPEATS
    if n_columns <= MAX_COLUMNS:
        n_rows = int(min(n_rows, max(most / alone, MIN_ROWS)))
        if n_rows * alone <= most or n_columns <= 2 * _MIN_SCREENED:
            return Effort(n_rows, None)
    n_rows = min(n_rows, MIN_ROWS)
    n_times = 1 + int(np.ceil(np.log2(n_columns / (2 * _MIN_SCREENED))))
    each = n_rows * (2 * n_times + N_REPEATS)
    if n_columns > _FEW_COLUMNS and _MIN_SCREENED * each > _FAR_MORE * most:
        return None
    affordable = min(most, _MAX_CELLS / n_columns) / each
    return Effort(n_rows, int(np.clip(affordable, _MIN_SCREENED, MAX_SCREENED)))
