"""What is shown of a dataset of pictures: how many there are of each class, and some of them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ShownPicture:
    """One picture, small enough to be looked at among many.

    Attributes:
        row: 1 is the first.
        file: what it is called.
        width, height: in pixels, upright, of the picture itself.
        format: as its bytes say, e.g. "JPEG".
        thumbnail: a small JPEG.
        label: None where it has none.
        part: of a split that its source names; None where it names none.
    """

    row: int
    file: str
    width: int
    height: int
    format: str
    thumbnail: bytes
    label: str | None = None
    part: str | None = None


@dataclass(frozen=True)
class PictureClass:
    """The pictures of one label."""

    label: str
    n_pictures: int


@dataclass(frozen=True)
class Gallery:
    """What is kept of a dataset of pictures.

    Attributes:
        n_pictures: that can be read.
        classes: the largest first; of very many the largest.
        n_classes: of all.
        shown: some of each class, in the order of the rows.
    """

    n_pictures: int
    classes: tuple[PictureClass, ...]
    n_classes: int
    shown: tuple[ShownPicture, ...]


@dataclass(frozen=True)
class GalleryQuery:
    """Which of the pictures that are shown are asked for.

    Attributes:
        label: only these; None for all.
        files: only these; empty for all.
        after_row: only those behind this row.
        limit: most of them.
    """

    label: str | None = None
    files: frozenset[str] = frozenset()
    after_row: int = 0
    limit: int = 24
