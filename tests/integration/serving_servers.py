"""Starts `modelyard serve` as a process of its own, as whoever runs a server does."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

GOLDEN = Path(__file__).parents[1] / "golden" / "packages"
SIGNER = "8095fe45649ad84619f7aab489bf5bef1f5f406ea865ec21aa0e677f5ed0f665"
PENGUINS = GOLDEN / "v1-penguins-lightgbm"
_PLACE = re.compile(r" at (http://\S+) ")


@dataclass(frozen=True)
class Running:
    """A server that answers."""

    url: str
    process: subprocess.Popen[bytes]
    log_path: Path
    client: httpx.Client = field(repr=False)

    def post(self, path: str, body: Any, **options: Any) -> httpx.Response:
        """Ask with a JSON body."""
        return self.client.post(path, json=body, **options)

    def lines(self) -> list[dict[str, Any]]:
        """Return what it has logged as JSON so far."""
        text = self.log_path.read_text(encoding="utf-8")
        return [json.loads(line) for line in text.splitlines() if line.startswith("{")]

    def events(self, name: str) -> list[dict[str, Any]]:
        """Return what it has logged of one event."""
        return [line for line in self.lines() if line["event"] == name]

    def end(self) -> int:
        """Tell it to end, wait, and return its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=60)


@contextmanager
def running(
    folder: Path,
    models: Sequence[object],
    *options: str,
    env: Mapping[str, str] | None = None,
    python: str | Path = sys.executable,
) -> Iterator[Running]:
    """Run a server on a free port until the block ends.

    Args:
        folder: for its log.
        models: to serve.
        options: of the command.
        env: variables beside those of the test.
        python: interpreter of the install that serves.
    """
    command = [str(python), "-m", "modelyard", "serve", *map(str, models), "--port", "0"]
    log_path = folder / "server.log"
    with log_path.open("wb") as log:
        process = subprocess.Popen(
            [*command, *options],
            stdout=subprocess.PIPE,
            stderr=log,
            env={**os.environ, **(env or {}), "PYTHONUNBUFFERED": "1"},
        )
    assert process.stdout is not None
    try:
        told = process.stdout.readline().decode()
        found = _PLACE.search(told)
        assert found, told + log_path.read_text(encoding="utf-8")
        transport = httpx.HTTPTransport(retries=200)
        with httpx.Client(base_url=found.group(1), timeout=60, transport=transport) as client:
            client.get("/health").raise_for_status()
            yield Running(found.group(1), process, log_path, client)
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(timeout=60)
        process.stdout.close()
