"""Pieces of work in processes of this machine, forked from one that has loaded everything."""

import os
import pickle
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.reduction import send_handle
from pathlib import Path
from typing import Any

from modelyard.domain.errors import UsageError, WorkersLost
from modelyard.protocols.executors import ExecutorCard, Notice, Outcome, Pool, Work

_ZYGOTE = "modelyard.components.executors._zygote"
# How often memory is looked at: what a fit allocates in between is far below a gigabyte.
_LOOK_EVERY_S = 0.1
# Times what was resident at the last exact look, from where on there is another one. To add up what
# two processes of half a gigabyte hold ten times a second took a twentieth of two cores.
_GROWN = 1.05
# Given time to end before it is killed.
_END_WITHIN_S = 2.0
# Of what a lost process said last: a screen full, which holds the end of a stack trace.
_SAID_BYTES = 2_000


class LocalProcesses:
    """Forks a process for each piece of work from one that holds libraries and data."""

    card = ExecutorCard(
        key="local-processes",
        title="Processes of this machine",
        summary="Each piece of work is a process of its own, which shares the data with the others "
        "and can be stopped at any moment.",
    )

    def open(self, *, n_places: int, memory_bytes: int | None, modules: Sequence[str] = ()) -> Pool:
        """Start the process that forks, and let it load modules.

        Raises:
            UsageError: if the operating system cannot fork.
        """
        if not hasattr(os, "fork"):
            raise UsageError(
                "Work that can be stopped needs an operating system that forks processes.",
                fix="Use Linux, macOS or the Windows Subsystem for Linux; or name one algorithm.",
            )
        return _Pool(n_places=n_places, memory_bytes=memory_bytes, modules=modules)


@dataclass
class _Piece:
    """One piece of work that has begun.

    Attributes:
        results: where its results come from, None after the last one.
        pid: of its process, 0 until it is known.
        own: bytes that it held for itself when that was last looked at.
        resident: bytes that were in memory then, shared ones too.
        peak: most that it was seen to hold for itself; what has become resident since it was looked
            at counts as its own.
        ending: how it ended, once its process has, with its seconds of the processor and of the
            clock; told after its last result.
        outcome, reason: of its end, as far as known before.
        loaded: modules that it had to import.
    """

    results: Connection | None
    pid: int = 0
    own: int = 0
    resident: int = 0
    peak: int = 0
    ending: tuple[int, float, float] | None = None
    outcome: Outcome = Outcome.ENDED
    reason: str = ""
    loaded: Sequence[str] = ()


