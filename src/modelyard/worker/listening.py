"""What the process of a job says, gathered until it is written: how far it is, and log lines."""

import json
import os
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from modelyard.domain.jobs import EventKind, Line, Standing

_CHUNK_BYTES = 65_536
# Taken at one time: who prints without end keeps the worker from nothing else that it has to do.
_MOST_CHUNKS = 16
# Of a line: what is longer, e.g. because a process prints no line breaks, is cut into several.
_MOST_LINE_BYTES = 1 << 20
# Of one attempt: a log that is longer helps nobody, and fills the database.
MOST_LINES = 10_000
# Colours and movements of a terminal (ECMA-48, control sequences).
_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")
# Kept to tell why a process died.
_LAST_LINES = 20


class Pipe:
    """The reading end of a pipe, from which whole lines are taken without waiting."""

    def __init__(self, handle: int) -> None:
        self._handle = handle
        self._rest = b""
        os.set_blocking(handle, False)

    def fileno(self) -> int:
        """Return the handle, to wait for."""
        return self._handle

    def lines(self, *, is_last: bool = False) -> Iterator[bytes]:
        """Yield lines that have come, a megabyte of them at most.

        Args:
            is_last: whether to yield one that is not complete as well.
        """
        with suppress(BlockingIOError):
            for _ in range(_MOST_CHUNKS):
                if not (chunk := os.read(self._handle, _CHUNK_BYTES)):
                    break
                *whole, self._rest = (self._rest + chunk).split(b"\n")
                yield from whole
        if self._rest and (is_last or len(self._rest) > _MOST_LINE_BYTES):
            rest, self._rest = self._rest, b""
            yield rest

    def close(self) -> None:
        """Close the handle."""
        os.close(self._handle)


class Account:
    """How far an attempt is, what it printed, and which of it was not written yet."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        """Take what returns the aware UTC time."""
        self._now = now
        self.standing = Standing()
        self.run_id = ""
        self.told: tuple[str, str] | None = None
        self._lines: list[Line] = []
        self._last: list[str] = []
        self._n_lines = 0
        self._is_new = False

    @property
    def last_words(self) -> str:
        """The end of what it printed."""
        return "\n".join(self._last)

    def hear(self, message: bytes) -> None:
        """Take in one message of the process; half of one is of a process that was killed."""
        with suppress(json.JSONDecodeError):
            self._take(json.loads(message))

    def print(self, line: bytes) -> None:
        """Take in one line that it printed."""
        words = _ESCAPES.sub("", line.decode(errors="replace")).rstrip()
        if words:
            self._last = [*self._last[1 - _LAST_LINES :], words]
            self._log(EventKind.LOG, words)

    @property
    def is_new(self) -> bool:
        """Whether anything was not written yet."""
        return self._is_new

    @property
    def lines(self) -> tuple[Line, ...]:
        """Lines of the log that were not written yet."""
        return tuple(self._lines)

    def written(self, n_lines: int) -> None:
        """Take note that so many lines, and how far it is, stand in the database."""
        self._lines = self._lines[n_lines:]
        self._is_new = bool(self._lines)

    def _take(self, told: dict[str, str | int]) -> None:
        self._is_new = True
        if "stage" in told:
            self.standing = Standing(stage=str(told["stage"]))
            self._log(EventKind.STAGE, str(told["stage"]))
        elif "total" in told:
            done, total = int(told["done"]), int(told["total"])
            self.standing = replace(self.standing, done=done, total=total)
        elif "words" in told:
            self.standing = replace(self.standing, words=str(told["words"]))
            self._log(EventKind.LOG, str(told["words"]))
        elif "run" in told:
            self.run_id = str(told["run"])
        else:
            self.told = str(told["problem"]), str(told["reason"])

    def _log(self, kind: EventKind, words: str) -> None:
        self._is_new = True
        self._n_lines += 1
        if self._n_lines <= MOST_LINES:
            self._lines.append(Line(kind, self._now(), words))
        elif self._n_lines == MOST_LINES + 1:
            told = f"the log ends here: it has more than {MOST_LINES} lines"
            self._lines.append(Line(EventKind.LOG, self._now(), told))
