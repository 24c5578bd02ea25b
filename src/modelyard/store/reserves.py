"""Room on the disk that is kept for those who make room: from a full one nothing is deleted else.

To delete a record a database writes first: what changes, and who did it. CockroachDB keeps a file
for the same end (its manual, "Automatic ballast files").
"""

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

# SQLite writes 1,000 pages of 4 KiB into its log before it begins the log anew (its manual, "PRAGMA
# wal_autocheckpoint"), and then as much into the database: room for both, twice.
RESERVE_BYTES = 16 << 20
# How many times its size it leaves free when it is made: it is not to be what fills a disk.
_LEFT_FREE = 2
# macOS gives no room without its being written.
_WRITES = not hasattr(os, "posix_fallocate")


def free_bytes(folder: Path) -> int:
    """Return how many bytes may still be written where a folder is."""
    return shutil.disk_usage(folder).free


@dataclass(frozen=True)
class Reserve:
    """A file that holds nothing and takes room.

    Attributes:
        path: of the file, on the disk that whoever deletes has to write to.
        size_bytes: that it is to have.
        free: tells the room that is left on the disk of a folder.
        writes: whether it has to write zeros to take room, or the system gives it without.
    """

    path: Path
    size_bytes: int = RESERVE_BYTES
    free: Callable[[Path], int] = free_bytes
    writes: bool = _WRITES

    def fill(self) -> None:
        """Make the file, or give it back what it lacks; a disk that is nearly full is left so."""
        # Where it cannot be made, nothing is lost that there was.
        with suppress(OSError):
            has = self.path.stat().st_size if self.path.exists() else 0
            if has + self.free(self.path.parent) < (1 + _LEFT_FREE) * self.size_bytes:
                return
            handle = os.open(self.path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
            try:
                self._take(handle)
            finally:
                os.close(handle)

    @contextmanager
    def lent(self) -> Iterator[None]:
        """Leave the room to what is written within, where the disk has less; none without a file.

        Of several at once, the last one takes it back.
        """
        handle = self._leave()
        try:
            yield
        finally:
            if handle is not None:
                with suppress(OSError):
                    self._take(handle)
                os.close(handle)

    def _leave(self) -> int | None:
        """Give up the room where it is needed, and return the file, held until it is closed."""
        try:
            handle = os.open(self.path, os.O_RDWR | os.O_CLOEXEC)
        except OSError:
            return None
        with suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_SH)
            if self.free(self.path.parent) < self.size_bytes:
                os.ftruncate(handle, 0)
        return handle

    def _take(self, handle: int) -> None:
        """Take as much as is missing and there; nothing while somebody else is lent it."""
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        has = os.fstat(handle).st_size
        wanted = min(self.size_bytes, has + self.free(self.path.parent))
        if wanted > has and self.writes:
            _write_zeros(handle, has, wanted)
        elif wanted > has:
            os.posix_fallocate(handle, has, wanted - has)


def _write_zeros(handle: int, start: int, end: int) -> None:
    while start < end:
        start += os.pwrite(handle, bytes(min(1 << 20, end - start)), start)
