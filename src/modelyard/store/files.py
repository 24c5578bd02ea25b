"""Files that a user asked for, anywhere on the disk: each appears whole or not at all."""

import os
from contextlib import suppress
from pathlib import Path

from modelyard.domain.errors import StoreError


def write_whole(path: Path, content: bytes) -> None:
    """Write a file under a name that nobody looks for, force it to the disk, and rename it.

    Raises:
        StoreError: if it cannot be written.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with draft.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(path)
    except OSError as error:
        with suppress(OSError):
            draft.unlink()
        raise StoreError(
            f"'{path}' cannot be written: {error.strerror}.",
            fix="Choose a file in a folder that exists and that you can write.",
            sample=str(path),
        ) from error
