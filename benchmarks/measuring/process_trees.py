"""Runs a command and measures it with every process that it starts, also those that leave it.

Linux alone: `/proc` tells what runs, and processes whose parent has ended come to this one
(`PR_SET_CHILD_SUBREAPER`, prctl(2)), so that a Java that stays behind is counted and stopped.
"""

import ctypes
import os
import resource
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

# How often memory is looked at.
_EVERY_S = 0.1
_PR_SET_CHILD_SUBREAPER = 36


@dataclass(frozen=True)
class Ran:
    """What came of a command.

    Attributes:
        code: its exit code; negative after a signal.
        wall_s: from its start to its end.
        cpu_s: of all its processes.
        peak_bytes: of their resident memory together; what they share counts once for each.
        is_stopped: whether it took longer than it might.
    """

    code: int
    wall_s: float
    cpu_s: float
    peak_bytes: int
    is_stopped: bool


def run_tree(
    command: Sequence[str], *, log: Path, cwd: Path, env: Mapping[str, str], timeout_s: float
) -> Ran:
    """Run a command to its end, or stop it and all that it started."""
    _take_orphans(1)
    others, cpu_s, peak, is_stopped = set(children_of(os.getpid())), _cpu_s(), 0, False
    begun = time.perf_counter()
    with log.open("wb") as stream:
        process = subprocess.Popen(command, stdout=stream, stderr=stream, cwd=cwd, env=dict(env))
    try:
        while process.poll() is None:
            peak = max(peak, sum(map(_resident_bytes, _own_descendants(others))))
            is_stopped = time.perf_counter() - begun > timeout_s
            if is_stopped:
                break
            time.sleep(_EVERY_S)
        wall_s = time.perf_counter() - begun
    finally:
        _stop(process, others)
        _take_orphans(0)
    return Ran(process.returncode, wall_s, _cpu_s() - cpu_s, peak, is_stopped)


def _take_orphans(is_taking: int) -> None:
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, is_taking, 0, 0, 0)


def children_of(pid: int) -> list[int]:
    """Return the processes whose parent a process is."""
    parents = _parents()
    return [child for child, parent in parents.items() if parent == pid]


def _own_descendants(others: set[int]) -> list[int]:
    """Return all that stems from this process, without what it had started before."""
    parents, found = _parents(), [os.getpid()]
    for pid in found:
        found += [each for each, parent in parents.items() if parent == pid and each not in others]
    return found[1:]


def _parents() -> dict[int, int]:
    found = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            stat = (entry / "stat").read_text(encoding="utf-8", errors="replace")
        except OSError:  # it has just ended
            continue
        # The name in parentheses may hold spaces; state and parent come after it.
        found[int(entry.name)] = int(stat.rpartition(")")[2].split()[1])
    return found


def _resident_bytes(pid: int) -> int:
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def _stop(process: subprocess.Popen[bytes], others: set[int]) -> None:
    """End what is left, and wait for it, which adds its time to that of the children."""
    while left := _own_descendants(others):
        for pid in left:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        process.wait()
        for pid in set(children_of(os.getpid())) - others:
            os.waitpid(pid, 0)
    process.wait()


def _cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
