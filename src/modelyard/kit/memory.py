"""How much memory this machine has, and how much of it one thing may fill."""

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

# What fills more than half of the memory leaves no room to work with it.
_MOST_SHARE = 0.5
# How the allocator of the engine of tables (jemalloc) is told what to do, and what. Kept pages
# would be measured as memory that a process holds, and kept addresses count against the limit of
# the kernel (RLIMIT_DATA). Source: jemalloc's manual, opt.retain, opt.dirty_decay_ms and
# opt.muzzy_decay_ms.
_ALLOCATOR = "_RJEM_MALLOC_CONF"
_HANDS_BACK = "retain:false,dirty_decay_ms:0,muzzy_decay_ms:0"

# What the kernel tells of the memory of a process, in bytes by name.
MemoryFacts = Mapping[str, int]

# Where the kernel tells what the group of a process may hold, by version 2 and 1 of its groups.
# Source: kernel.org, admin-guide/cgroup-v2 (memory.max) and cgroup-v1/memory.
_GROUPS = Path("/sys/fs/cgroup")
_OWN_GROUP = Path("/proc/self/cgroup")


def memory_limit(*, groups: Path = _GROUPS, own: Path = _OWN_GROUP) -> int:
    """Return the bytes that one table, or one stream, may fill: half of what there is.

    In a container that is what the container may hold.

    Args:
        groups: where the kernel tells what groups of processes may hold.
        own: the file that names the groups of this process.
    """
    physical = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return int(min([physical, *_allowed(groups, own)]) * _MOST_SHARE)


def _allowed(groups: Path, own: Path) -> Iterator[int]:
    """Yield what the groups of this process may hold, each that sets a bound."""
    # A name of a group may be any bytes.
    with suppress(OSError, ValueError):
        for line in own.read_text(encoding="utf-8", errors="surrogateescape").splitlines():
            _, controllers, path = line.split(":", 2)
            if not controllers:
                yield from _bounds(groups, path, name="memory.max")
            elif "memory" in controllers.split(","):
                yield from _bounds(groups / controllers, path, name="memory.limit_in_bytes")


def _bounds(root: Path, path: str, *, name: str) -> Iterator[int]:
    """Yield the bounds of a group and of those that it lies in.

    In a container the path may be that of the host: the root is then the container's own.
    """
    group = root / path.lstrip("/")
    for each in (group, *group.parents):
        # "max" is no bound.
        with suppress(OSError, ValueError):
            yield int((each / name).read_text(encoding="ascii"))
        if each == root:
            break


def memory_facts(pid: int) -> MemoryFacts:
    """Return what the kernel adds up over all memory of a process, nothing where it does not.

    It takes milliseconds, in which the process waits. Source: kernel.org, filesystems/proc
    (smaps_rollup).
    """
    found = {}
    with suppress(OSError, ValueError):
        text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
        # The first line tells addresses, the others are like "Rss:   884 kB".
        for line in text.splitlines()[1:]:
            name, n_kib, *_ = line.split()
            found[name.rstrip(":")] = int(n_kib) * 1024
    return found


def count_whole(facts: MemoryFacts) -> int:
    """Return the bytes that a process holds, with what its forks share; of files, its share."""
    return sum(facts.get(name, 0) for name in ("Anonymous", "Pss_File", "Pss_Shmem"))


def count_own(facts: MemoryFacts) -> int:
    """Return the bytes that a process shares with no other: what a fork holds beside its parent."""
    return sum(n for name, n in facts.items() if name.startswith("Private"))


def handing_back(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a process that hands back at once what it has freed.

    Where the environment itself says what is to be retained, it stands. The engine of tables writes
    its own defaults there when it is loaded: of two words for the same the last counts.
    """
    said = environment.get(_ALLOCATOR, "")
    if "retain" in said:
        return dict(environment)
    return {**environment, _ALLOCATOR: f"{said},{_HANDS_BACK}".lstrip(",")}
