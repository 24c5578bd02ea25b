"""The source that reads delimited text: comma, semicolon, tab or bar between the cells."""

import gzip
import io
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from modelyard.components.sources._delimited.dialects import find_dialect
from modelyard.components.sources._delimited.encodings import decode
from modelyard.components.sources._delimited.records import Records, cut
from modelyard.components.sources._typed import memory_limit
from modelyard.domain.cells import WHITE_SPACE, missing_tokens_of, parse_number
from modelyard.domain.configs import ReadOptions
from modelyard.domain.errors import DataError, NoRows, NotATable, NotFound, UsageError
from modelyard.domain.headers import require_sound_header
from modelyard.domain.tables import RawTable, SourceFacts
from modelyard.kit.hashing import sha256_of
from modelyard.protocols.sources import SourceCard

_PACKED = ".gz"
_SUFFIXES = tuple(f"{end}{pack}" for end in (".csv", ".tsv", ".txt") for pack in ("", _PACKED))

# Excel writes this line to tell its own delimiter.
_SEPARATOR_LINE = re.compile(rb"sep=([\t -!#-/:-@\[-`{-~])(?:\r\n|\n|\r)", re.IGNORECASE)


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
            options: what the user says about the encoding, the delimiter and the decimal mark.

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
        content = _bytes_of(location)
        text = decode(content, location.name, encoding=options.encoding)
        plain, options = _without_separator_line(text.content, options)
        dialect = find_dialect(plain, options)
        records = cut(plain, dialect)
        names, frame = _named(records)
        if frame.height or any(names):
            require_sound_header(names)
        if not frame.height:
            raise NoRows(
                f"'{location.name}' has no rows below the header."
                if any(names)
                else f"'{location.name}' is empty: no header and no rows.",
                fix="Give a file with a header and at least one row.",
            )
        facts = SourceFacts(
            source=self.card.key,
            location=str(location),
            sha256=sha256_of(content),
            size_bytes=len(content),
            encoding=text.encoding,
            delimiter=dialect.delimiter,
            quote='"' if records.has_quotes else None,
            decimal=dialect.decimal,
            is_decimal_plain=dialect.is_decimal_plain,
            missing_tokens=missing_tokens_of(options.missing_tokens),
            notes=(*text.notes, *dialect.notes, *_notes(records, names)),
        )
        return RawTable(frame.rename(dict(zip(frame.columns, names, strict=True))), facts)


COMPONENT = CsvSource(SourceCard("csv", "Delimited text", _SUFFIXES))


def _bytes_of(location: Path) -> bytes:
    try:
        content = location.read_bytes()
    except FileNotFoundError as error:
        raise NotFound(
            f"There is no file '{location}'.", fix="Check the path.", sample=str(location)
        ) from error
    except IsADirectoryError as error:
        raise UsageError(
            f"'{location}' is a folder; a file is needed.", fix="Name one file in it."
        ) from error
    except OSError as error:
        raise DataError(
            f"The file '{location}' cannot be read: {error.strerror or error}.",
            fix="Check that you may read it.",
            sample=str(location),
        ) from error
    return _unpacked(content, location) if location.suffix.lower() == _PACKED else content


def _unpacked(content: bytes, location: Path) -> bytes:
    """Decompress no more than a table may fill, however small the file is.

    Raises:
        NotATable: if it is not whole, or no gzip archive.
        DataError: if it holds more.
    """
    limit = memory_limit()
    try:
        with gzip.open(io.BytesIO(content)) as stream:
            text = stream.read(limit + 1)
    except (EOFError, OSError, zlib.error) as error:
        raise NotATable(
            f"'{location.name}' is no gzip archive, or breaks off: {error}.",
            fix="Compress the file again, or rename it to what it is.",
        ) from error
    if len(text) > limit:
        raise DataError(
            f"'{location.name}' holds more than {limit / 1e9:,.1f} GB, half of this machine's "
            f"memory.",
            fix="Give fewer rows.",
        )
    return text


def _without_separator_line(content: bytes, options: ReadOptions) -> tuple[bytes, ReadOptions]:
    match = _SEPARATOR_LINE.match(content)
    if match is None:
        return content, options
    delimiter = options.delimiter or match.group(1).decode("ascii")
    return content[match.end() :], replace(options, delimiter=delimiter)


def _named(records: Records) -> tuple[tuple[str, ...], pl.DataFrame]:
    """Return names without surrounding white space, and the columns that they stand for."""
    names = [name.strip(WHITE_SPACE + "\ufeff") for name in records.names]
    frame = records.frame
    n_kept = len(names)
    while n_kept > 1 and not names[n_kept - 1] and _is_empty(frame.to_series(n_kept - 1)):
        n_kept -= 1
    return tuple(names[:n_kept]), frame.select(frame.columns[:n_kept])


def _is_empty(cells: pl.Series) -> bool:
    return bool((cells.str.strip_chars() == "").all())


def _notes(records: Records, names: tuple[str, ...]) -> Iterator[str]:
    if records.n_blank:
        lines = (
            "1 blank line was" if records.n_blank == 1 else f"{records.n_blank} blank lines were"
        )
        yield f"{lines} skipped."
    if records.drops_trailing or len(names) < len(records.names):
        yield "Delimiters at the end of the lines were left out: no column stands behind them."
    if names and all(parse_number(name) is not None for name in names):
        yield "Every column name is a number: perhaps the file has no header."
