"""Fetches the bytes of a text file, decompressed where it is packed."""

import gzip
import io
import zlib
from pathlib import Path

from modelyard.domain.errors import DataError, NotATable, NotFound, UsageError
from modelyard.kit.memory import memory_limit

PACKED = ".gz"
# From here on the text beside its cells costs more memory than reading in pieces costs time.
_LARGE_BYTES = 64 << 20


def is_large(location: Path) -> bool:
    """Return whether a text file is better read in pieces."""
    return (
        location.suffix.lower() != PACKED
        and location.is_file()
        and location.stat().st_size >= _LARGE_BYTES
    )


def bytes_of(location: Path) -> bytes:
    """Return the text of a file.

    Raises:
        NotFound: if there is no such file.
        UsageError: if it is a folder or a pipe.
        DataError: if it cannot be read, or is packed and holds more than a table may fill.
        NotATable: if it is packed and not whole.
    """
    if location.is_fifo():
        # It would be waited for without end where nobody writes.
        raise UsageError(
            f"'{location}' is a pipe; a file is needed.", fix="Write what comes into a file first."
        )
    try:
        content = location.read_bytes()
    except FileNotFoundError as error:
        raise NotFound(
            f"There is no file '{location}'.", fix="Check the path.", sample=str(location)
        ) from error
    except IsADirectoryError as error:
        raise UsageError(
            f"'{location}' is a folder; a file is needed.", fix="Name one file in it."
        ) from error
    except OSError as error:
        raise DataError(
            f"The file '{location}' cannot be read: {error.strerror or error}.",
            fix="Check that you may read it.",
            sample=str(location),
        ) from error
    return _unpacked(content, location) if location.suffix.lower() == PACKED else content


def _unpacked(content: bytes, location: Path) -> bytes:
    """Decompress no more than a table may fill, however small the file is."""
    limit = memory_limit()
    try:
        with gzip.open(io.BytesIO(content)) as stream:
            text = stream.read(limit + 1)
    except (EOFError, OSError, zlib.error) as error:
        raise NotATable(
            f"'{location.name}' is no gzip archive, or breaks off: {error}.",
            fix="Compress the file again, or rename it to what it is.",
        ) from error
    if len(text) > limit:
        raise DataError(
            f"'{location.name}' holds more than {limit / 1e9:,.1f} GB, half of this machine's "
            f"memory.",
            fix="Give fewer rows.",
        )
    return text
