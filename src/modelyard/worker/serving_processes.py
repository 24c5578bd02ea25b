"""One serving process as its watcher sees it: started, asked how it is, renewed, ended."""

import os
import signal
import subprocess
import sys
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import IO, Any, cast
from urllib.request import OpenerDirector, ProxyHandler, build_opener

import msgspec

from modelyard.worker.plans import ServingPlan, read_address, write_plan

# On the same machine an answer takes a millisecond; a process that is busy loading, a hundred.
_ASK_S = 2.0
# For the kernel to end what was killed.
_DIE_WITHIN_S = 2.0
# What a process says is read to tell why it ended; what is older goes.
_MOST_OUTPUT_BYTES = 1 << 20
_READ_BYTES = 10_000


@cache
def _opener() -> OpenerDirector:
    # A proxy of the environment is for the world outside, and would not find this machine.
    return build_opener(ProxyHandler({}))


class ServingProcess:
    """A process that serves one deployment; it ends with its watcher."""

    def __init__(self, folder: Path, plan: ServingPlan) -> None:
        """Start it.

        Args:
            folder: of the deployment.
            plan: what to serve.

        Raises:
            OSError: if it cannot be started.
            StoreError: if its plan cannot be written.
        """
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        write_plan(folder, plan)
        self._output = folder / "server.log"
        if self._output.exists() and self._output.stat().st_size > _MOST_OUTPUT_BYTES:
            self._output.replace(self._output.with_suffix(".log.1"))
        with self._output.open("ab") as output:
            self._process = subprocess.Popen(  # noqa: S603 - our own module
                [sys.executable, "-m", "modelyard.worker.serving", str(folder)],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=output,
                # Ctrl-C is for the watcher, which lets it answer what is on its way.
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._process.pid

    @property
    def url(self) -> str | None:
        """Where it answers; None before it does."""
        address = read_address(self._folder)
        return address.url if address is not None and address.pid == self.pid else None

    def version(self) -> str | None:
        """Return the version that it serves; None where it does not answer."""
        if (url := self.url) is None:
            return None
        try:
            with _opener().open(f"{url}/health", timeout=_ASK_S) as answer:
                told: Any = msgspec.json.decode(answer.read())
        except (OSError, ValueError, msgspec.MsgspecError):
            return None
        return next(iter(told["models"].values()), None)

    def exit_code(self) -> int | None:
        """Return the code with which it has ended; None while it runs."""
        return self._process.poll()

    def renew(self, plan: ServingPlan) -> None:
        """Let it serve something else, without losing a request.

        Raises:
            StoreError: if the plan cannot be written.
        """
        write_plan(self._folder, plan)
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGHUP)

    def end(self) -> None:
        """Ask it to answer what is on its way, and to end."""
        with suppress(OSError):
            cast("IO[bytes]", self._process.stdin).close()

    def kill(self) -> None:
        """End it at once, and see it gone, unless the kernel cannot end it either."""
        self.end()
        self._process.kill()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_DIE_WITHIN_S)

    def last_words(self) -> str:
        """Return the last thing that it said, as it tells people."""
        with self._output.open("rb") as output:
            output.seek(max(0, self._output.stat().st_size - _READ_BYTES))
            lines = output.read().decode("utf-8", "replace").split("\n")
        said = next((line for line in reversed(lines) if line.strip()), "")
        with suppress(msgspec.MsgspecError):
            told = msgspec.json.decode(said)
            if isinstance(told, dict):
                return str(told.get("detail") or told.get("reason") or said)
        return said[:500]
