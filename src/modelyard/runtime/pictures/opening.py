"""Opens a picture that nobody vouches for, and makes upright RGB of it.

What is declared is judged before anything is decoded: a file of a few kilobytes may declare a
picture that fills the memory. The library that decodes loads here, and only when a picture comes.
"""

import struct
import zlib
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import numpy as np

from modelyard.domain.errors import UnreadablePicture
from modelyard.protocols.extras import import_extra
from modelyard.runtime.pictures.formats import OPENED, format_of

EXTRA = "images"
# Telephones take pictures of up to 50 million pixels, as of 2026; one in RGB fills 150 MB.
MOST_PIXELS = 50_000_000
# A photograph of as many pixels is smaller; what is written without compression may not be.
MOST_BYTES = 64 << 20
# Sensors write this many bits into the sixteen of a file.
_DEPTHS = (8, 10, 12, 14, 16)
# Of which so many are in double precision at once.
_PIXELS_SCALED = 1 << 18
# To count the frames of a longer file could take a minute: one of a GIF needs 13 bytes.
_MOST_COUNTED_BYTES = 256 << 10
# EXIF 2.32, tag 274: 1 is upright, from 5 on width and height change places.
_ORIENTATION = 0x0112
_UPRIGHT, _TURNS, _FIRST_ON_ITS_SIDE = 1, range(2, 9), 5
# What the decoders raise for bytes that are not what they seem.
_BROKEN = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    AttributeError,
    IndexError,
    KeyError,
    EOFError,
    OverflowError,
    NotImplementedError,
    struct.error,
    zlib.error,
)
_CLASSES = {
    "JPEG": ("JpegImagePlugin", "JpegImageFile"),
    "PNG": ("PngImagePlugin", "PngImageFile"),
    "GIF": ("GifImagePlugin", "GifImageFile"),
    "BMP": ("BmpImagePlugin", "BmpImageFile"),
    "TIFF": ("TiffImagePlugin", "TiffImageFile"),
    "WEBP": ("WebPImagePlugin", "WebPImageFile"),
}
_PALETTE, _SUBTRACTIVE = "palette to RGB", "CMYK to RGB"
_TOLD = {"P": (_PALETTE,), "PA": (_PALETTE,), "CMYK": (_SUBTRACTIVE,)}
_WITH_ALPHA = frozenset({"RGBA", "LA", "PA", "La", "RGBa"})


@dataclass(frozen=True)
class Opened:
    """A picture that was decoded.

    Attributes:
        image: of Pillow, upright and in RGB; a photograph may be smaller than it was.
        format: one of `formats.OPENED`.
        width, height: as the file declares them, upright.
        changes: what had to be decided to make it upright RGB.
    """

    image: Any
    format: str
    width: int
    height: int
    changes: tuple[str, ...]


def open_upright(content: bytes, name: str, *, least: int = 0) -> Opened:
    """Decode a picture.

    Args:
        content: the bytes of the file.
        name: of the file, for messages.
        least: a side of a photograph may be decoded as small as this; 0 for its own size.

    Raises:
        UnreadablePicture: if it is none, broken, or declares more pixels than are opened.
        MissingExtra: if Pillow is not installed.
    """
    found = _format_opened(content, name)
    module, kind = _CLASSES[found]
    pillow = import_extra("PIL.Image", extra=EXTRA)
    # The class itself: the library's `open` tries every format that it knows, and warns of large
    # pictures by a limit that belongs to the whole process.
    plugin = getattr(import_extra(f"PIL.{module}", extra=EXTRA), kind)
    try:
        image = plugin(BytesIO(content), "")
        width, height = image.size
        _require_small(width, height, name)
        changes = _first_frame(image, n_bytes=len(content))
        if least and found == "JPEG":
            # A half, a quarter or an eighth of each side, by which JPEG itself is made of squares:
            # of 1024 x 768 pixels it takes 4 ms in place of 6 to come to 224 x 224.
            image.draft("RGB", (least, least))
        image.load()
        turn = _turn_of(image)
        image, told = _in_rgb(image)
        changes += told
        if turn != _UPRIGHT:
            image, changes = _turned(image, turn), (*changes, "turned upright by EXIF")
    except pillow.DecompressionBombError as error:
        raise _too_many_pixels(name, "declares too many") from error
    except _BROKEN as error:
        raise UnreadablePicture(
            f"'{name}' is a broken {found} picture: {_first_words(error)}.",
            fix="Write it anew, or leave it out.",
            sample=name,
        ) from error
    if turn >= _FIRST_ON_ITS_SIDE:
        width, height = height, width
    return Opened(image, found, width, height, changes)


