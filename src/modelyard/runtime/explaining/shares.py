"""What a leaf of a tree gives and takes: the Shapley values of a game that needs certain columns.

The leaf is reached where all of p columns come from the row and all of q from the reference row. It
gives its value times (p-1)! q! / (p+q)! to each of the p, and takes p! (q-1)! / (p+q)! of it from
each of the q.

Source: Lundberg et al.: From local explanations to global understanding with explainable AI for
trees, Nature Machine Intelligence 2 (2020), interventional values.
"""

from itertools import product
from math import factorial

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

# One bit a column; the last bit of int64 is its sign.
MOST_PLAYERS = 62


class TooManyToCount(Exception):
    """A method would have to count more than it can hold; another one may be asked."""


def leaf_weights() -> tuple[FloatArray, FloatArray]:
    """Return what a leaf gives each of p columns and takes from each of q, by (p, q)."""
    size = MOST_PLAYERS + 1
    gain, loss = np.zeros((size, size)), np.zeros((size, size))
    for p, q in product(range(size), repeat=2):
        whole = factorial(p + q)
        gain[p, q] = factorial(p - 1) * factorial(q) / whole if p else 0.0
        loss[p, q] = factorial(p) * factorial(q - 1) / whole if q else 0.0
    return gain, loss
