"""Files that a user asked for, anywhere on the disk: each appears whole or not at all."""

import os
import stat
from contextlib import suppress
from pathlib import Path

from modelyard.domain.errors import StoreError, UsageError


def require_another(path: Path, source: Path) -> None:
    """Refuse to write an answer over what it was made of.

    Raises:
        UsageError: if both are one file, by whatever name or link.
    """
    if path.exists() and source.exists() and path.samefile(source):
        raise UsageError(
            f"'{path}' is the data itself: writing there would destroy it.",
            fix="Choose another file with --out.",
            sample=str(path),
        )


def write_whole(path: Path, content: bytes) -> None:
    """Write a file under a name that nobody looks for, force it to the disk, and rename it.

    A link keeps its place, and what it points at is written. A pipe or a device is written into.

    Raises:
        StoreError: if it cannot be written.
    """
    try:
        target = path.resolve()
        if target.exists() and not stat.S_ISREG(target.stat().st_mode):
            target.write_bytes(content)
        else:
            _replace(target, content)
    except OSError as error:
        raise StoreError(
            f"'{path}' cannot be written: {error.strerror}.",
            fix="Choose a file in a folder that exists and that you can write.",
            sample=str(path),
        ) from error


def _replace(path: Path, content: bytes) -> None:
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with draft.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(path)
    except OSError:
        with suppress(OSError):
            draft.unlink()
        raise
