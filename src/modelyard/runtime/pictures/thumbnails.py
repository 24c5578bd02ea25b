"""Makes small pictures to be looked at among many, of pictures that nobody vouches for."""

from io import BytesIO

import numpy as np

from modelyard.protocols.extras import import_extra
from modelyard.runtime.pictures.opening import EXTRA, open_upright

# A tile of 96 points on screens of today, which draw 1 to 3 pixels for a point.
SIDE = 128
# Some 4 KB for a photograph; Pillow's own guide calls 75 to 95 worth choosing from.
_QUALITY = 80


def thumbnail(content: bytes, name: str) -> bytes:
    """Return a picture as JPEG, upright, on white, no side longer than `SIDE`.

    Nothing but its pixels is kept: neither where it was taken nor by whom.

    Raises:
        UnreadablePicture: if it cannot be opened.
    """
    image = open_upright(content, name, least=SIDE).image
    image.thumbnail((SIDE, SIDE))
    stream = BytesIO()
    plain = import_extra("PIL.Image", extra=EXTRA).fromarray(np.asarray(image))
    plain.save(stream, "JPEG", quality=_QUALITY)
    return stream.getvalue()
