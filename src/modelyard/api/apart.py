"""Runs modules of ours in processes of their own, with limits, where a table is to be read.

A table fills more memory than its file, and a file may be made to do harm: the process that answers
requests parses none.
"""

import asyncio
import os
import pickle
import resource
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from modelyard.kit.families import die_with_parent, go_before_others

# Libraries reserve a gigabyte before they read anything.
MEMORY_BYTES = 4 << 30
_CPU_S = 60


class Apart:
    """Starts the processes, two at a time: of many requests at once, others wait."""

    def __init__(self) -> None:
        self._places = asyncio.Semaphore(2)

    async def run(self, module: str, order: Any, *, timeout_s: float) -> bytes | None:
        """Let a process run a module, and return what it answers; None where it took too long.

        Args:
            module: of ours, whose main calls `perform`.
            order: that it is handed.
            timeout_s: seconds from its start, after which it is killed.
        """
        async with self._places:
            return await _run(module, order, timeout_s)


def perform(do: Callable[[Any], bytes]) -> None:
    """Do what the parent wants, within limits that no small table meets, and answer it.

    What a library prints is never taken for the answer.
    """
    die_with_parent()
    go_before_others()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_S, _CPU_S))
    answering = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    # A message between a process and its own child.
    order = pickle.load(sys.stdin.buffer)  # noqa: S301 - from our parent
    with os.fdopen(answering, "wb") as answer:
        answer.write(do(order))


async def _run(module: str, order: Any, timeout_s: float) -> bytes | None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", module, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    try:
        async with asyncio.timeout(timeout_s):
            answer, _ = await process.communicate(pickle.dumps(order))
    except TimeoutError:
        return None
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
    return answer
