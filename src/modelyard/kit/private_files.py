"""Files that hold a secret: made once, by whoever comes first, and readable by their owner only."""

import os
import stat
import tempfile
from pathlib import Path
from typing import IO

_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def write_once(path: Path, content: bytes) -> None:
    """Write a file, and its folder, where there is none; of two writers one makes it.

    Raises:
        OSError: if it cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # Made readable by its owner only; a draft that a kill left behind is in nobody's way.
    descriptor, name = tempfile.mkstemp(prefix=f"{path.name}.", dir=path.parent)
    draft = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        # A link fails where the name exists: of two starters one makes the file, both read it.
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def mode_open_to_others(stream: IO[bytes]) -> int | None:
    """Return the mode of a file that others than its owner may read or write; None for another."""
    mode = stat.S_IMODE(os.fstat(stream.fileno()).st_mode)
    # Windows keeps such rights elsewhere and always tells of 0o666.
    return mode if os.name == "posix" and mode & _OTHERS else None
