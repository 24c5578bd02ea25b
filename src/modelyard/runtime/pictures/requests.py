"""Reads a picture as a request carries it: base64 in JSON, a data URL, or plain bytes.

A text in a request is never a path: whoever asks a server reads none of its files.
"""

import binascii
from base64 import b64decode
from typing import Any

from modelyard.domain.pictures import Picture
from modelyard.runtime.pictures.opening import MOST_BYTES

# The smallest PNG: one white pixel. What a request looks like, where no picture may be shown.
WHITE_PIXEL = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR42mP4//8/AAX+Av4zEpUUAAAAAElFTkSuQmCC"
)
_DATA_URL, _BASE64 = "data:", ";base64"
# Base64 writes three bytes as four characters.
_MOST_CHARACTERS = MOST_BYTES * 4 // 3 + 4


def picture_of(value: Any, name: str) -> Picture | None:
    """Return the picture that a cell of a request holds, None for null or an empty one.

    Args:
        value: a picture, bytes, base64, or a data URL in base64.
        name: of the column, by which the picture is called.

    Raises:
        ValueError: if it is something else.
    """
    if value is None or isinstance(value, Picture):
        return value
    content = content_of(value)
    return Picture.of(content, name) if content else None


def content_of(value: Any) -> bytes:
    """Return the bytes of the picture that a cell holds, none of an empty one.

    Args:
        value: bytes, base64, or a data URL in base64.

    Raises:
        ValueError: if it is something else.
    """
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value)
    if not isinstance(value, str) or len(value) > _MOST_CHARACTERS:
        raise ValueError("no picture")
    text = value.strip()
    if text.startswith(_DATA_URL):
        about, comma, text = text.partition(",")
        if not comma or not about.endswith(_BASE64):
            raise ValueError("no data URL in base64")
    try:
        return b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError("no base64") from error
