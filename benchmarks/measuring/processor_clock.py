"""Counts work in place of time: what others do on the machine meanwhile takes nothing away.

AutoML is handed a clock that advances with the work of this process and its children, and a pool
whose fits tell how much work they were. Linux alone: `/proc` tells.
"""

import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from modelyard.engine.automl.arenas import Arena
from modelyard.engine.automl.fits import FoldFit, Request, fit_candidate
from modelyard.protocols.executors import Notice, Pool, Work


class ProcessorClock:
    """Seconds of the processor so far, of all processes together, for each core."""

    def __init__(self, n_cores: int) -> None:
        self.n_cores = n_cores
        self._latest_s = 0.0

    def __call__(self) -> float:
        """Return the seconds; they never go back, though a process may end between two looks."""
        ended = os.times()
        used_s = time.process_time() + ended.children_user + ended.children_system
        used_s += _descendants_s()
        self._latest_s = max(self._latest_s, used_s / self.n_cores)
        return self._latest_s


@dataclass(frozen=True)
class WorkCounted:
    """A pool whose fits tell the seconds of the processor that they took. Fulfils `Pool`."""

    pool: Pool

    @property
    def n_places(self) -> int:
        return self.pool.n_places

    @property
    def n_free(self) -> int:
        return self.pool.n_free

    @property
    def room_bytes(self) -> int | None:
        return self.pool.room_bytes

    @property
    def base_bytes(self) -> int:
        return self.pool.base_bytes

    def share(self, shared: Any) -> None:
        self.pool.share(shared)

    def submit(self, number: int, work: Work, *, argument: Any) -> None:
        if work is not fit_candidate:
            raise TypeError(f"fits alone are counted; {work} came")
        self.pool.submit(number, fit_counting_work, argument=argument)

    def wait(self, timeout_s: float) -> Sequence[Notice]:
        return [replace(each, wall_s=each.cpu_s) for each in self.pool.wait(timeout_s)]

    def stop(self, number: int) -> None:
        self.pool.stop(number)

    def close(self) -> None:
        self.pool.close()


def fit_counting_work(arena: Arena, request: Request) -> Iterator[FoldFit]:
    """Fit a candidate as `fit_candidate` does; what a fit took are seconds of the processor."""
    begun = time.process_time()
    for found in fit_candidate(arena, request):
        now = time.process_time()
        yield replace(found, fit_s=now - begun)
        begun = now


def _descendants_s() -> float:
    """Return the seconds of all that stems from this process and still runs, or waits to be seen.

    Those of a process that has ended are its parent's as soon as that has seen it end.
    """
    ticks, found = 0, _children(os.getpid())
    for pid in found:
        try:
            told = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
        except OSError:  # it has just ended
            continue
        # The name in parentheses may hold spaces; what comes after it begins with the third field:
        # utime, stime, cutime and cstime are 14 to 17, proc(5).
        ticks += sum(map(int, told.rpartition(")")[2].split()[11:15]))
        found += _children(pid)
    return ticks / os.sysconf("SC_CLK_TCK")


def _children(pid: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += map(int, task.read_text(encoding="ascii").split())
        except OSError:
            continue
    return found
