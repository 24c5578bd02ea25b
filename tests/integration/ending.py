"""Ends a process with the block that it serves: a test that fails in between waits for nothing."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def killed(process: "subprocess.Popen[Any]") -> Iterator[None]:
    """Kill a process at the end of the block, where it still runs."""
    try:
        yield
    finally:
        process.kill()
