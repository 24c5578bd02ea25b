"""The process that loads libraries and shared data once, and forks for each piece of work.

It never computes itself: no library has started a thread when it forks. A piece of work begins in
milliseconds, shares the memory of the data, and can be killed without a loss for the others. What a
piece of work had to import is imported here after it, for those that come.

Run as `python -m modelyard.components.executors._zygote HANDLE`: orders come through a socket, and
results leave through a pipe that comes with each order. It ends when its parent does.
"""

import contextlib
import importlib
import os
import pickle
import signal
import sys
import time
from collections.abc import Sequence
from multiprocessing.connection import Connection, wait
from multiprocessing.reduction import recv_handle
from typing import Any

from modelyard.kit.families import die_with_parent, go_before_others


class Zygote:
    """Forks for each order until there are no more.

    Orders are tuples: ("share", content), ("load", modules), ("stop", number), and ("run", number,
    work, argument) with the handle of a pipe behind it. What is told back is ("shared", 0),
    ("began", number, pid) and ("ended", number, code, cpu_s, wall_s).
    """

    def __init__(self, orders: Connection) -> None:
        self._orders = orders
        self._shared: Any = None
        self._numbers: dict[int, int] = {}
        self._began: dict[int, float] = {}

    def serve(self) -> None:
        """Do what is ordered until the parent is gone, then end what still runs."""
        woken, wakes = os.pipe()
        os.set_blocking(wakes, False)
        signal.set_wakeup_fd(wakes)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        # Ctrl-C reaches every process of a terminal; what it means is for the parent to say.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        while True:
            ready = wait([self._orders, woken])
            if woken in ready:
                os.read(woken, 4096)
                self._bury()
            if self._orders in ready:
                try:
                    self._obey(self._orders.recv())
                except (EOFError, OSError):
                    break
        _kill(list(self._numbers))

    def _obey(self, order: tuple[Any, ...]) -> None:
        kind, what = order[:2]
        if kind == "share":
            self._shared = pickle.loads(what)  # noqa: S301 - of the parent
            # Nobody is to count the data twice.
            del order, what
            self._orders.send(("shared", 0))
        elif kind == "load":
            _load(what)
        elif kind == "stop":
            _kill([pid for pid, number in self._numbers.items() if number == what])
        else:
            handle = recv_handle(self._orders)
            pid = self._fork(order, handle)
            os.close(handle)
            self._numbers[pid], self._began[pid] = what, time.monotonic()
            self._orders.send(("began", what, pid))

    def _fork(self, order: tuple[Any, ...], handle: int) -> int:
        """Return the number of a new process that does what was ordered, and nothing else."""
        pid = os.fork()
        if pid:
            return pid
        code = 1
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            self._orders.close()
            die_with_parent()
            go_before_others()
            code = _work(self._shared, order, Connection(handle, readable=False))
        finally:
            # Nothing of what the parent does at its end is for a child to do.
            os._exit(code)

    def _bury(self) -> None:
        """Tell of all children that have ended."""
        while self._numbers:
            pid, status, usage = os.wait4(-1, os.WNOHANG)
            if not pid:
                return
            code = os.waitstatus_to_exitcode(status)
            cpu_s, wall_s = usage.ru_utime + usage.ru_stime, time.monotonic() - self._began.pop(pid)
            self._orders.send(("ended", self._numbers.pop(pid), code, cpu_s, wall_s))


def _work(shared: Any, order: tuple[Any, ...], results: Connection) -> int:
    _, _, work, argument = order
    known = set(sys.modules)
    try:
        for result in work(shared, argument):
            results.send(("result", result))
        results.send(("loaded", [name for name in list(sys.modules) if name not in known]))
    except BrokenPipeError:
        return 1
    except BaseException as error:  # noqa: BLE001 -- a door: whatever fails is told to the parent
        with contextlib.suppress(OSError):
            results.send(("failed", f"{type(error).__name__}: {error}"))
        return 1
    return 0


def _load(modules: Sequence[str]) -> None:
    for name in modules:
        # What cannot be imported by its name was made by another module, which was.
        with contextlib.suppress(Exception):
            importlib.import_module(name)


def _kill(pids: Sequence[int]) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


if __name__ == "__main__":
    Zygote(Connection(int(sys.argv[1]))).serve()
