"""Reads structures of Thrift's compact protocol, in which a Parquet footer is written.

Source: https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
"""

from typing import Any

_TRUE, _FALSE, _BYTE, _I16, _I32, _I64, _DOUBLE, _BINARY, _LIST, _SET, _MAP, _STRUCT = range(1, 13)
# A footer nests five deep; a file that nests deeper was made to exhaust the reader.
_MAX_DEPTH = 16

Struct = dict[int, Any]


class CompactReader:
    """Reads one structure from bytes; it never holds more than the bytes can name."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._at = 0

    def struct(self, depth: int = 0) -> Struct:
        """Return the fields of a structure by their number; bytes stay bytes.

        Raises:
            ValueError: if the bytes are no such structure.
        """
        if depth > _MAX_DEPTH:
            raise ValueError("the footer nests too deep")
        fields: Struct = {}
        number = 0
        while head := self._byte():
            delta, kind = head >> 4, head & 0x0F
            number = number + delta if delta else self._zigzag()
            if kind in {_TRUE, _FALSE}:
                fields[number] = kind == _TRUE
            else:
                fields[number] = self._value(kind, depth)
        return fields

    def _value(self, kind: int, depth: int) -> Any:
        if kind in {_TRUE, _FALSE, _BYTE}:
            return self._byte()
        if kind in {_I16, _I32, _I64}:
            return self._zigzag()
        if kind == _DOUBLE:
            return self._take(8)
        if kind == _BINARY:
            return self._take(self._varint())
        if kind in {_LIST, _SET}:
            return self._list(depth)
        if kind == _STRUCT:
            return self.struct(depth + 1)
        raise ValueError(f"the footer holds a field of the unknown type {kind}")

    def _list(self, depth: int) -> list[Any]:
        if depth > _MAX_DEPTH:
            raise ValueError("the footer nests too deep")
        head = self._byte()
        n, kind = head >> 4, head & 0x0F
        n = self._varint() if n == 15 else n
        if n > len(self._content) - self._at:
            raise ValueError("the footer names a list that is longer than itself")
        return [self._value(kind, depth + 1) for _ in range(n)]

    def _zigzag(self) -> int:
        raw = self._varint()
        return (raw >> 1) ^ -(raw & 1)

    def _varint(self) -> int:
        number = shift = 0
        while True:
            byte = self._byte()
            number |= (byte & 0x7F) << shift
            if byte < 0x80:
                return number
            shift += 7
            if shift > 63:
                raise ValueError("the footer holds a number of more than 64 bits")

    def _byte(self) -> int:
        return self._take(1)[0]

    def _take(self, n: int) -> bytes:
        taken = self._content[self._at : self._at + n]
        if len(taken) < n:
            raise ValueError("the footer breaks off")
        self._at += n
        return taken
