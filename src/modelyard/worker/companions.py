"""A worker beside the API, in a process of its own: `python -m modelyard.worker.companions WISH`.

It ends with the process that started it, however that ends, and is started again where it ends by
itself.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from threading import Event, Thread

import msgspec
import structlog

from modelyard.bootstrap import open_project
from modelyard.domain.errors import ModelyardError
from modelyard.kit.families import adopt_orphans, die_with_parent, kill_children
from modelyard.kit.signals import heeded

# Jobs have five seconds to put their things away, and deployments answer what is on their way.
END_WITHIN_S = 7.5
# A worker that cannot work takes a second to find out: it is not to fill a core with that.
_PAUSE_S = 5.0
_LOOK_S, _MOST_LOOKS = 0.1, 50


@dataclass(frozen=True)
class CompanionWish:
    """What a worker is to be.

    Attributes:
        n_places: jobs to run at once; None for as many as suit the machine.
        asks_for_keys: whether what is deployed asks for API keys.
        parent: process that it ends with.
    """

    n_places: int | None
    asks_for_keys: bool
    parent: int


@contextmanager
def worker_beside(*, n_places: int | None, asks_for_keys: bool) -> Iterator[None]:
    """Keep a worker running during the block; at its end nothing is left of it within 8 s.

    Args:
        n_places: jobs to run at once; None for as many as suit the machine.
        asks_for_keys: whether what is deployed asks for API keys.
    """
    # What a killed worker leaves becomes a child of this process, which can end it then.
    adopt_orphans()
    keeper = _Keeper(CompanionWish(n_places, asks_for_keys, os.getpid()))
    try:
        yield
    finally:
        keeper.end()


class _Keeper:
    """Starts the worker and, until it is to end, starts it again."""

    def __init__(self, wish: CompanionWish) -> None:
        self._command = [
            sys.executable,
            "-m",
            "modelyard.worker.companions",
            msgspec.json.encode(wish).decode(),
        ]
        self._ending = Event()
        self._process = self._start()
        # The kernel takes the thread that starts a process for its parent: it outlives them all.
        self._thread = Thread(target=self._keep, name="keep-worker", daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Ask the worker to end in order, and kill it where it does not."""
        self._ending.set()
        try:
            with suppress(ProcessLookupError):
                self._process.send_signal(signal.SIGTERM)
            self._thread.join(END_WITHIN_S)
        finally:
            for _ in range(_MOST_LOOKS):
                kill_children()
                if not self._thread.is_alive():
                    break
                # It may be starting a worker at this moment.
                self._thread.join(_LOOK_S)
            kill_children()

    def _keep(self) -> None:
        while True:
            code = self._process.wait()
            if self._ending.is_set():
                return
            structlog.get_logger().error("worker ended", exit_code=code, again_in_s=_PAUSE_S)
            if self._ending.wait(_PAUSE_S):
                return
            self._process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S603 - our own module
            self._command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            # Ctrl-C is for the process that started it, which ends everything in order.
            start_new_session=True,
        )


def main(wish: CompanionWish) -> int:
    """Work until told to end; return the exit code."""
    die_with_parent()
    if os.getppid() != wish.parent:
        return 1  # It ended before the kernel knew of our wish.
    from modelyard.worker.deploying import serving_deployments
    from modelyard.worker.starting import worker_of

    try:
        project = open_project()
        with (
            heeded(signal.SIGTERM) as is_ending,
            serving_deployments(project, asks_for_keys=wish.asks_for_keys),
        ):
            worker_of(project, n_places=wish.n_places).work(is_ending=is_ending)
    except ModelyardError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main(msgspec.json.decode(sys.argv[1], type=CompanionWish)))
