"""Reads a file of a package whose maker is not known yet: a regular one, of a bounded size.

The file is opened once and never by its name again, so that nothing can be put in its place between
a look at it and its reading; a pipe is not waited for.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from modelyard.domain.errors import UntrustedPackage

# Where a system lacks a flag (Windows), links are still refused by what `fstat` tells of them.
_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_BINARY", 0)
)
_FETCH_AGAIN = "Fetch the package again from where it was made."


def read_regular_file(folder: Path, name: str, *, most_bytes: int) -> bytes:
    """Return the content of a file.

    Args:
        folder: of the package.
        name: of the file in it.
        most_bytes: a larger file is refused before any of it is read.

    Raises:
        UntrustedPackage: if it is missing, larger, or not a regular file, e.g. a link.
    """
    with open_regular_file(folder, name, most_bytes=most_bytes) as (stream, n_bytes):
        # It may have grown since: never more than was allowed.
        return stream.read(n_bytes)


@contextmanager
def open_regular_file(
    folder: Path, name: str, *, most_bytes: int
) -> Iterator[tuple[BinaryIO, int]]:
    """Yield a file and how many bytes it has.

    Raises:
        UntrustedPackage: as `read_regular_file`, and if it cannot be read in the block.
    """
    path = folder / name
    try:
        descriptor = os.open(path, _FLAGS)
    except OSError as error:
        if path.is_symlink():
            raise _is_irregular(name) from error
        raise _is_unreadable(name, error) from error
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise _is_irregular(name)
        if found.st_size > most_bytes:
            raise _is_too_large(name, found.st_size, most_bytes)
        with os.fdopen(descriptor, "rb", closefd=False) as stream:
            yield stream, found.st_size
    except OSError as error:
        raise _is_unreadable(name, error) from error
    finally:
        os.close(descriptor)


def _is_irregular(name: str) -> UntrustedPackage:
    return UntrustedPackage(
        f"'{name}' of the package is not a regular file.", fix="Do not use this package."
    )


def _is_too_large(name: str, size_bytes: int, most_bytes: int) -> UntrustedPackage:
    return UntrustedPackage(
        f"The file '{name}' of the package must be {most_bytes} bytes at most; it is {size_bytes}.",
        fix=_FETCH_AGAIN,
    )


def _is_unreadable(name: str, error: OSError) -> UntrustedPackage:
    return UntrustedPackage(
        f"The file '{name}' of the package cannot be read: {error.strerror}.", fix=_FETCH_AGAIN
    )
