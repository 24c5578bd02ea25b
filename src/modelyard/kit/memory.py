"""How much memory this machine has, and how much of it one thing may fill."""

import os
from collections.abc import Mapping

# What fills more than half of the memory leaves no room to work with it.
_MOST_SHARE = 0.5
# How the allocator of the engine of tables (jemalloc) is told what to do, and what. Kept pages
# would be measured as memory that a process holds, and kept addresses count against the limit of
# the kernel (RLIMIT_DATA). Source: jemalloc's manual, opt.retain, opt.dirty_decay_ms and
# opt.muzzy_decay_ms.
_ALLOCATOR = "_RJEM_MALLOC_CONF"
_HANDS_BACK = "retain:false,dirty_decay_ms:0,muzzy_decay_ms:0"


def memory_limit() -> int:
    """Return the bytes that one table, or one stream, may fill: half of the machine's memory."""
    return int(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") * _MOST_SHARE)


def handing_back(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a process that hands back at once what it has freed.

    Where the environment itself says what is to be retained, it stands. The engine of tables writes
    its own defaults there when it is loaded: of two words for the same the last counts.
    """
    said = environment.get(_ALLOCATOR, "")
    if "retain" in said:
        return dict(environment)
    return {**environment, _ALLOCATOR: f"{said},{_HANDS_BACK}".lstrip(",")}
