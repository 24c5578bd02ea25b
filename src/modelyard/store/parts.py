"""Files that arrive piece by piece: each grows by one writer at a time, and says how far it came.

The size of a file is the truth about what arrived; no record beside it can differ from it. A size
is told only after the disk has the bytes, so that a client never skips what a failure took back.
"""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from modelyard.domain.errors import BodyTooLarge, Conflict, NotFound, StoreError
from modelyard.store.artifacts import force_folder_to_disk
from modelyard.store.failures import explaining
from modelyard.store.reserves import free_bytes

# The database, its log and the logs of answers go on below this, and everything stays readable.
RESERVE_BYTES = 256 << 20
# So much is at most lost to the cache of the disk at once; the last wait is then a short one too.
_SYNC_EVERY_BYTES = 64 << 20


class PartWriter:
    """Appends to one file; it is `Parts.appending` that makes one."""

    def __init__(self, handle: int, path: Path, *, limit: int, free: Callable[[Path], int]) -> None:
        self._handle = handle
        self._path = path
        self._limit = limit
        self._free = free
        self._unsynced = 0
        self.offset = os.fstat(handle).st_size
        self._begun_at = self.offset

    def write(self, content: bytes | bytearray) -> None:
        """Append bytes.

        Raises:
            BodyTooLarge: if they go beyond the declared size; what this writer wrote is taken back.
            StoreError: if the disk is full; what it took is kept.
        """
        if self.offset + len(content) > self._limit:
            os.ftruncate(self._handle, self._begun_at)
            self.offset = self._begun_at
            raise BodyTooLarge(
                f"The upload was declared with {self._limit:,} bytes, and more came.",
                fix="Declare the size that the file has, and send it again.",
            )
        if self._unsynced == 0:
            require_room(len(content), self._path.parent, free=self._free)
        left = memoryview(content)
        with explaining(self._path):
            while left:
                n = os.write(self._handle, left)
                self.offset += n
                left = left[n:]
        self._unsynced += len(content)
        if self._unsynced >= _SYNC_EVERY_BYTES:
            self.sync()

    def sync(self) -> None:
        """Wait until the disk has everything.

        Raises:
            StoreError: if it refuses; what this writer wrote is taken back, since nobody knows how
                much of it is there (PostgreSQL wiki, "Fsync Errors").
        """
        with explaining(self._path):
            try:
                os.fsync(self._handle)
            except OSError:
                os.ftruncate(self._handle, self._begun_at)
                raise
        self._unsynced = 0


@dataclass(frozen=True)
class Parts:
    """Growing files by id in one folder, which is made on first use.

    Attributes:
        root: on the same disk as the place of whole files.
        free: how many bytes a folder has room for.
    """

    root: Path
    free: Callable[[Path], int] = free_bytes

    def begin(self, part: str, *, size_bytes: int) -> None:
        """Make an empty file that may grow to a size.

        Raises:
            StoreError: if the disk has no room for it.
        """
        with explaining(self.root):
            self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
            require_room(size_bytes, self.root, free=self.free)
            os.close(os.open(self.root / part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
            force_folder_to_disk(self.root)

    def size(self, part: str) -> int:
        """Return how many bytes of a file the disk has.

        Raises:
            NotFound: if there is none.
        """
        with self._opened(part) as handle:
            os.fsync(handle)
            return os.fstat(handle).st_size

    @contextmanager
    def appending(self, part: str, *, offset: int, limit: int) -> Iterator[PartWriter]:
        """Yield the only writer of a file; what it wrote is on the disk when the block ends.

        Args:
            part: id of the file.
            offset: where the client goes on.
            limit: most bytes that the file may have.

        Raises:
            NotFound: if there is none.
            Conflict: if another one writes, or the file has another size than `offset`.
            StoreError: if the disk does not take it.
        """
        with self.held(part) as path:
            handle = os.open(path, os.O_WRONLY | os.O_APPEND)
            try:
                writer = PartWriter(handle, path, limit=limit, free=self.free)
                require_offset(offset, writer.offset)
                try:
                    yield writer
                except BaseException:
                    # What stopped the writer is told, and not what follows from it.
                    with suppress(StoreError):
                        writer.sync()
                    raise
                writer.sync()
            finally:
                os.close(handle)

    @contextmanager
    def held(self, part: str) -> Iterator[Path]:
        """Yield the path of a file that nobody else writes meanwhile.

        Raises:
            NotFound: if there is none.
            Conflict: if somebody writes.
        """
        with self._opened(part) as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise Conflict(
                    "Another request is writing to this upload.",
                    fix="Wait until it has ended, ask for the offset, and go on from there.",
                ) from error
            yield self.root / part

    def discard(self, part: str) -> None:
        """Delete a file; where there is none, nothing is to be done."""
        with explaining(self.root), suppress(FileNotFoundError):
            (self.root / part).unlink()

    def touched_at(self, part: str) -> datetime | None:
        """Return when something was last written to a file, None where there is none."""
        try:
            return datetime.fromtimestamp((self.root / part).stat().st_mtime, UTC)
        except FileNotFoundError:
            return None

    def untouched_since(self, moment: datetime) -> tuple[str, ...]:
        """Return the ids of files that nothing was written to since a moment."""
        names = (path.name for path in sorted(self.root.glob("*")))
        return tuple(name for name in names if (self.touched_at(name) or moment) < moment)

    @contextmanager
    def _opened(self, part: str) -> Iterator[int]:
        try:
            handle = os.open(self.root / part, os.O_RDONLY)
        except FileNotFoundError as error:
            raise NotFound(
                f"There is no upload '{part}' on its way.",
                fix="It has ended, was given up, or lay untouched for a day: begin a new one.",
                sample=part,
            ) from error
        try:
            yield handle
        finally:
            os.close(handle)


def require_offset(offset: int, size_bytes: int) -> None:
    """Refuse a client that goes on from elsewhere than where the file ends.

    Raises:
        Conflict: with the right offset.
    """
    if offset != size_bytes:
        raise Conflict(
            f"The upload goes on from byte {size_bytes:,}; bytes from {offset:,} on came.",
            fix=f"Send the bytes from {size_bytes} on, with Upload-Offset: {size_bytes}.",
        )


def require_room(n_bytes: int, folder: Path, *, free: Callable[[Path], int]) -> None:
    """Refuse what would fill the disk.

    Raises:
        StoreError: if less than `RESERVE_BYTES` would be left.
    """
    left = free(folder)
    if left - n_bytes < RESERVE_BYTES:
        lacking = (
            f"The disk has no room for {n_bytes:,} bytes: {left:,} are free, and "
            f"{RESERVE_BYTES:,} stay free so that everything can still be read."
        )
        raise StoreError(
            lacking,
            fix="Free some space, e.g. by deleting datasets, and go on.",
            elsewhere=lacking,
        )
