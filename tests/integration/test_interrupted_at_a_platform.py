"""Whoever interrupts a training at a platform says at the terminal how it is to go on."""

import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from ending import killed
from rows import table

from modelyard.client.clients import Client
from platforms import PATIENCE_S, up

pytestmark = pytest.mark.processes

HOUR = ("--target", "y", "--time-limit", "3600")


class Terminal:
    """A command at a terminal, as a person has it before them."""

    def __init__(self, words: list[str]) -> None:
        ours, theirs = pty.openpty()
        self._place = ours
        self.seen = ""
        # At a terminal Ctrl-C is heard, also where these tests run in the background.
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "modelyard", *words],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
            # What is shown is not cut off.
            env={**os.environ, "COLUMNS": "250", "TERM": "xterm"},
        )
        signal.signal(signal.SIGINT, before)
        os.close(theirs)
        os.set_blocking(ours, False)

    def wait_for(self, words: str) -> None:
        """Read on until the words have been shown."""
        until = time.monotonic() + PATIENCE_S
        while words not in self.seen:
            assert time.monotonic() < until, self.seen
            self.read()
            time.sleep(0.05)

    def read(self) -> None:
        """Take in what has been shown since."""
        try:
            self.seen += os.read(self._place, 65536).decode(errors="replace")
        except BlockingIOError:
            return
        except OSError:
            # The other end is gone: the process has ended.
            return

    def type(self, words: str) -> None:
        """Type a line."""
        os.write(self._place, f"{words}\n".encode())

    def ended(self) -> int:
        """Wait for the end and return its code."""
        until = time.monotonic() + PATIENCE_S
        while self.process.poll() is None:
            assert time.monotonic() < until, self.seen
            self.read()
            time.sleep(0.05)
        self.read()
        return self.process.returncode


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    """Yield the address of a platform of its own."""
    with up(tmp_path / "platform", "--no-demo") as platform:
        yield platform.url


@pytest.fixture
def interrupted(url: str, put) -> Iterator[Terminal]:
    """Yield a terminal at which a training was interrupted after some candidates."""
    terminal = Terminal(["train", str(put("data.csv", table(n_rows=240))), *HOUR, "--url", url])
    with killed(terminal.process):
        terminal.wait_for("candidates, best")
        terminal.process.send_signal(signal.SIGINT)
        terminal.wait_for("leave it?")
        yield terminal
        terminal.process.wait(PATIENCE_S)


def test_it_ends_with_the_best_so_far_and_the_model_is_shown(
    url: str, interrupted: Terminal
) -> None:
    interrupted.type("finish")
    assert interrupted.ended() == 0, interrupted.seen
    with Client(url) as client:
        (model,) = client.models.page().items
        assert model.reference in interrupted.seen


def test_it_is_cancelled_and_leaves_no_model(url: str, interrupted: Terminal) -> None:
    interrupted.type("cancel")
    assert interrupted.ended() == 130, interrupted.seen
    with Client(url) as client:
        (job,) = client.jobs.page().items
        assert client.jobs.wait(job.id).state == "cancelled"
        assert client.models.page().items == []
