"""Pieces of work in processes of this machine, forked from one that has loaded everything."""

import os
import pickle
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.reduction import send_handle
from typing import Any

from modelyard.domain.errors import UsageError, WorkersLost
from modelyard.kit.footprints import Footprint
from modelyard.kit.memory import count_own, count_whole
from modelyard.kit.numerals import size
from modelyard.protocols.executors import ExecutorCard, Notice, Outcome, Pool, Work

_ZYGOTE = "modelyard.components.executors._zygote"
# How often memory is looked at, and how often where most of it is held: a fit allocates 50 MB in a
# tenth of a second.
_LOOK_EVERY_S, _LOOK_CLOSELY_S = 0.1, 0.02
_MOST_OF_IT = 0.75
# How often forks are added up that may have copied much of what they share, by their faults: they
# do not grow then. What the zygote writes becomes theirs without a fault: it is asked now and then.
_ADD_UP_EVERY_S, _ADD_UP_ANYWAY_S = 0.1, 1.0
# Share of the memory that is allowed at which one is ended: what grows between two looks, 3 % of
# 480 MB were seen, is to find room as well.
_SAFE_SHARE = 0.95
# Times what it held that one which was ended must have room for by itself, to be worth another try.
_ROOMIER = 1.25
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
        footprint: of its process, None until that is known.
        ending: how it ended, once its process has, with its seconds of the processor and of the
            clock; told after its last result.
        outcome, reason, is_crowded: of its end, as far as known before.
        loaded: modules that it had to import.
    """

    results: Connection | None
    footprint: Footprint | None = None
    ending: tuple[int, float, float] | None = None
    outcome: Outcome = Outcome.ENDED
    reason: str = ""
    is_crowded: bool = False
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
        self._allowed_bytes = memory_bytes
        # At which one is ended.
        self._memory_bytes = None if memory_bytes is None else int(memory_bytes * _SAFE_SHARE)
        # What was there before any piece of work, and shares its memory with all.
        pids = (os.getpid(), self._zygote.pid)
        self._base = [Footprint(pid, count_whole) for pid in pids]
        self._added_up_at = 0.0
        self._pieces: dict[int, _Piece] = {}
        self._has_shared = False
        # Memory is watched whatever its owner does meanwhile: whoever holds this may change pieces.
        self._lock = threading.RLock()
        self._is_closed = threading.Event()
        self._order("load", list(modules))
        if memory_bytes is not None:
            threading.Thread(target=self._watch_memory, name="memory", daemon=True).start()

    @property
    def n_free(self) -> int:
        """How many more pieces of work it has room for."""
        return self.n_places - len(self._pieces)

    @property
    def room_bytes(self) -> int | None:
        """How much the pieces of work may hold together."""
        return None if self._memory_bytes is None else self._memory_bytes - self.base_bytes

    @property
    def base_bytes(self) -> int:
        """How much this process and the zygote hold, once all is loaded that was ordered.

        Raises:
            WorkersLost: if the zygote has ended.
        """
        while not self._has_shared:
            # Whoever watches memory may have heard it meanwhile.
            wait([self._orders], _LOOK_EVERY_S)
            with self._lock:
                self._hear()
        with self._lock:
            return sum(each.look(is_exact=True) for each in self._base)

    def share(self, shared: Any) -> None:
        """Hand the zygote what all share."""
        self._order("share", pickle.dumps(shared, protocol=pickle.HIGHEST_PROTOCOL))

    def submit(self, number: int, work: Work, *, argument: Any) -> None:
        """Let the zygote fork."""
        reading, writing = os.pipe()
        try:
            with self._lock:
                self._pieces[number] = _Piece(Connection(reading, writable=False))
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
            with self._lock:
                if self._orders in ready:
                    self._hear()
                for number, piece in list(self._pieces.items()):
                    notices += self._read(number, piece, is_ready=piece.results in ready)
            if left <= 0:
                break
        return notices

    def stop(self, number: int) -> None:
        """Kill its process."""
        with self._lock:
            if number in self._pieces:
                piece = self._pieces[number]
                piece.outcome, piece.reason = Outcome.STOPPED, ""
                self._order("stop", number)

    def close(self) -> None:
        """End the zygote, and with it everything that still runs."""
        self._is_closed.set()
        with self._lock:
            self._close()

    def _close(self) -> None:
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

    def _order(self, *order: Any) -> None:
        """Tell the zygote what to do.

        Raises:
            WorkersLost: if it has ended.
        """
        try:
            with self._lock:
                self._orders.send(order)
        except OSError as error:
            raise self._lost() from error

    def _lost(self) -> WorkersLost:
        """Return how the zygote ended, with the end of what it said."""
        with self._lock:
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
        try:
            self._listen()
        except (EOFError, OSError) as error:
            raise self._lost() from error

    def _listen(self) -> None:
        while self._orders.poll():
            kind, number, *told = self._orders.recv()
            if kind == "shared":
                self._has_shared = True
            elif kind == "began":
                self._pieces[number].footprint = Footprint(told[0], count_own)
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
        """Look again and again, until the pool is closed, or nobody takes orders any more."""
        most, look_after_s = self._memory_bytes or 0, _LOOK_EVERY_S
        while not self._is_closed.wait(look_after_s):
            with self._lock:
                try:
                    # What has begun since has a process to look at.
                    self._listen()
                    is_close = self._look_at_memory(most) > _MOST_OF_IT * most
                    look_after_s = _LOOK_CLOSELY_S if is_close else _LOOK_EVERY_S
                except (EOFError, OSError):
                    # What has become of the zygote is told to whoever waits for results.
                    return

    def _look_at_memory(self, most: int) -> int:
        """End the largest piece of work where everything together holds too much.

        Returns:
            Most bytes that everything may hold.
        """
        running = {n: e.footprint for n, e in self._pieces.items() if e.footprint and not e.ending}
        base = sum(each.look() for each in self._base)
        quick = base + sum(each.look() for each in running.values())
        possible = base + sum(each.possible for each in running.values())
        # Without a piece of work there is nothing to end.
        if not running or (quick <= most and not self._is_due(running.values(), possible=possible)):
            return possible
        self._added_up_at = time.monotonic()
        base = sum(each.look(is_exact=True) for each in self._base)
        held = {number: each.look(is_exact=True) for number, each in running.items()}
        if base + sum(held.values()) > most:
            self._end_largest(held, base)
        return base + sum(held.values())

    def _is_due(self, running: Collection[Footprint], *, possible: int) -> bool:
        """Return whether forks may have copied what makes it too much."""
        most, passed_s = self._memory_bytes or 0, time.monotonic() - self._added_up_at
        resident = sum(each.resident for each in (*self._base, *running))
        return (possible > most and passed_s > _ADD_UP_EVERY_S) or (
            resident > most and passed_s > _ADD_UP_ANYWAY_S
        )

    def _end_largest(self, held: Mapping[int, int], base: int) -> None:
        number = max(held, key=lambda each: held[each])
        largest, allowed = self._pieces[number], size(self._allowed_bytes or 0)
        if largest.outcome is not Outcome.ENDED:
            return
        beside = sum(held.values()) - held[number]
        others = f", those beside it {size(beside)}" if beside else ""
        told = (
            f"lacked memory: it held {size(held[number])}{others}, what was there before "
            f"{size(base)}, of {allowed}"
        )
        self._orders.send(("stop", number))
        largest.outcome, largest.reason = Outcome.TOO_LARGE, told
        largest.is_crowded = base + _ROOMIER * held[number] < (self._memory_bytes or 0)


def _last(number: int, piece: _Piece) -> Notice:
    code, cpu_s, wall_s = piece.ending or (0, 0.0, 0.0)
    outcome, reason = piece.outcome, piece.reason
    if code < 0 and outcome is Outcome.ENDED:
        outcome, reason = Outcome.FAILED, f"its process was ended by signal {-code}"
    elif code > 0 and outcome is Outcome.ENDED:
        outcome, reason = Outcome.FAILED, f"its process ended with {code}"
    peak = 0 if piece.footprint is None else piece.footprint.peak
    return Notice(
        number,
        outcome,
        reason=reason,
        cpu_s=cpu_s,
        peak_bytes=peak,
        wall_s=wall_s,
        is_crowded=outcome is Outcome.TOO_LARGE and piece.is_crowded,
    )


COMPONENT = LocalProcesses()
