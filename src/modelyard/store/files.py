"""Files that a user asked for, anywhere on the disk: each appears whole or not at all."""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from modelyard.domain.errors import StoreError, UsageError
from modelyard.store.failures import OTHER_PLACE, explaining

_OTHER_FILE = "Choose a file in a folder that exists and that you can write."
_ROOM = "Free some space there, or choose a file on a disk that has room."


def require_another(path: Path | None, *sources: object) -> None:
    """Refuse to write an answer over what it was made of, or into any package.

    Args:
        path: to be written; None for no file.
        sources: files, and folders that nothing may be written into; what is no path is in no
            danger.

    Raises:
        UsageError: if the path is one of them or within one, by whatever name or link; or if a
            package stands in its folder.
        StoreError: if the path cannot be looked at.
    """
    if path is None:
        return
    with explaining(path, fix=OTHER_PLACE):
        is_source = any(isinstance(each, Path) and _is_within(path, each) for each in sources)
        is_lost = is_source or _is_in_package(path)
    if is_lost:
        raise UsageError(
            f"'{path}' is the data itself, or lies in a package: writing there would destroy it.",
            fix="Choose another place.",
            sample=str(path),
        )


def _is_within(path: Path, source: Path) -> bool:
    if source.is_dir():
        return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(source))
    return path.exists() and source.exists() and path.samefile(source)


def _is_in_package(path: Path) -> bool:
    from modelyard.runtime.packages import SIGNATURE

    # `Path.resolve` would fail at links that lead round in a circle.
    return Path(os.path.realpath(path)).parent.joinpath(SIGNATURE).is_file()


def write_whole(path: Path, content: bytes) -> None:
    """Write a file that appears whole or not at all; see `writing_whole`.

    Raises:
        StoreError: if it cannot be written.
    """
    with writing_whole(path) as stream:
        stream.write(content)


def is_replaceable(path: Path) -> bool:
    """Return whether nothing stands at the path, or a plain file; not a pipe or a device.

    Raises:
        StoreError: if the path cannot be looked at.
    """
    with explaining(path, fix=OTHER_PLACE):
        return not path.exists() or stat.S_ISREG(path.stat().st_mode)


@contextmanager
def writing_whole(path: Path) -> Iterator[IO[bytes]]:
    """Write a file under a name that nobody looks for, force it to the disk, and rename it.

    A link keeps its place, and what it points at is written. A pipe or a device is written into.
    Where the body raises, nothing is left behind.

    Raises:
        StoreError: if it cannot be written.
    """
    try:
        target = path.resolve()
        with target.open("wb") if not is_replaceable(target) else _replacing(target) as stream:
            yield stream
    except OSError as error:
        is_full = error.errno in {errno.ENOSPC, errno.EDQUOT}
        raise StoreError(
            f"'{path}' cannot be written: {error.strerror}.",
            fix=_ROOM if is_full else _OTHER_FILE,
            sample=str(path),
        ) from error


@contextmanager
def _replacing(path: Path) -> Iterator[IO[bytes]]:
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with draft.open("wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(path)
    except BaseException:
        with suppress(OSError):
            draft.unlink()
        raise
