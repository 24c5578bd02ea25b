"""The protobuf wire format, as far as ONNX messages need it: varints and length-delimited fields.

Source: "Encoding", protobuf.dev/programming-guides/encoding.
"""

import numpy as np
import numpy.typing as npt

_VARINT = 0
_LENGTH_DELIMITED = 2


def varint(value: int) -> bytes:
    """Return an int64 as a base-128 varint; a negative one takes ten bytes (two's complement)."""
    rest = value & 0xFFFF_FFFF_FFFF_FFFF
    encoded = bytearray()
    while rest > 0x7F:
        encoded.append(rest & 0x7F | 0x80)
        rest >>= 7
    encoded.append(rest)
    return bytes(encoded)


def varints(values: npt.NDArray[np.int64]) -> bytes:
    """Return (n,) int64 as varints, one after another: `varint` for whole arrays at once."""
    rest = np.ascontiguousarray(values, dtype=np.int64).view(np.uint64)
    lengths = np.ones(rest.size, dtype=np.int64)
    for n_bits in range(7, 64, 7):
        lengths += rest >= np.uint64(1 << n_bits)
    starts = np.cumsum(lengths) - lengths
    encoded = np.empty(int(lengths.sum()), dtype=np.uint8)
    for place in range(int(lengths.max(initial=0))):
        here = lengths > place
        bits = rest[here] >> np.uint64(7 * place) & np.uint64(0x7F)
        goes_on = np.where(lengths[here] > place + 1, 0x80, 0).astype(np.uint64)
        encoded[starts[here] + place] = bits | goes_on
    return encoded.tobytes()


def number_field(number: int, value: int) -> bytes:
    """Return a field that holds one integer."""
    return varint(number << 3 | _VARINT) + varint(value)


def bytes_field(number: int, payload: bytes) -> bytes:
    """Return a field that holds bytes, a text in UTF-8, or another message."""
    return varint(number << 3 | _LENGTH_DELIMITED) + varint(len(payload)) + payload


def text_field(number: int, text: str) -> bytes:
    """Return a field that holds a text."""
    return bytes_field(number, text.encode())


def packed_field(number: int, values: npt.NDArray[np.int64]) -> bytes:
    """Return a repeated integer field, packed; readers accept it for unpacked fields as well."""
    return bytes_field(number, varints(values))
