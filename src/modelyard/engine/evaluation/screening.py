"""Finds the columns that a model looks at among thousands, by shuffling many at a time.

Where nothing is lost by shuffling all columns of a group, none of them is looked at; of the groups
that lose most, halves are shuffled, until single columns are left.

Source: Dorfman: The Detection of Defective Members of Large Populations (1943), for groups that are
tested as one; Gregorutti, Michel, Saint-Pierre: Grouped variable importance with random forests and
application to multiple functional data analysis (2015), for columns that are shuffled together.
"""

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


def screened(
    n_columns: int, *, n_kept: int, lost: Callable[[Sequence[IntArray]], FloatArray]
) -> IntArray:
    """Return positions of the columns that lose most when they are shuffled, in ascending order.

    Args:
        n_columns: to look among.
        n_kept: groups that are halved each time, and most columns that are returned.
        lost: from groups of positions to what each loses where it is shuffled as one.
    """
    groups = np.array_split(np.arange(n_columns), min(2 * n_kept, n_columns))
    while True:
        losses = lost(groups)
        best = np.argsort(-losses, kind="stable")[:n_kept]
        kept = [groups[at] for at in best if losses[at] > 0]
        if all(len(each) == 1 for each in kept):
            return np.sort(np.concatenate(kept)) if kept else np.arange(0)
        groups = [half for each in kept for half in np.array_split(each, min(2, len(each)))]
