"""The process that forks for each piece of work of the API: `python -m modelyard.api.child SOCKET`.

It loads what most work needs once, and computes nothing itself: what threads libraries have wait,
and hold nothing, when it forks. For each piece of work a socket comes to it. The process that it
forks says there that it has begun, reads the order, the name of a module of ours and what its
function `perform` is handed, and writes the answer; how that process ended comes last. Whoever
closes a socket wants its work no more. It ends when its parent does, or has wanted nothing for a
while.
"""

import gc
import importlib
import os
import pickle
import resource
import select
import signal
import socket
import struct
import sys
import time
import warnings
from contextlib import suppress

from modelyard.kit.discovery import scan
from modelyard.kit.families import die_with_parent, go_before_others

# Libraries reserve a gigabyte before they read anything.
MEMORY_BYTES = 4 << 30
_CPU_S = 60
# Exit code, as sysexits.h calls what the system cannot give: EX_OSERR.
OUT_OF_MEMORY = 71
# How a piece of work ended, as the last bytes of its socket: a mark, and `Popen.returncode`.
ENDED = struct.Struct("=6si")
END_MARK = b"\0ended"
# The first that a piece of work says.
BEGAN = b"\1"
# For a reader that has not read all of an answer yet, to hear how it ended.
_HEAR_WITHIN_S = 5.0
# Whoever fills in a form asks again within minutes; then its 105 MB of memory are given back.
_KEPT_S = 300.0
_USUAL = (
    "modelyard.api.outlining_child",
    "modelyard.services.outlining",
    "modelyard.services.ingesting",
)
_SHELVES = ("algorithms", "checks", "metrics", "sources", "transforms")


class Zygote:
    """Forks for each piece of work, ends what nobody waits for, and tells how each ended."""

    def __init__(self, orders: socket.socket) -> None:
        self._orders = orders
        # By process: where its answer goes.
        self._lines: dict[int, socket.socket] = {}
        self._killed: set[int] = set()

    def serve(self) -> None:
        """Fork for what comes until nothing has come for a while, or the parent is gone."""
        woken, wakes = os.pipe()
        os.set_blocking(wakes, False)
        signal.set_wakeup_fd(wakes)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        until = time.monotonic() + _KEPT_S
        while self._lines or time.monotonic() < until:
            ready = self._waited(woken, until - time.monotonic())
            if woken in ready:
                os.read(woken, 4096)
                self._bury()
            self._end_unwanted(ready)
            if self._orders.fileno() in ready:
                _, handles, _, _ = socket.recv_fds(self._orders, 1, 1)
                if not handles:
                    break
                line = socket.socket(fileno=handles[0])
                line.set_inheritable(False)
                self._fork(line)
                until = time.monotonic() + _KEPT_S
        self._end(list(self._lines))

    def _waited(self, woken: int, most_s: float) -> set[int]:
        """Return whatever has something to say: orders, ended children, sockets closed there."""
        poll = select.poll()
        poll.register(self._orders, select.POLLIN)
        poll.register(woken, select.POLLIN)
        for pid, line in self._lines.items():
            # That it was closed is told without being asked for; the rest is for the child to read.
            if pid not in self._killed:
                poll.register(line, 0)
        return {handle for handle, _ in poll.poll(max(most_s, 0.0) * 1000)}

    def _fork(self, line: socket.socket) -> None:
        zygote = os.getpid()
        try:
            pid = os.fork()
        except OSError:
            # As many processes as there may be: this piece of work fails, and the others go on.
            self._tell_end(line, OUT_OF_MEMORY)
            return
        if pid:
            self._lines[pid] = line
            return
        code = 1
        try:
            die_with_parent()
            if os.getppid() != zygote:
                os._exit(code)  # It ended before the kernel knew of our wish.
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            self._orders.close()
            # An answer ends where the last who could write it has ended.
            for other in self._lines.values():
                other.close()
            code = _work(line)
        except BaseException as error:  # noqa: BLE001 -- a door: the log is told
            sys.excepthook(type(error), error, error.__traceback__)
        finally:
            try:
                sys.stdout.flush()
                sys.stderr.flush()
            finally:
                # Nothing of what the parent does at its end is for a child to do.
                os._exit(code)

    def _bury(self) -> None:
        """Say of all children that have ended how they did."""
        while self._lines:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if not pid:
                return
            self._killed.discard(pid)
            self._tell_end(self._lines.pop(pid), os.waitstatus_to_exitcode(status))

    def _tell_end(self, line: socket.socket, code: int) -> None:
        """Say how a piece of work ended, and that nothing follows, whoever else has the socket."""
        with line, suppress(OSError):
            line.settimeout(_HEAR_WITHIN_S)
            line.sendall(ENDED.pack(END_MARK, code))
            line.shutdown(socket.SHUT_RDWR)

    def _end_unwanted(self, ready: set[int]) -> None:
        self._end([pid for pid, line in self._lines.items() if line.fileno() in ready])

    def _end(self, pids: list[int]) -> None:
        for pid in pids:
            self._killed.add(pid)
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def main(handle: int) -> None:
    """Load what most work needs, and fork for each piece of it.

    What a library prints is never taken for an answer, and goes where errors go.
    """
    # Ctrl-C reaches every process of a terminal; what it means is for the parent to say.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    # Python 3.12 warns of any thread. These tidy up for polars and jemalloc, which knows of forks.
    warnings.filterwarnings("ignore", "This process .* is multi-threaded", DeprecationWarning)
    orders = socket.socket(fileno=handle)
    orders.set_inheritable(False)
    _load()
    # What was loaded stays where it is: to look at it again would copy it for each child.
    gc.freeze()
    Zygote(orders).serve()


def _load() -> None:
    """Import what most work needs, so that nobody waits for it."""
    for name in _USUAL:
        importlib.import_module(name)
    for shelf in _SHELVES:
        tuple(scan(f"modelyard.components.{shelf}", "COMPONENT"))


def _work(line: socket.socket) -> int:
    """Do what comes through a socket, within limits that no small table meets, and answer it."""
    go_before_others()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_S, _CPU_S))
    line.sendall(BEGAN)
    try:
        with line.makefile("rb") as order:
            # A message between a process and its own child.
            module, argument = pickle.load(order)  # noqa: S301 - from our parent
        line.sendall(importlib.import_module(module).perform(argument))
    except MemoryError:
        return OUT_OF_MEMORY
    return 0


if __name__ == "__main__":
    main(int(sys.argv[1]))
