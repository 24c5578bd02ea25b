"""Looks at pictures once, when they are read: what they are, and what sets them apart."""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from modelyard.domain.errors import UnreadablePicture
from modelyard.domain.pictures import Album, Look, Unread
from modelyard.kit.hashing import sha256_of
from modelyard.runtime.pictures.formats import promised_format
from modelyard.runtime.pictures.opening import open_upright

# The side at which brightness is told. A photograph is decoded to twice that, and read to its end.
_GLANCE = 32


def look_at(content: bytes, name: str) -> Look:
    """Return what can be seen of a picture.

    Raises:
        UnreadablePicture: if it cannot be opened, or is not whole.
    """
    opened = open_upright(content, name, least=2 * _GLANCE)
    grey, changes = opened.image.convert("L"), opened.changes
    brightness = float(np.asarray(grey.resize((_GLANCE, _GLANCE))).mean() / 255)
    promised = promised_format(name)
    if promised not in {None, opened.format}:
        changes = (*changes, f"named as {promised}, but is {opened.format}")
    return Look(
        name=name,
        format=opened.format,
        width=opened.width,
        height=opened.height,
        brightness=brightness,
        fingerprint=_fingerprint(grey),
        changes=changes,
    )


def album_of(names: Iterable[str], fetch: Callable[[str], bytes]) -> tuple[list[str | None], Album]:
    """Return the cell of each file, None where it cannot be read, and the album of the others.

    Args:
        names: of the files.
        fetch: returns the bytes of a file.
    """
    looks: dict[str, Look] = {}
    unread: list[Unread] = []
    cells: list[str | None] = []
    for name in names:
        try:
            content = fetch(name)
            key = sha256_of(content)
            if key not in looks:
                looks[key] = look_at(content, name)
            cells.append(key)
        except UnreadablePicture as error:
            unread.append(Unread(name, error.message, error.fix or ""))
            cells.append(None)
    return cells, Album(looks, fetch, tuple(unread))


def _fingerprint(grey: Any) -> int:
    """Return 64 bits: whether each of 8 × 8 fields is brighter than its neighbour to the right.

    Source: Krawetz: Kind of Like That (2013), the difference hash.
    """
    small = np.asarray(grey.resize((9, 8)), dtype=np.int16)
    bits = (small[:, :-1] > small[:, 1:]).ravel()
    return int.from_bytes(np.packbits(bits).tobytes(), "big")
