"""Files that only grow by framed records: read while they are written, and after any crash.

A segment begins with its format. A record is its length and the CRC-32 of its content, each in four
bytes, little-endian, and the content. A record that was not written whole is known by its frame, so
reading ends before it; where its writer has ended too, it is torn and stays so. A writer holds a
lock that the system takes from it whichever way it ends.

Source: the frame is that of write-ahead logs, e.g. of LevelDB (doc/log_format.md) without blocks.
"""

import fcntl
import os
import struct
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

FORMAT = b"modelyard-log 1\n"
SUFFIX = ".log"
_FRAME = struct.Struct("<II")


@dataclass(frozen=True)
class Record:
    """One record of a segment.

    Attributes:
        offset: where its frame begins.
        end: where the next record begins.
    """

    offset: int
    end: int
    content: bytes


def framed(content: bytes) -> bytes:
    """Return a record as it is written; `content` holds at least one byte."""
    return _FRAME.pack(len(content), zlib.crc32(content)) + content


def read_records(path: Path, offset: int = 0) -> Iterator[Record]:
    """Yield the whole records from an offset on; what comes behind the last is torn or on its way.

    Args:
        path: of a segment.
        offset: where a record begins, 0 for the first.

    Raises:
        OSError: if it cannot be read.
    """
    with path.open("rb") as stream:
        offset = offset or len(FORMAT)
        if stream.read(len(FORMAT)) != FORMAT:
            return
        stream.seek(offset)
        while len(frame := stream.read(_FRAME.size)) == _FRAME.size:
            n_bytes, crc = _FRAME.unpack(frame)
            # A disk that lost its power may show zeros where nothing was written yet.
            content = stream.read(n_bytes) if 0 < n_bytes <= _left(stream.fileno(), offset) else b""
            if not content or len(content) < n_bytes or zlib.crc32(content) != crc:
                return
            end = offset + _FRAME.size + n_bytes
            yield Record(offset, end, content)
            offset = end


def is_being_written(path: Path) -> bool:
    """Return whether the writer of a segment still lives and has not closed it.

    Raises:
        OSError: if it cannot be opened.
    """
    with path.open("rb") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


class SegmentWriter:
    """Writes one segment; what `sync` has returned from survives kill -9 and a loss of power."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self.path = path
        self.size_bytes = len(FORMAT)
        self._descriptor = descriptor
        self._synced_bytes = len(FORMAT)

    @classmethod
    def create(cls, path: Path) -> Self:
        """Make a segment that is not there yet, readable by its owner alone.

        It gets its name when it is locked: nobody may take it for one whose writer has ended.

        Raises:
            OSError: if it cannot be made; nothing is left behind then.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        descriptor = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_APPEND, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            _write(descriptor, FORMAT)
            os.fsync(descriptor)
            path.hardlink_to(draft)
            _sync_folder(path.parent)
        except OSError:
            os.close(descriptor)
            raise
        finally:
            with suppress(OSError):
                draft.unlink()
        return cls(path, descriptor)

    def append(self, records: bytes) -> None:
        """Write records that `framed` has made.

        Raises:
            OSError: if the disk does not take them all; close the segment then.
        """
        _write(self._descriptor, records)
        self.size_bytes += len(records)

    def sync(self) -> None:
        """Force to the disk what was appended.

        Raises:
            OSError: if that fails; close the segment then, since the system tells it only once.
        """
        # On the file's length fdatasync waits too; only times of access are left for later.
        getattr(os, "fdatasync", os.fsync)(self._descriptor)
        self._synced_bytes = self.size_bytes

    def close(self) -> None:
        """Cut off what was not forced to the disk, if that can be, and let the segment go."""
        with suppress(OSError):
            os.ftruncate(self._descriptor, self._synced_bytes)
        os.close(self._descriptor)


def _left(descriptor: int, offset: int) -> int:
    """Return how many bytes of content a file may hold behind the frame at an offset."""
    return os.fstat(descriptor).st_size - offset - _FRAME.size


def _write(descriptor: int, content: bytes) -> None:
    left = memoryview(content)
    while left:
        left = left[os.write(descriptor, left) :]


def _sync_folder(folder: Path) -> None:
    """Force the entry of a new file to the disk, without which its content could be lost."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
