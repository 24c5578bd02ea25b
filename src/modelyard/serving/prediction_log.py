"""Writes down what was answered before it is told: one force to the disk for all that waits.

A thread of its own writes, so that a slow disk delays the answers that it writes down and nothing
else. What comes while it forces the disk is written together next: the slower the disk, the more
answers share one force. Where the disk does not take them, predictions go on, and each answer says
that it is not logged; the log is tried again after a second.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from queue import SimpleQueue
from threading import Thread

import msgspec

from modelyard.kit.segments import SUFFIX, SegmentWriter, framed
from modelyard.serving.exchanges import Reply, Sender, Told
from modelyard.serving.records import Record, encode_record

# On the answers: the id of what stands on the disk, or that it does not stand there.
ID_HEADER = b"x-prediction-id"
NOT_LOGGED = (b"x-prediction-logged", b"false")
# Some 60,000 rows: small enough to be loaded and deleted soon, large enough to make few files.
SEGMENT_BYTES = 64 << 20
# A disk that is full is not asked again for each request.
RETRY_S = 1.0


class _Batch(msgspec.Struct, frozen=True):
    """Records that are written together, and what happens on the loop then."""

    records: list[Record]
    loop: asyncio.AbstractEventLoop
    then: Callable[[OSError | None], None]


class PredictionLog:
    """The log of one worker, in segments of its own; for one event loop."""

    def __init__(
        self,
        folder: Path,
        *,
        prefix: str,
        tell: Callable[..., None],
        segment_bytes: int = SEGMENT_BYTES,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Begin a log.

        Args:
            folder: of the segments, made when the first is.
            prefix: that no other log in the folder has ever had; sorts by time.
            tell: writes a line of the server's log; called on the loop.
            segment_bytes: from which on a segment is let go, and another begun.
            clock: seconds that never go back.
        """
        self._folder = folder
        self._prefix = prefix
        self._tell = tell
        self._segment_bytes = segment_bytes
        self._clock = clock
        self._ids = count(1)
        self._numbers = count(1)
        self._segment: SegmentWriter | None = None
        self._failed: OSError | None = None
        # How long the disk took the last time.
        self.forced_s = 0.0
        self._resting_until = 0.0
        self._is_failing = False
        self._queue: SimpleQueue[_Batch | None] = SimpleQueue()
        self._thread = Thread(target=self._run, name="prediction-log", daemon=True)
        self._thread.start()

    def keep(self, replies: Sequence[tuple[Reply, Sender]], then: Callable[[], None]) -> None:
        """Write down some answers, head them accordingly, and call `then`, all on the loop.

        Args:
            replies: with who is told; those that tell nothing of a prediction are passed over.
            then: sends them.
        """
        at = datetime.now(UTC)
        told, records = [], []
        for reply, sender in replies:
            if reply.told is not None:
                prediction_id = f"{self._prefix}-{next(self._ids):x}"
                told.append((reply, prediction_id.encode()))
                records.append(_record(reply.told, sender, prediction_id=prediction_id, at=at))

        def release(error: OSError | None) -> None:
            self._note(error)
            for reply, prediction_id in told:
                header = (ID_HEADER, prediction_id) if error is None else NOT_LOGGED
                reply.headers = (*reply.headers, header)
            then()

        if not records:
            then()
            return
        loop = asyncio.get_running_loop()
        self._queue.put(_Batch(records, loop, release))

    async def kept(self, reply: Reply, sender: Sender) -> None:
        """Write down one answer, and return when that is decided."""
        done = asyncio.Event()
        self.keep([(reply, sender)], then=done.set)
        await done.wait()

    def close(self) -> None:
        """Write what is left, and let the segment go."""
        self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        is_open = True
        while is_open:
            batches = [self._queue.get()]
            while not self._queue.empty():
                batches.append(self._queue.get())
            is_open = batches[-1] is not None
            waiting = [each for each in batches if each is not None]
            if waiting:
                error = self._write([record for each in waiting for record in each.records])
            for each in waiting:
                each.loop.call_soon_threadsafe(each.then, error)
        self._let_go()

    def _write(self, records: Sequence[Record]) -> OSError | None:
        """Write and force; return why that could not be done."""
        if self._clock() < self._resting_until:
            return self._failed
        try:
            self._segment = self._segment or self._new_segment()
            begun = self._clock()
            self._segment.append(b"".join(framed(encode_record(each)) for each in records))
            self._segment.sync()
            self.forced_s = self._clock() - begun
        except OSError as error:
            self._failed, self._resting_until = error, self._clock() + RETRY_S
            self._let_go()
            return error
        if self._segment.size_bytes >= self._segment_bytes:
            self._let_go()
        return None

    def _new_segment(self) -> SegmentWriter:
        name = f"{self._prefix}-{next(self._numbers):06d}{SUFFIX}"
        return SegmentWriter.create(self._folder / name)

    def _let_go(self) -> None:
        """Close the segment; what it holds was forced before, or told as not logged."""
        segment, self._segment = self._segment, None
        if segment is not None:
            with suppress(OSError):
                segment.close()

    def _note(self, error: OSError | None) -> None:
        """Tell once that answers are not logged, and once that they are again."""
        if error is not None and not self._is_failing:
            self._tell("predictions-not-logged", reason=str(error))
        if error is None and self._is_failing:
            self._tell("predictions-logged-again")
        self._is_failing = error is not None


def _record(told: Told, sender: Sender, *, prediction_id: str, at: datetime) -> Record:
    served = told.served
    return Record(
        id=prediction_id,
        at=at,
        model=served.name,
        reference=served.reference,
        sha256=served.package.manifest_sha256,
        subject=sender.subject,
        request_id=sender.request_id,
        rows=msgspec.Raw(told.rows),
        answer=msgspec.Raw(told.answer),
    )
