"""Reads the protobuf wire format back, as far as ONNX messages need it: `encoding` the other way.

Source: "Encoding", protobuf.dev/programming-guides/encoding.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from modelyard.kit.protobuf.encoding import bytes_field, varint

_VARINT, _FIXED64, _LENGTH_DELIMITED, _FIXED32 = 0, 1, 2, 5
_FIXED_SIZES = {_FIXED64: 8, _FIXED32: 4}
_VARINT_MOST_BYTES = 10


@dataclass(frozen=True)
class Field:
    """One field of a message.

    Attributes:
        number: of the field.
        value: of an integer; None where the field holds bytes.
        payload: bytes, a text in UTF-8 or another message; of an integer or a fixed-width number,
            the bytes that it was read from.
        wire_type: how the field is written.
    """

    number: int
    value: int | None
    payload: bytes
    wire_type: int

    @property
    def text(self) -> str:
        """The payload as a text."""
        return self.payload.decode()

    def encoded(self) -> bytes:
        """Return the field as it was read."""
        if self.wire_type == _LENGTH_DELIMITED:
            return bytes_field(self.number, self.payload)
        return varint(self.number << 3 | self.wire_type) + self.payload


def fields_of(message: bytes) -> Iterator[Field]:
    """Yield the fields of a message in the order in which they stand.

    Raises:
        ValueError: if the bytes are no message.
    """
    at = 0
    while at < len(message):
        tag, at = _varint_at(message, at)
        number, wire_type = tag >> 3, tag & 7
        value = None
        if wire_type == _VARINT:
            value, end = _varint_at(message, at)
        elif wire_type == _LENGTH_DELIMITED:
            length, at = _varint_at(message, at)
            end = at + length
        elif wire_type in _FIXED_SIZES:
            end = at + _FIXED_SIZES[wire_type]
        else:
            raise ValueError(f"field {number} has the wire type {wire_type}, which ONNX never has")
        if end > len(message) or not number:
            raise ValueError(f"the message ends within field {number}")
        yield Field(number, value, message[at:end], wire_type)
        at = end


def _varint_at(message: bytes, start: int) -> tuple[int, int]:
    """Return the varint at `start`, and where the next field begins."""
    value = 0
    for at in range(start, min(start + _VARINT_MOST_BYTES, len(message))):
        value |= (message[at] & 0x7F) << 7 * (at - start)
        if message[at] < 0x80:
            return value, at + 1
    raise ValueError("the message ends within an integer")


def integers_of(packed: bytes) -> npt.NDArray[np.int64]:
    """Return the integers of a packed field: `varints` of the encoding, read back.

    Raises:
        ValueError: if the bytes end within an integer.
    """
    codes = np.frombuffer(packed, dtype=np.uint8)
    if not codes.size:
        return np.empty(0, dtype=np.int64)
    is_last = codes < 0x80
    if not is_last[-1]:
        raise ValueError("the message ends within an integer")
    ends = np.flatnonzero(is_last)
    starts = np.concatenate([[0], ends[:-1] + 1])
    lengths = ends - starts + 1
    if lengths.max() > _VARINT_MOST_BYTES:
        raise ValueError(f"an integer takes more than {_VARINT_MOST_BYTES} bytes")
    values = np.zeros(len(ends), dtype=np.uint64)
    for place in range(int(lengths.max())):
        here = lengths > place
        bits = (codes[starts[here] + place] & 0x7F).astype(np.uint64)
        values[here] |= bits << np.uint64(7 * place)
    return values.view(np.int64)
