"""Finds which of very many keys come again, in little memory: a table of rows has one key a row."""

import numpy as np
import numpy.typing as npt

# Keys that are looked up in one call: what is made of them lies in the cache.
_PIECE = 1 << 18
# Places, for each key that comes again and in all, by which most that come once are told from them.
_PLACES, _MOST_PLACES = 8, 1 << 24


def repeated(keys: npt.NDArray[np.uint64]) -> npt.NDArray[np.bool_]:
    """Return (n,) where a key stands that comes more than once.

    A sorted copy is all that it needs besides: 8 bytes a key.
    """
    ordered = np.sort(keys)
    again = ordered[1:][ordered[1:] == ordered[:-1]]
    del ordered
    found = np.zeros(len(keys), dtype=bool)
    if not len(again):
        return found
    n_places = 1 << min(_PLACES * len(again), _MOST_PLACES - 1).bit_length()
    last = np.uint64(n_places - 1)
    may_be = np.zeros(n_places, dtype=bool)
    may_be[again & last] = True
    for start in range(0, len(keys), _PIECE):
        piece = keys[start : start + _PIECE]
        at = np.flatnonzero(may_be[piece & last])
        place = np.minimum(np.searchsorted(again, piece[at]), len(again) - 1)
        found[start + at] = again[place] == piece[at]
    return found
