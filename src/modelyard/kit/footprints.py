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


@dataclass
class Footprint:
    """What a process holds, as it grows.

    To add that up takes the kernel milliseconds, in which the process waits: it is asked where the
    process has grown by a twentieth. In between, what has become resident since counts as well;
    what a fork has copied of its parent's memory does not, until the kernel is asked again.

    Attributes:
        pid: of the process.
        counts: what of the kernel's facts is counted.
        peak: most bytes that were seen.
        resident: bytes in memory at the last look, those that it shares with others too.
    """

    pid: int
    counts: Callable[[MemoryFacts], int]
    peak: int = field(default=0, init=False)
    resident: int = field(default=0, init=False)
    _exact: int = field(default=0, init=False)
    _resident: int = field(default=0, init=False)

    def look(self, *, is_exact: bool = False) -> int:
        """Return the bytes that the process holds, 0 where that cannot be known.

        Args:
            is_exact: whether the kernel is to add them up, however little has changed.
        """
        self.resident = _resident_bytes(self.pid)
        if is_exact or self.resident > _GROWN * self._resident:
            self._exact, self._resident = self.counts(memory_facts(self.pid)), self.resident
        held = max(self._exact + self.resident - self._resident, 0)
        self.peak = max(self.peak, held)
        return held


def _resident_bytes(pid: int) -> int:
    """Return the bytes of a process that are in memory, shared ones too, 0 where unknown."""
    with suppress(OSError, ValueError, IndexError):
        n_pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
        return n_pages * os.sysconf("SC_PAGE_SIZE")
    return 0
