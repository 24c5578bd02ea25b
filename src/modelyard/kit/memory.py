"""How much memory this machine has, and how much of it one thing may fill."""

import os

# What fills more than half of the memory leaves no room to work with it.
_MOST_SHARE = 0.5


def memory_limit() -> int:
    """Return the bytes that one table, or one stream, may fill: half of the machine's memory."""
    return int(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") * _MOST_SHARE)
