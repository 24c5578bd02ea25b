"""Platforms that `modelyard up` starts for tests: a real process, and nothing left of it."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any

# Far more than a start and a training take on a crowded machine.
PATIENCE_S = 200.0


@dataclass
class Platform:
    """A platform that was started by the command.

    Attributes:
        lines: what it has printed so far, also as errors.
    """

    process: subprocess.Popen[str]
    home: Path
    lines: list[str]

    def listen(self) -> None:
        """Take in what it prints, until it ends."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))

    def wait_for(self, words: str) -> str:
        """Return the first line with these words, which may still have to come."""
        until = time.monotonic() + PATIENCE_S
        while not (found := [line for line in self.lines if words in line]):
            assert time.monotonic() < until, self.lines
            assert self.process.poll() is None, self.lines
            time.sleep(0.05)
        return found[0]

    @property
    def url(self) -> str:
        """Return the address of its API, where it was started without `--json`."""
        found = re.search(r"at (https?://\S+)", self.wait_for("Modelyard answers"))
        assert found
        return found.group(1)

    def document(self) -> Any:
        """Return the document that `--json` prints."""
        self.wait_for("}")
        begin, end = self.lines.index("{"), self.lines.index("}")
        return json.loads("\n".join(self.lines[begin : end + 1]))

    @property
    def api(self) -> str:
        """Return the address of its API, where it was started with `--json`."""
        return str(self.document()["url"])

    @property
    def page(self) -> str:
        """Return the address of its page, where it was started with `--json`."""
        return str(self.document()["page"])

    def end(self, number: signal.Signals) -> int:
        """Send it a signal, and return its exit code."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE_S)

    def processes(self) -> list[str]:
        """Return the commands of every process that works in this project folder."""
        mark = f"MODELYARD_HOME={self.home}".encode()
        found = []
        for place in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                if mark in (place / "environ").read_bytes().split(b"\0"):
                    found.append((place / "cmdline").read_bytes().replace(b"\0", b" ").decode())
        return found


@contextmanager
def up(folder: Path, *options: str, env: Mapping[str, str] | None = None) -> Iterator[Platform]:
    """Start a platform in a folder of its own; whatever became of it, it ends with the block."""
    home = folder / "home"
    own = {"MODELYARD_HOME": str(home), "MODELYARD_KEYS": str(folder / "keys")}
    # A page takes seconds to load, and is shown to those who say where.
    page = () if "--page-port" in options else ("--no-page",)
    command = [sys.executable, "-m", "modelyard", "up", "--port", "0", *page, *options]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, **own, **(env or {})},
    ) as process:
        platform = Platform(process, home, [])
        listener = Thread(target=platform.listen, daemon=True)
        listener.start()
        try:
            yield platform
        finally:
            process.kill()
            listener.join(PATIENCE_S)
    wait_until_gone(platform)


def wait_until_gone(platform: Platform) -> None:
    """Wait until no process works in its project folder."""
    until = time.monotonic() + PATIENCE_S
    while platform.processes():
        assert time.monotonic() < until, platform.processes()
        time.sleep(0.1)
