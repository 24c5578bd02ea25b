"""Reads the footer of a Parquet file, and refuses files that decoding would make a burden of.

Source: https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift
"""

import base64
import binascii
import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from shlex import quote

from modelyard.components.sources._parquet.compact import CompactReader, Struct
from modelyard.domain.errors import DataError, NotATable

_MAGIC, _ENCRYPTED = b"PAR1", b"PARE"
# The footer of a table of 10,000 columns and 100 row groups has some 60 MB.
_MAX_FOOTER_BYTES = 256 << 20
# A cell takes at least this much in memory, however little it takes in the file: eight bytes for a
# number, sixteen for a text. A million equal cells are a few bytes in a file.
_CELL_BYTES = 8
_EXTENSION = re.compile(rb"ARROW:extension:name")
_NAME = re.compile(rb"[A-Za-z_][\w]*(?:\.[\w]+)+")


@dataclass(frozen=True)
class Footer:
    """What a Parquet file declares.

    Attributes:
        nested: names of columns whose cells hold lists or structures.
        extensions: names of Arrow extension types that columns have.
        n_rows, n_columns: of the table.
        n_items: of all cells, where one may hold several.
        size_bytes: of all pages, decompressed.
    """

    nested: tuple[str, ...]
    extensions: tuple[str, ...]
    n_rows: int
    n_columns: int
    size_bytes: int
    n_items: int = 0

    @property
    def memory_bytes(self) -> int:
        """Memory that the table takes at least, once it is decoded."""
        n_cells = max(self.n_rows * self.n_columns, self.n_items)
        return max(self.size_bytes, n_cells * _CELL_BYTES)


def read_footer(path: Path) -> Footer:
    """Return what the file declares, without decoding any page.

    Raises:
        NotATable: if it is no Parquet file, or damaged, or encrypted.
    """
    content = _footer_bytes(path)
    try:
        return _footer_of(CompactReader(content).struct())
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise NotATable(
            f"'{path.name}' has a Parquet footer that cannot be read: {error}.",
            fix="Write the file again.",
        ) from error


def require_decodable(
    footer: Footer, name: str, *, limit_bytes: int, lists: Collection[str] = ()
) -> None:
    """Refuse what no table can hold, and what would fill the memory.

    Args:
        footer: of the file.
        name: of the file.
        limit_bytes: of memory.
        lists: columns whose cells may hold several values, since they are read as sequences.

    Raises:
        DataError: naming what the file declares.
    """
    nested = next((each for each in footer.nested if each not in lists), None)
    if nested is not None:
        raise DataError(
            f"Column '{nested}' of '{name}' holds lists or structures; a column must "
            f"hold one number, word, date or truth value in each cell.",
            fix=f"Read lists of numbers with --kind {quote(nested)}=sequence, unfold '{nested}' "
            "into columns of its own, or write the file without it.",
            column=nested,
        )
    if footer.extensions:
        raise DataError(
            f"'{name}' holds a column of the Arrow extension type '{footer.extensions[0]}', which "
            f"is not decoded.",
            fix="Write the column as plain numbers, words or dates.",
            sample=footer.extensions[0],
        )
    if footer.memory_bytes > limit_bytes:
        raise DataError(
            f"'{name}' declares {footer.n_rows:,} rows of {footer.n_columns:,} columns, which take "
            f"at least {footer.memory_bytes / 1e9:,.1f} GB of memory; {limit_bytes / 1e9:,.1f} GB "
            f"is the limit, half of this machine's.",
            fix="Give fewer rows or columns.",
        )


def _footer_bytes(path: Path) -> bytes:
    size = path.stat().st_size
    with path.open("rb") as stream:
        start = stream.read(4)
        stream.seek(max(size - 8, 0))
        end = stream.read(8)
        if _ENCRYPTED in {start, end[4:]}:
            raise NotATable(
                f"'{path.name}' is an encrypted Parquet file.", fix="Give it decrypted."
            )
        if size < 12 or start != _MAGIC or end[4:] != _MAGIC:
            raise NotATable(
                f"'{path.name}' is not Parquet: it does not begin and end with 'PAR1'.",
                fix="Write the file again, or rename it to what it is.",
            )
        n = int.from_bytes(end[:4], "little")
        if n > min(size - 12, _MAX_FOOTER_BYTES):
            raise NotATable(
                f"'{path.name}' declares a Parquet footer of {n:,} bytes, which it cannot hold.",
                fix="Write the file again.",
            )
        stream.seek(size - 8 - n)
        return stream.read(n)


def _footer_of(metadata: Struct) -> Footer:
    elements, groups = metadata[2], metadata[4]
    columns = _columns(elements)
    chunks = [chunk[3] for group in groups for chunk in group[1]]
    n_rows = max(metadata[3], sum(group[3] for group in groups))
    if n_rows < 0 or any(group[3] < 0 for group in groups):
        raise ValueError("it counts less than no rows")
    return Footer(
        nested=tuple(name for name, is_nested in columns if is_nested),
        extensions=_extensions(metadata.get(5, [])),
        n_rows=n_rows,
        n_columns=len(columns),
        size_bytes=sum(max(chunk[6], chunk[7], 0) for chunk in chunks),
        n_items=sum(max(chunk[5], 0) for chunk in chunks),
    )


def _columns(elements: list[Struct]) -> list[tuple[str, bool]]:
    """Return the columns below the root, and whether each holds more than one value in a cell."""
    columns, at = [], 1
    for _ in range(elements[0][5]):
        element = elements[at]
        is_repeated = element.get(3) == 2
        columns.append((element[4].decode("utf-8"), bool(element.get(5)) or is_repeated))
        at = _behind(elements, at)
    return columns


def _behind(elements: list[Struct], at: int) -> int:
    """Return the place behind an element and all that stands below it."""
    n_open = 1
    while n_open:
        n_open += elements[at].get(5, 0) - 1
        at += 1
    return at


def _extensions(pairs: list[Struct]) -> tuple[str, ...]:
    """Return the extension types that the Arrow schema in the file's key-value pairs names."""
    named: list[str] = []
    for pair in pairs:
        if pair[1] != b"ARROW:schema":
            continue
        try:
            schema = base64.b64decode(pair.get(2, b""))
        except binascii.Error as error:
            raise ValueError("its Arrow schema is not readable") from error
        if _EXTENSION.search(schema):
            plain = _EXTENSION.sub(b"", schema)
            names = (found.group().decode() for found in _NAME.finditer(plain))
            named += list(names) or ["unnamed"]
    return tuple(dict.fromkeys(named))