class _Pool:
    """Fulfils `Pool`."""

    def __init__(self, *, n_places: int, memory_bytes: int | None, modules: Sequence[str]) -> None:
        ours, theirs = socket.socketpair()
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the pool
        with theirs:
            self._zygote = subprocess.Popen(  # noqa: S603 - our own module
                [sys.executable, "-m", _ZYGOTE, str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._said,
            )
        self._orders = Connection(ours.detach())
        self.n_places = n_places
        self._memory_bytes = memory_bytes
        self._pieces: dict[int, _Piece] = {}
        self._looked_at = 0.0
        self._order("load", list(modules))

    @property
    def n_free(self) -> int:
        """How many more pieces of work it has room for."""
        return self.n_places - len(self._pieces)

    def share(self, shared: Any) -> None:
        """Hand the zygote what all share."""
        self._order("share", pickle.dumps(shared, protocol=pickle.HIGHEST_PROTOCOL))

    def submit(self, number: int, work: Work, *, argument: Any) -> None:
        """Let the zygote fork."""
        reading, writing = os.pipe()
        self._pieces[number] = _Piece(Connection(reading, writable=False))
        try:
            self._order("run", number, work, argument)
            send_handle(self._orders, writing, self._zygote.pid)
        except OSError as error:
            raise self._lost() from error
        finally:
            os.close(writing)

    def wait(self, timeout_s: float) -> Sequence[Notice]:
        """Return what was told since, at once where there is something, else after a while."""
        until = time.monotonic() + timeout_s
        notices: list[Notice] = []
        while not notices:
            left = until - time.monotonic()
            sources = [self._orders, *(each.results for each in self._pieces.values())]
            open_ones = [each for each in sources if each is not None]
            ready = wait(open_ones, max(min(left, _LOOK_EVERY_S), 0.0))
            if self._orders in ready:
                self._hear()
            for number, piece in list(self._pieces.items()):
                notices += self._read(number, piece, is_ready=piece.results in ready)
            self._watch_memory()
            if left <= 0:
                break
        return notices

    def stop(self, number: int) -> None:
        """Kill its process."""
        if number in self._pieces:
            self._end(number, Outcome.STOPPED, "")

    def close(self) -> None:
        """End the zygote, and with it everything that still runs."""
        if not self._pieces:
            # It may be loading modules, which nobody waits for.
            self._zygote.kill()
        self._orders.close()
        self._said.close()
        for piece in self._pieces.values():
            if piece.results is not None:
                piece.results.close()
        self._see_ended()

    def _see_ended(self) -> int:
        """Return how the zygote ended, which it does when nobody orders anything more."""
        try:
            return self._zygote.wait(_END_WITHIN_S)
        except subprocess.TimeoutExpired:
            self._zygote.kill()
            return self._zygote.wait(_END_WITHIN_S)

    def _end(self, number: int, outcome: Outcome, reason: str) -> None:
        piece = self._pieces[number]
        piece.outcome, piece.reason = outcome, reason
        self._order("stop", number)

    def _order(self, *order: Any) -> None:
        """Tell the zygote what to do.

        Raises:
            WorkersLost: if it has ended.
        """
        try:
            self._orders.send(order)
        except OSError as error:
            raise self._lost() from error

    def _lost(self) -> WorkersLost:
        """Return how the zygote ended, with the end of what it said."""
        self._orders.close()
        code = self._see_ended()
        how = f"by signal {-code}" if code < 0 else f"with {code}"
        n_bytes = self._said.seek(0, os.SEEK_END)
        self._said.seek(max(n_bytes - _SAID_BYTES, 0))
        said = self._said.read().decode(errors="replace").strip()
        return WorkersLost(
            f"The process that runs the fits has ended {how}{f': {said}' if said else ''}.",
            fix="Train again; with less memory to hold, or fewer threads, where it was killed.",
        )

    def _hear(self) -> None:
        """Take in what the zygote tells.

        Raises:
            WorkersLost: if the zygote itself has ended.
        """
        while self._orders.poll():
            try:
                kind, number, *told = self._orders.recv()
            except (EOFError, OSError) as error:
                raise self._lost() from error
            if kind == "began":
                self._pieces[number].pid = told[0]
            else:
                code, cpu_s, wall_s = told
                self._pieces[number].ending = (code, cpu_s, wall_s)

    def _read(self, number: int, piece: _Piece, *, is_ready: bool) -> list[Notice]:
        """Return the results that have come, and how it ended where nothing more can come."""
        notices = []
        while is_ready and piece.results is not None and piece.results.poll():
            try:
                kind, content = piece.results.recv()
            except (EOFError, OSError):
                piece.results.close()
                piece.results = None
                break
            if kind == "result":
                notices.append(Notice(number, Outcome.RESULT, content))
            elif kind == "failed":
                piece.outcome, piece.reason = Outcome.FAILED, content
            else:
                piece.loaded = content
        if piece.results is None and piece.ending is not None:
            del self._pieces[number]
            if piece.loaded:
                # Not before: what is being loaded keeps the zygote from seeing how others end.
                self._order("load", piece.loaded)
            notices.append(_last(number, piece))
        return notices

    def _watch_memory(self) -> None:
        """End the largest piece of work where all together hold too much.

        What a process holds for itself takes the kernel milliseconds to add up, and the process
        waits: it is asked where the process has grown, or where all that is resident, what they
        share counted twice, is too much.
        """
        now = time.monotonic()
        if self._memory_bytes is None or now - self._looked_at < _LOOK_EVERY_S:
            return
        self._looked_at = now
        running = {n: each for n, each in self._pieces.items() if each.pid and each.ending is None}
        resident = {number: _resident_bytes(piece.pid) for number, piece in running.items()}
        is_near = sum(resident.values()) > self._memory_bytes
        held = {}
        for number, piece in running.items():
            if is_near or resident[number] > _GROWN * piece.resident:
                held[number] = piece.own = _own_bytes(piece.pid)
                piece.resident = resident[number]
            grown = max(resident[number] - piece.resident, 0)
            piece.peak = max(piece.peak, piece.own + grown)
        if sum(held.values()) > self._memory_bytes:
            self._end_largest(held)

    def _end_largest(self, held: Mapping[int, int]) -> None:
        largest = max(held, key=lambda number: held[number])
        if self._pieces[largest].outcome is Outcome.ENDED:
            told = (
                f"all fits together held more than the {(self._memory_bytes or 0) / 1e6:,.0f} MB "
                f"that are allowed, and this one {held[largest] / 1e6:,.0f} MB of it"
            )
            self._end(largest, Outcome.TOO_LARGE, told)


def _last(number: int, piece: _Piece) -> Notice:
    code, cpu_s, wall_s = piece.ending or (0, 0.0, 0.0)
    outcome, reason = piece.outcome, piece.reason
    if code < 0 and outcome is Outcome.ENDED:
        outcome, reason = Outcome.FAILED, f"its process was ended by signal {-code}"
    elif code > 0 and outcome is Outcome.ENDED:
        outcome, reason = Outcome.FAILED, f"its process ended with {code}"
    return Notice(number, outcome, reason=reason, cpu_s=cpu_s, peak_bytes=piece.peak, wall_s=wall_s)


def _resident_bytes(pid: int) -> int:
    """Return the bytes of a process that are in memory, shared ones too, 0 where unknown."""
    with suppress(OSError, ValueError, IndexError):
        n_pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
        return n_pages * os.sysconf("SC_PAGE_SIZE")
    return 0


def _own_bytes(pid: int) -> int:
    """Return the bytes that a process holds for itself, 0 where that cannot be known."""
    with suppress(OSError, ValueError):
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
        private = [line for line in lines if line.startswith("Private")]
        return sum(int(line.split()[1]) for line in private) * 1024
    return 0


COMPONENT = LocalProcesses()