def _format_opened(content: bytes, name: str) -> str:
    """Return the format of a file that may be opened.

    Raises:
        UnreadablePicture: if it is empty, too large, no picture, or one of another format.
    """
    if not content:
        raise UnreadablePicture(f"'{name}' is empty.", fix="Leave it out.", sample=name)
    if len(content) > MOST_BYTES:
        raise UnreadablePicture(
            f"'{name}' has {len(content):,} bytes; a picture may have {MOST_BYTES:,}.",
            fix="Write it smaller, for example as JPEG.",
            sample=name,
        )
    found = format_of(content)
    if found in OPENED:
        return found
    what = f"a file of the format {found}" if found else "no picture of a known format"
    raise UnreadablePicture(
        f"'{name}' is {what}; those that are read are {', '.join(OPENED)}.",
        fix="Write it as PNG or JPEG.",
        sample=name,
    )


def _require_small(width: int, height: int, name: str) -> None:
    if width * height > MOST_PIXELS:
        raise _too_many_pixels(name, f"declares {width:,} × {height:,}")


def _too_many_pixels(name: str, declared: str) -> UnreadablePicture:
    return UnreadablePicture(
        f"'{name}' {declared} pixels; {MOST_PIXELS:,} are opened at most.",
        fix="Scale it down.",
        sample=name,
    )


def _turn_of(image: Any) -> int:
    """Return how a picture was held by EXIF, upright where that says nothing that can be meant."""
    found = image.getexif().get(_ORIENTATION)
    return found if isinstance(found, int) and found in _TURNS else _UPRIGHT


def _first_frame(image: Any, *, n_bytes: int) -> tuple[str, ...]:
    """Return what there is to say of a file of several pictures, of which the first is taken."""
    if not getattr(image, "is_animated", False):
        return ()
    if n_bytes > _MOST_COUNTED_BYTES:
        return ("first of several frames",)
    n_frames = int(image.n_frames)
    return (f"first of {n_frames:,} frames",) if n_frames > 1 else ()


def _in_rgb(image: Any) -> tuple[Any, tuple[str, ...]]:
    """Return a picture in RGB, and what was decided on the way."""
    mode = image.mode
    if mode.startswith("I") or mode == "F":
        return _deep(image)
    has_alpha = mode in _WITH_ALPHA or "transparency" in image.info
    changes = _TOLD.get(mode, ())
    if has_alpha:
        return _on_white(image.convert("RGBA")), (*changes, "alpha on white")
    return (image if mode == "RGB" else image.convert("RGB")), changes


def _on_white(image: Any) -> Any:
    pillow = import_extra("PIL.Image", extra=EXTRA)
    ground = pillow.new("RGB", image.size, (255, 255, 255))
    ground.paste(image, mask=image.getchannel("A"))
    return ground


def _deep(image: Any) -> tuple[Any, tuple[str, ...]]:
    """Return a picture of more than 8 bits, scaled by the bits that its brightest value needs.

    To convert it would cut off all that is above 255.
    """
    pillow = import_extra("PIL.Image", extra=EXTRA)
    values = np.asarray(image).reshape(-1)
    parts = [slice(at, at + _PIXELS_SCALED) for at in range(0, len(values), _PIXELS_SCALED)]
    low = min(float(_finite(values[part]).min()) for part in parts)
    high = max(float(_finite(values[part]).max()) for part in parts)
    depth = next((each for each in _DEPTHS if high < 2**each), None)
    if low < 0 or depth is None or image.mode == "F":
        black, span, told = low, (high - low) or 1.0, "scaled to 8 bits by its own range"
    else:
        black, span = 0.0, 2.0**depth - 1
        # Of 8 bits nothing is scaled.
        told = f"{depth} bits scaled to 8" if depth > _DEPTHS[0] else ""
    made = np.empty(values.shape, np.uint8)
    for part in parts:
        made[part] = np.rint((_finite(values[part]) - black) / span * 255)
    width, height = image.size
    return pillow.fromarray(made.reshape(height, width)).convert("RGB"), ((told,) if told else ())


def _finite(values: Any) -> Any:
    return np.nan_to_num(values.astype(np.float64), posinf=0.0, neginf=0.0)


def _turned(image: Any, orientation: int) -> Any:
    """Return a picture as it was held when it was taken."""
    turns = import_extra("PIL.Image", extra=EXTRA).Transpose
    turn = {
        2: turns.FLIP_LEFT_RIGHT,
        3: turns.ROTATE_180,
        4: turns.FLIP_TOP_BOTTOM,
        5: turns.TRANSPOSE,
        6: turns.ROTATE_270,
        7: turns.TRANSVERSE,
        8: turns.ROTATE_90,
    }[orientation]
    return image.transpose(turn)


def _first_words(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return (lines[0] if lines else type(error).__name__).rstrip(".")
