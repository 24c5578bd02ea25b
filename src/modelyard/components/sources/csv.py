"""The source that reads delimited text: comma, semicolon, tab or bar between the cells."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from modelyard.components.sources._delimited.dialects import Dialect, find_dialect, header_for
from modelyard.components.sources._delimited.encodings import (
    DecodedText,
    decode,
    require_table_text,
)
from modelyard.components.sources._delimited.files import PACKED, bytes_of, is_large
from modelyard.components.sources._delimited.joining import joined
from modelyard.components.sources._delimited.pieces import NotPlainError, PieceReader
from modelyard.components.sources._delimited.records import Records, cut
from modelyard.domain.cells import WHITE_SPACE, missing_tokens_of, parse_number
from modelyard.domain.configs import ReadOptions
from modelyard.domain.errors import NoRows
from modelyard.domain.headers import require_sound_header
from modelyard.domain.tables import RawTable, SourceFacts, told_blank
from modelyard.kit.hashing import sha256_of
from modelyard.protocols.sources import NotInPiecesError, SourceCard

_SUFFIXES = tuple(f"{end}{pack}" for end in (".csv", ".tsv", ".txt") for pack in ("", PACKED))
# Excel writes this line to tell its own delimiter.
_SEPARATOR_LINE = re.compile(rb"sep=([\t -!#-/:-@\[-`{-~])(?:\r\n|\n|\r)", re.IGNORECASE)
_FRACTION = re.compile(r"[+-]?[0-9]*[.,][0-9]+(?:[eE][+-]?[0-9]+)?")
_NO_HEADER = "perhaps the file has no header. Then say so, or its first row is lost."
_PLAIN = DecodedText(b"", "utf-8")
# What a name may begin or end with unseen: spaces, a byte order mark, and spaces of no width.
_UNSEEN = WHITE_SPACE + "\ufeff\u200b\u2060"


@dataclass(frozen=True)
class _Found:
    """What a file, or a piece of it, came to.

    Attributes:
        text: how it is encoded; its content is not kept.
        sha256, size_bytes: of the file's bytes.
    """

    records: Records
    dialect: Dialect
    text: DecodedText
    sha256: str = ""
    size_bytes: int = 0


@dataclass(frozen=True)
class CsvSource:
    """Reads delimited text files."""

    card: SourceCard

    def read(self, location: Path | str, options: ReadOptions) -> RawTable:
        """Return the cells of a text file as Strings, and how the file is written.

        A cell is kept as it is written, those that mean missing included; an empty cell is an
        empty String. Blank lines are no rows. Columns without a name and without any cell, as
        trailing delimiters make them, are left out.

        Args:
            location: of the file.
            options: what the user says about the encoding, the delimiter, the decimal mark and the
                header.

        Raises:
            NotFound: if there is no such file.
            UsageError: if it is a folder.
            NotATable: if it is not text.
            UndecidableEncoding: if no known encoding explains its bytes.
            NoRows: if there is nothing below the header.
            MalformedRow: at the first row that is not as wide as the header.
            AmbiguousHeader: if columns have no name, or the same.
        """
        location = Path(location)
        found = _piece_by_piece(location, options) if is_large(location) else None
        return self._raw(found or _at_once(location, options), location, options)

    def stream(self, location: Path | str, options: ReadOptions) -> Iterator[RawTable]:
        """Yield the rows in pieces, in their order, as `read` would give them at once.

        The file's hash and size are not stated.

        Raises:
            NotInPiecesError: if the file shows only as a whole how it is written.
        """
        location = Path(location)
        if not location.is_file() or location.suffix.lower() == PACKED:
            raise NotInPiecesError
        try:
            n_blank = 0
            for piece in PieceReader(location, options).pieces():
                n_blank += piece.records.n_blank
                if piece.records.frame.height:
                    records = replace(piece.records, n_blank=n_blank)
                    yield self._raw(_Found(records, piece.dialect, _PLAIN), location, options)
                    n_blank = 0
        except NotPlainError as error:
            raise NotInPiecesError from error
        if n_blank:
            # No row is left to tell of the blank lines behind it.
            raise NotInPiecesError

    def _raw(self, found: _Found, location: Path, options: ReadOptions) -> RawTable:
        dialect, records = found.dialect, found.records
        names, frame = _named(records)
        if frame.height or any(names):
            require_sound_header(names)
        if not frame.height:
            _refuse_empty(names, location)
        facts = SourceFacts(
            source=self.card.key,
            location=str(location),
            sha256=found.sha256,
            size_bytes=found.size_bytes,
            encoding=found.text.encoding,
            delimiter=dialect.delimiter,
            quote='"' if records.has_quotes else None,
            decimal=dialect.decimal,
            is_decimal_plain=dialect.is_decimal_plain,
            missing_tokens=missing_tokens_of(options.missing_tokens),
            notes=(*found.text.notes, *dialect.notes, *_notes(records, names)),
            n_blank=records.n_blank,
        )
        frame = frame.rename(dict(zip(frame.columns, names, strict=True)))
        coded = (name for name, dtype in frame.schema.items() if dtype != pl.String)
        return RawTable(frame, facts, frozenset(coded), records.set_aside)


COMPONENT = CsvSource(SourceCard("csv", "Delimited text", _SUFFIXES, is_parsed=True))


def _at_once(location: Path, options: ReadOptions) -> _Found:
    content = bytes_of(location)
    text = decode(content, location.name, encoding=options.encoding)
    require_table_text(text.content, location.name)
    plain, options = _without_separator_line(text.content, options)
    dialect = find_dialect(plain, options)
    if options.header is False:
        plain = header_for(plain, dialect.delimiter) + plain
    records = cut(plain, dialect, sets_aside=options.sets_aside)
    return _Found(records, dialect, replace(text, content=b""), sha256_of(content), len(content))


def _piece_by_piece(location: Path, options: ReadOptions) -> _Found | None:
    """Return what a large file came to, None where it must be read at once."""
    reader = PieceReader(location, options)
    try:
        dialect, records = joined(reader.pieces())
    except NotPlainError:
        return None
    return _Found(records, dialect, _PLAIN, reader.sha256, reader.size_bytes)


def _without_separator_line(content: bytes, options: ReadOptions) -> tuple[bytes, ReadOptions]:
    match = _SEPARATOR_LINE.match(content)
    if match is None:
        return content, options
    delimiter = options.delimiter or match.group(1).decode("ascii")
    return content[match.end() :], replace(options, delimiter=delimiter)


def _named(records: Records) -> tuple[tuple[str, ...], pl.DataFrame]:
    """Return names without surrounding white space, and the columns that they stand for."""
    names = [name.strip(_UNSEEN) for name in records.names]
    frame = records.frame
    n_kept = len(names)
    while n_kept > 1 and not names[n_kept - 1] and _is_empty(frame.to_series(n_kept - 1)):
        n_kept -= 1
    return tuple(names[:n_kept]), frame.select(frame.columns[:n_kept])


def _is_empty(cells: pl.Series) -> bool:
    return bool((cells.str.strip_chars() == "").all())


def _refuse_empty(names: tuple[str, ...], location: Path) -> None:
    raise NoRows(
        f"'{location.name}' has no rows below the header."
        if any(names)
        else f"'{location.name}' is empty: no header and no rows.",
        fix="Give a file with a header and at least one row.",
    )


def _notes(records: Records, names: tuple[str, ...]) -> Iterator[str]:
    if records.n_blank:
        yield told_blank(records.n_blank)
    if records.drops_trailing or len(names) < len(records.names):
        yield "Delimiters at the end of the lines were left out: no column stands behind them."
    if names and all(parse_number(name) is not None for name in names):
        yield f"Every column name is a number: {_NO_HEADER}"
        return
    fractions = [name for name in names if _FRACTION.fullmatch(name)]
    if fractions:
        # Years are names of columns; amounts are not.
        yield f"The column name '{fractions[0]}' is a number: {_NO_HEADER}"
