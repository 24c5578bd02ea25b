"""Pictures: what a cell of kind IMAGE stands for, and what was seen of it when it was read.

The cell itself is the SHA-256 of the picture's file, so that equal pictures are equal cells
whatever they are called: what keeps rows together in a split, and what finds rows twice, needs no
more.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Self

from modelyard.kit.hashing import sha256_of

# What stands where a picture itself is not kept. No base64 and no data URL begins so.
_HASH_MARK = "sha256:"
# Columns of a table that a folder or an archive of pictures is read as.
IMAGE_COLUMN, LABEL_COLUMN = "image", "label"


@dataclass(frozen=True)
class Picture:
    """One picture, whose bytes are fetched when they are needed.

    Attributes:
        key: SHA-256 of the file; equal pictures have equal keys.
        name: what the user calls it.
        fetch: returns the bytes of the file.
    """

    key: str
    name: str = field(compare=False)
    fetch: Callable[[], bytes] = field(compare=False, repr=False)

    @classmethod
    def of(cls, content: bytes, name: str = "the picture") -> Self:
        """Return a picture that is held in memory."""
        return cls(sha256_of(content), name, lambda: content)


@dataclass(frozen=True)
class Look:
    """What was seen of a picture.

    Attributes:
        name: of the file; of equal files the first.
        format: as its bytes say, e.g. "JPEG".
        width, height: in pixels, upright.
        brightness: mean, 0 (black) to 1 (white).
        fingerprint: 64 bits that hardly change where a picture is scaled or compressed anew.
        changes: what its conversion to RGB had to change, e.g. "alpha on white".
    """

    name: str
    format: str
    width: int
    height: int
    brightness: float
    fingerprint: int
    changes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Unread:
    """A file that is no picture that can be read.

    Attributes:
        name: what the user calls it.
        reason: why it cannot be read.
        fix: what to do about it.
        row: of the table that names it, 1 is the first; None for a file of a folder.
    """

    name: str
    reason: str
    fix: str = ""
    row: int | None = None


@dataclass(frozen=True)
class Album:
    """The pictures of one column.

    Attributes:
        looks: what was seen of each, by its cell.
        fetch: returns the bytes of a file by its name.
        unread: files that were left out.
    """

    looks: Mapping[str, Look]
    fetch: Callable[[str], bytes] = field(repr=False)
    unread: tuple[Unread, ...] = ()

    def picture(self, cell: str) -> Picture:
        """Return the picture that a cell stands for."""
        name = self.looks[cell].name
        return Picture(cell, name, lambda: self.fetch(name))


def named_by_hash(picture: Picture) -> str:
    """Return what is kept of a picture where the picture itself is not: its SHA-256, marked."""
    return f"{_HASH_MARK}{picture.key}"


def is_named_by_hash(cell: object) -> bool:
    """Return whether a cell of a row stands for a picture that was not kept."""
    return isinstance(cell, str) and cell.startswith(_HASH_MARK)
