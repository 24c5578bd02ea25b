"""Makes small copies of pictures for pages, and lays over them where a model looks."""

from base64 import b64encode
from collections.abc import Sequence
from io import BytesIO
from typing import Any

import numpy as np

from modelyard.protocols.extras import import_extra
from modelyard.runtime.pictures.opening import EXTRA, open_upright

# The longer side of a small copy: enough to see what it is, too little to read a letter by.
SIDE = 96
_QUALITY = 80
# What speaks for the answer is laid over a grey copy in this colour, at most so dense.
_COLOUR, _DENSEST = (215, 48, 39), 0.75
_DATA = "data:image/jpeg;base64,"

Heat = Sequence[Sequence[float]]


def thumbnail(content: bytes, name: str, *, heat: Heat = (), side: int = SIDE) -> str:
    """Return a small copy of a picture as a data URL.

    Args:
        content: the bytes of the file.
        name: of the file, for messages.
        heat: what each part moves an answer by, row by row; where there is none, the copy is plain.
        side: longest, in pixels.

    Raises:
        UnreadablePicture: if it cannot be opened.
    """
    return _DATA + b64encode(small_copy(content, name, heat=heat, side=side)).decode()


def small_copy(content: bytes, name: str, *, heat: Heat = (), side: int = SIDE) -> bytes:
    """Return a small copy of a picture as JPEG; see `thumbnail`."""
    image = open_upright(content, name, least=side).image
    image.thumbnail((side, side))
    if heat:
        image = _overlaid(image, np.array(heat, dtype=np.float64))
    stream = BytesIO()
    # Nothing but its pixels goes along: neither where it was taken nor by whom. Versions of Pillow
    # differ in what of this they write by themselves.
    image.info.clear()
    image.save(stream, "JPEG", quality=_QUALITY)
    return stream.getvalue()


def _overlaid(image: Any, heat: Any) -> Any:
    pillow = import_extra("PIL.Image", extra=EXTRA)
    strength = np.clip(heat, 0.0, None) / max(float(heat.max()), np.finfo(float).tiny)
    mask = pillow.fromarray(np.rint(255 * _DENSEST * strength).astype(np.uint8))
    mask = mask.resize(image.size, pillow.Resampling.BICUBIC)
    grey = image.convert("L").convert("RGB")
    grey.paste(pillow.new("RGB", image.size, _COLOUR), mask=mask)
    return grey
