"""Keeps a process running beside this one: it is started again where it ends by itself."""

import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from threading import Event, Thread

# One that cannot work takes a second to find out: it is not to fill a core with that.
PAUSE_S = 5.0


class Companion:
    """A process of this product that runs beside this one until it is to end.

    Args:
        module: that is run, e.g. `modelyard.worker.companions`.
        wish: its only argument.
        ended: is told the exit code where it has ended by itself.
        files: numbers of open files that it gets.
    """

    def __init__(
        self,
        module: str,
        wish: str,
        *,
        ended: Callable[[int], None],
        files: Sequence[int] = (),
    ) -> None:
        self._command = [sys.executable, "-m", module, wish]
        self._files = tuple(files)
        self._ended = ended
        self._ending = Event()
        self._process = self._start()
        # The kernel takes the thread that starts a process for its parent: it outlives them all.
        self._thread = Thread(target=self._keep, name=f"keep {module}", daemon=True)
        self._thread.start()

    def ask_to_end(self) -> None:
        """Ask it to end in order; it is not started again."""
        self._ending.set()
        with suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGTERM)

    def has_ended(self, *, within_s: float) -> bool:
        """Wait for its end, and return whether it came."""
        self._thread.join(within_s)
        return not self._thread.is_alive()

    def _keep(self) -> None:
        while True:
            code = self._process.wait()
            if self._ending.is_set():
                return
            self._ended(code)
            if self._ending.wait(PAUSE_S):
                return
            self._process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S603 - our own module
            self._command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            pass_fds=self._files,
            # Ctrl-C is for the process that started it, which ends everything in order.
            start_new_session=True,
        )
