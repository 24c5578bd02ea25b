"""Reads a plain text file piece by piece, so that a large one never lies in memory as text.

Plain is UTF-8 whose quotes are regular, without a byte order mark. Whatever else comes is left to
the reading of the whole file, which explains more: both come to the same cells.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from modelyard.components.sources._delimited.dialects import (
    SAMPLE_BYTES,
    Dialect,
    find_dialect,
    header_for,
)
from modelyard.components.sources._delimited.encodings import CONTROL_BYTES, is_marked
from modelyard.components.sources._delimited.layouts import Layout, lay_out
from modelyard.components.sources._delimited.records import Records, cut_regular
from modelyard.domain.configs import ReadOptions
from modelyard.domain.errors import MalformedRow

# Smaller pieces cost more calls, larger ones memory: between 4 and 64 MB the time is the same
# (benchmarks/large_csv.py).
PIECE_BYTES = 16 << 20
_UTF8 = frozenset({None, "utf-8", "utf8", "UTF-8", "UTF8"})


class NotPlainError(Exception):
    """The file must be read as a whole: it is written in a way that pieces do not show."""


@dataclass(frozen=True)
class Piece:
    """Some records of a file.

    Attributes:
        records: with the names of the header, whichever piece it is.
        dialect: of the file.
    """

    records: Records
    dialect: Dialect


class PieceReader:
    """Reads one file; when all pieces were taken, it knows the hash and the size of the file."""

    def __init__(
        self, location: Path, options: ReadOptions, *, piece_bytes: int = PIECE_BYTES
    ) -> None:
        self._location = location
        self._options = options
        self._piece_bytes = piece_bytes
        self._digest = hashlib.sha256()
        self.size_bytes = 0

    @property
    def sha256(self) -> str:
        """Of the bytes that were read so far."""
        return self._digest.hexdigest()

    def pieces(self) -> Iterator[Piece]:
        """Yield the records in their order; at least one piece.

        Raises:
            NotPlainError: if the file cannot be read in pieces.
            MalformedRow: at the first row that is not as wide as the header, with its number.
        """
        if self._options.encoding not in _UTF8:
            raise NotPlainError
        dialect, header = self._dialect()
        n_before = 0
        drops_trailing = False
        for block in self._blocks():
            _require_plain(block)
            layout = lay_out(header + block, dialect.delimiter)
            records = None if layout is None else self._cut(layout, dialect, n_before=n_before)
            if layout is None or records is None or not all(name.strip() for name in records.names):
                raise NotPlainError
            if n_before and records.drops_trailing != drops_trailing:
                raise NotPlainError
            header = layout.record(0).encode() + b"\n"
            n_before += records.frame.height
            drops_trailing = records.drops_trailing
            yield Piece(records, dialect)
        if not header:
            raise NotPlainError

    def _cut(self, layout: Layout, dialect: Dialect, *, n_before: int) -> Records | None:
        aside = self._options.sets_aside
        try:
            return cut_regular(layout, dialect, n_before=n_before, sets_aside=aside)
        except MalformedRow as error:
            if aside:
                # Whether such rows are few, the whole file tells.
                raise NotPlainError from error
            raise

    def _dialect(self) -> tuple[Dialect, bytes]:
        """Return the dialect, and the line above the file where no line of it names the columns."""
        with self._location.open("rb") as stream:
            start = stream.read(SAMPLE_BYTES + 1)
        if is_marked(start) or start[:4].lower() == b"sep=":
            raise NotPlainError
        dialect = find_dialect(start, self._options)
        is_bare = self._options.header is False
        if is_bare and len(start) > SAMPLE_BYTES and not _end_of_records(start.lstrip()):
            # The first record, of which the fields are counted, ends behind what was read.
            raise NotPlainError
        return dialect, header_for(start, dialect.delimiter) if is_bare else b""

    def _blocks(self) -> Iterator[bytes]:
        """Yield the file in blocks that end where a record ends."""
        rest = b""
        with self._location.open("rb") as stream:
            while read := stream.read(self._piece_bytes):
                self._digest.update(read)
                self.size_bytes += len(read)
                rest += read
                end = _end_of_records(rest)
                if end:
                    yield rest[:end]
                    rest = rest[end:]
                elif len(rest) > 4 * self._piece_bytes:
                    raise NotPlainError
        if rest:
            yield rest


def _end_of_records(text: bytes) -> int:
    """Return the position behind the last line feed outside quotes, 0 where there is none."""
    if b'"' not in text:
        return text.rfind(b"\n") + 1
    characters = np.frombuffer(text, dtype=np.uint8)
    quotes = np.flatnonzero(characters == ord('"'))
    ends = np.flatnonzero(characters == ord("\n"))
    outside = ends[np.searchsorted(quotes, ends) % 2 == 0]
    return int(outside[-1]) + 1 if len(outside) else 0


def _require_plain(block: bytes) -> None:
    if len(block.translate(None, CONTROL_BYTES)) < len(block):
        raise NotPlainError
    if not block.isascii():
        try:
            block.decode("utf-8")
        except UnicodeDecodeError as error:
            raise NotPlainError from error
