"""How much memory processes hold, asked in a way that costs them little."""

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from modelyard.kit.memory import MemoryFacts, memory_facts

# Times what was resident at the last exact look, from where on there is another one. To add up what
# two processes of half a gigabyte hold ten times a second took a twentieth of two cores.
_GROWN = 1.05
# Fields of proc_pid_stat(5) from the state on, which is the third: faults that needed no disk, and
# resident pages.
_FAULTS, _RESIDENT = 10 - 3, 24 - 3


@dataclass
class Footprint:
    """What a process holds, as it grows.

    To add that up takes the kernel milliseconds, in which the process waits: it is asked where the
    process has grown by a twentieth. In between, what has become resident since counts as well;
    what a fork has copied of its parent's memory does not, until the kernel is asked again: each
    page that it copies is a fault, which bounds it.

    Attributes:
        pid: of the process.
        counts: what of the kernel's facts is counted.
        peak: most bytes that were seen.
        possible: most bytes that it may have held at the last look, its copies included.
        resident: bytes in memory at the last look, those that it shares with others too.
    """

    pid: int
    counts: Callable[[MemoryFacts], int]
    peak: int = field(default=0, init=False)
    possible: int = field(default=0, init=False)
    resident: int = field(default=0, init=False)
    _exact: int = field(default=0, init=False)
    _resident: int = field(default=0, init=False)
    _faults: int = field(default=0, init=False)

    def look(self, *, is_exact: bool = False) -> int:
        """Return the bytes that the process holds, 0 where that cannot be known.

        Args:
            is_exact: whether the kernel is to add them up, however little has changed.
        """
        self.resident, faults = _resident_and_faulted(self.pid)
        if is_exact or self.resident > _GROWN * self._resident:
            self._exact = self.counts(memory_facts(self.pid))
            self._resident, self._faults = self.resident, faults
        held = max(self._exact + self.resident - self._resident, 0)
        self.possible = max(held, min(self.resident, held + faults - self._faults))
        self.peak = max(self.peak, held)
        return held


def _resident_and_faulted(pid: int) -> tuple[int, int]:
    """Return the bytes of a process that are in memory, and those of its faults; 0 where unknown.

    What it shares with others is in both.
    """
    with suppress(OSError, ValueError, IndexError):
        # The name in parentheses may hold anything.
        text = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
        facts = text.rpartition(")")[2].split()
        page = os.sysconf("SC_PAGE_SIZE")
        return int(facts[_RESIDENT]) * page, int(facts[_FAULTS]) * page
    return 0, 0
