"""What a process tells the kernel of its parent and its children, and what a group of them holds.

Linux alone knows these wishes and keeps these figures; elsewhere nothing is wished, and nothing is
known.
"""

import ctypes
import os
import signal
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from modelyard.kit.memory import memory_facts

# prctl(2): what the kernel sends a process when its parent has ended, and whose child an orphan is.
_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36
# proc_pid_oom_score_adj(5): the first to go where the machine has no memory left.
_FIRST_TO_GO = "1000"
# For the kernel to end what was killed.
_DIE_WITHIN_S, _LOOK_S = 2.0, 0.01
# Fields of proc_pid_stat(5) from the state on, which is the third.
_PARENT, _GROUP, _CPU = 4 - 3, 5 - 3, slice(14 - 3, 18 - 3)


@dataclass(frozen=True)
class Held:
    """What the processes of a group hold together.

    Attributes:
        memory_bytes: what they share counts once.
        cpu_s: processor time, that of children which have ended included.
        n_processes: that still run.
    """

    memory_bytes: int
    cpu_s: float
    n_processes: int


def die_with_parent() -> None:
    """Let the kernel kill this process when its parent ends."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def go_before_others() -> None:
    """Let the kernel end this process, rather than another one, where memory runs out."""
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(_FIRST_TO_GO, encoding="ascii")


def adopt_orphans() -> None:
    """Become the parent of grandchildren whose parent ends, so that none is left as a zombie."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1)


def kill_children() -> None:
    """Kill every child of this process, those that it adopts meanwhile too, and see them gone.

    What the kernel has not ended after two seconds, e.g. because a disk does not answer, is left.
    """
    until = time.monotonic() + _DIE_WITHIN_S
    while (children := _children()) and time.monotonic() < until:
        for pid in children:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            with suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)
        time.sleep(_LOOK_S)


def held_by_group(group: int) -> Held:
    """Return what a process group holds; zeros where that cannot be known."""
    memory, ticks, count = 0, 0, 0
    for place in Path("/proc").glob("[0-9]*"):
        facts = _facts(place)
        if not facts or int(facts[_GROUP]) != group or facts[0] == "Z":
            continue
        memory += memory_facts(int(place.name)).get("Pss", 0)
        ticks += sum(int(each) for each in facts[_CPU])
        count += 1
    return Held(memory, ticks / os.sysconf("SC_CLK_TCK"), count)


def n_killed_for_memory() -> int:
    """Return how many processes the kernel has killed since the boot because memory ran out."""
    with suppress(OSError, ValueError):
        for line in Path("/proc/vmstat").read_text(encoding="ascii").splitlines():
            name, _, value = line.partition(" ")
            if name == "oom_kill":
                return int(value)
    return 0


def _children() -> list[int]:
    found = ((int(place.name), _facts(place)) for place in Path("/proc").glob("[0-9]*"))
    return [pid for pid, facts in found if facts and int(facts[_PARENT]) == os.getpid()]


def _facts(place: Path) -> list[str]:
    with suppress(OSError):
        # The name in parentheses may hold anything.
        text = (place / "stat").read_text(encoding="ascii", errors="replace")
        return text.rpartition(")")[2].split()
    return []
