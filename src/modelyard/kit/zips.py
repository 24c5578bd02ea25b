"""Zip files made while they are sent: equal members give equal bytes, and none is held whole."""

import zipfile
from collections.abc import Iterable, Iterator
from io import RawIOBase
from typing import Any

# The first moment that a zip file has a word for.
_MOMENT = (1980, 1, 1, 0, 0, 0)
_MODE = 0o644
_UNIX = 3


class _Sent(RawIOBase):
    """Takes what the zip file writes, until it is fetched."""

    def __init__(self) -> None:
        self._held = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, content: Any) -> int:
        self._held += content
        return len(content)

    def fetch(self) -> bytes:
        """Return what was written since the last time."""
        held = bytes(self._held)
        self._held.clear()
        return held


def zipped(members: Iterable[tuple[str, int, Iterable[bytes]]]) -> Iterator[bytes]:
    """Yield a zip file, uncompressed, in which every member has the same time and rights.

    Args:
        members: of each its name in the archive, its size in bytes, and its content in pieces.
    """
    sent = _Sent()
    with zipfile.ZipFile(sent, "w", zipfile.ZIP_STORED) as archive:
        for name, n_bytes, pieces in members:
            about = zipfile.ZipInfo(name, _MOMENT)
            about.create_system = _UNIX
            about.external_attr = _MODE << 16
            # Said beforehand, so that large members get the longer headers.
            about.file_size = n_bytes
            with archive.open(about, "w") as member:
                for piece in pieces:
                    member.write(piece)
                    yield sent.fetch()
    yield sent.fetch()
