"""Writes what is shown of a dataset of pictures as lines of JSON, and reads some of them again."""

import base64
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from itertools import islice
from typing import Any

from modelyard.domain.galleries import Gallery, GalleryQuery, PictureClass, ShownPicture
from modelyard.kit.inert_json import inert_json


@dataclass(frozen=True)
class GalleryPage:
    """Some pictures of a gallery.

    Attributes:
        gallery: of the whole dataset; it holds the pictures that were asked for.
        next_row: behind which the next page begins; None on the last one.
    """

    gallery: Gallery
    next_row: int | None


def written(gallery: Gallery) -> bytes:
    """Return a line for the whole, and one for each picture."""
    whole = asdict(replace(gallery, shown=()))
    lines = [whole, *(_plain(each) for each in gallery.shown)]
    return b"".join(inert_json(line) + b"\n" for line in lines)


def page_in(lines: Iterable[bytes], query: GalleryQuery) -> GalleryPage:
    """Return the pictures that are asked for, in the order of their rows."""
    each = iter(lines)
    whole = json.loads(next(each))
    classes = tuple(PictureClass(**found) for found in whole["classes"])
    wanted = list(islice(_wanted(each, query), query.limit + 1))
    shown = tuple(wanted[: query.limit])
    gallery = Gallery(whole["n_pictures"], classes, whole["n_classes"], shown)
    return GalleryPage(gallery, shown[-1].row if len(wanted) > query.limit else None)


def picture_in(lines: Iterable[bytes], row: int) -> ShownPicture | None:
    """Return the picture of a row, None where it is not among those that are kept."""
    found = _wanted(islice(lines, 1, None), GalleryQuery(after_row=row - 1))
    first = next(found, None)
    return first if first is not None and first.row == row else None


def _wanted(lines: Iterable[bytes], query: GalleryQuery) -> Iterator[ShownPicture]:
    for line in lines:
        told = json.loads(line)
        is_asked = query.label is None or told["label"] == query.label
        is_named = not query.files or told["file"] in query.files
        if is_asked and is_named and told["row"] > query.after_row:
            yield ShownPicture(**told | {"thumbnail": base64.b64decode(told["thumbnail"])})


def _plain(picture: ShownPicture) -> dict[str, Any]:
    return asdict(picture) | {"thumbnail": base64.b64encode(picture.thumbnail).decode()}
