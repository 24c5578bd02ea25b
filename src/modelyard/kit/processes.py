"""Marks of operating-system processes: they tell which one did this, and whether it is still there.

A number alone does not tell: systems give it again. The mark therefore holds when the process
started, and where its number counts: host, boot, and the namespace that a container has of its own.
"""

import os
import socket
from dataclasses import astuple, dataclass, fields
from pathlib import Path

_SEPARATOR = "/"


@dataclass(frozen=True)
class _Mark:
    host: str
    boot: str
    namespace: str
    pid: str
    started: str

    def __str__(self) -> str:
        return _SEPARATOR.join(astuple(self))


def mark_of_this_process() -> str:
    """Return one line of text that no other process has; what it holds is for `is_gone` alone."""
    return str(_mark(os.getpid()))


def is_gone(mark: str) -> bool:
    """Tell whether the process that made this mark has surely ended.

    Where that cannot be known, of another host or on a system without `/proc`, it has not.
    """
    parts = mark.split(_SEPARATOR)
    if len(parts) != len(fields(_Mark)):
        return False
    then = _Mark(*parts)
    if not then.pid.isdecimal():
        return False
    now = _mark(int(then.pid))
    if then.host != now.host or not then.boot or not now.boot:
        return False
    if then.boot != now.boot:
        return True
    return then.namespace == now.namespace and then.started != now.started


def _mark(pid: int) -> _Mark:
    return _Mark(
        host=socket.gethostname().replace(_SEPARATOR, "-"),
        boot=_text_of(Path("/proc/sys/kernel/random/boot_id")),
        namespace=_namespace(),
        pid=str(pid),
        started=_started(pid),
    )


def _namespace() -> str:
    try:
        return str(Path("/proc/self/ns/pid").readlink())
    except OSError:
        return ""


def _started(pid: int) -> str:
    """Return when a process started, in clock ticks since the boot; empty where there is none."""
    # The name in parentheses may hold anything; the state follows as field 3, the start is 22.
    facts = _text_of(Path(f"/proc/{pid}/stat")).rpartition(")")[2].split()
    if not facts or facts[0] == "Z":
        # A zombie has ended; it waits for its parent to look at how.
        return ""
    return facts[22 - 3]


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii", errors="replace").strip()
    except OSError:
        return ""
