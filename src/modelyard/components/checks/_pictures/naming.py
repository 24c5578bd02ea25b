"""Names the first few of many pictures."""

from collections.abc import Sequence

_N_NAMED = 5


def told(names: Sequence[str]) -> str:
    """Return the first of the names, and how many more there are.

    >>> told(["a.png", "b.png", "c.png", "d.png", "e.png", "f.png"])
    'a.png, b.png, c.png, d.png, e.png and 1 more'
    """
    more = len(names) - _N_NAMED
    return ", ".join(names[:_N_NAMED]) + (f" and {more:,} more" if more > 0 else "")
