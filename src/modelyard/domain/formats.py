"""Tells how a file is written by how it begins, whatever its name says."""

import re
from types import MappingProxyType

from modelyard.domain.datasets import DatasetFormat
from modelyard.domain.errors import NotATable

# So much of a file is looked at.
START_BYTES = 4096

_BINARY = MappingProxyType(
    {
        b"PAR1": DatasetFormat.PARQUET,
        b"PARE": DatasetFormat.PARQUET,
        b"ARROW1": DatasetFormat.ARROW,
        b"\xff\xff\xff\xff": DatasetFormat.ARROW,
        b"FEA1": DatasetFormat.ARROW,
        b"\x1f\x8b": DatasetFormat.PACKED_CSV,
    }
)
_ZIP = b"PK\x03\x04"
_SHEET = "Save the sheet as CSV, and upload that."
_UNPACK = "Unpack it, and upload the table in it; a CSV file may be packed with gzip."
_PACK = "Pack pictures as a zip file, in a folder for each class."
# Where a zip file says how long the name of its first member is, and where that begins. Source:
# PKWARE, APPNOTE 6.3.10, section 4.3.7.
_LENGTH_AT, _NAME_AT = slice(26, 28), 30
# Members with which documents of offices begin. Source: ECMA-376, part 2; OASIS, OpenDocument 1.3,
# part 2, section 3.3.
_OFFICE = (b"[Content_Types].xml", b"_rels/", b"docProps/", b"xl/", b"word/", b"ppt/", b"mimetype")
# Beginnings of files that hold no table, or hold one that is not opened here: what they are, and
# what to do. Source: each format's own specification, as file(1) collects them.
_REFUSED = MappingProxyType(
    {
        _ZIP: ("a zip archive or an Excel workbook", f"{_SHEET} {_UNPACK}"),
        b"PK\x05\x06": ("an empty zip archive", "Upload a table."),
        b"\xd0\xcf\x11\xe0": ("an old Excel workbook", _SHEET),
        b"\x28\xb5\x2f\xfd": ("packed with zstd", _UNPACK),
        b"BZh": ("packed with bzip2", _UNPACK),
        b"\xfd7zXZ\x00": ("packed with xz", _UNPACK),
        b"7z\xbc\xaf": ("a 7z archive", _UNPACK),
        b"Rar!": ("a RAR archive", _UNPACK),
        b"%PDF-": ("a PDF document", "Upload the table as CSV."),
        b"SQLite format 3\x00": ("an SQLite database", "Write one table of it as CSV."),
        b"\x89HDF": ("an HDF5 file", "Write the table as Parquet or CSV."),
        b"\x80\x04\x95": ("a pickle, which is never opened", "Write the table as Parquet or CSV."),
        b"\x80\x05\x95": ("a pickle, which is never opened", "Write the table as Parquet or CSV."),
        b"\x89PNG": ("a picture", _PACK),
        b"\xff\xd8\xff": ("a picture", _PACK),
    }
)
# A table of text may begin with any of these words, e.g. with a column called PAR1. A binary file
# holds characters that no text does, but for a PDF document, which begins with text.
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]|\A%PDF-")
_OBJECT = re.compile(rb"(?:\xef\xbb\xbf)?\s*\{\s*[\"}]")
_ARRAY = re.compile(rb"(?:\xef\xbb\xbf)?\s*\[\s*[\[{]")


def format_of(start: bytes, filename: str) -> DatasetFormat:
    """Return the format of a file; whether the file is sound, its reader says.

    Args:
        start: its first bytes, `START_BYTES` of them where there are as many.
        filename: for the message.

    Raises:
        NotATable: if a file that begins so is read by nobody.
    """
    is_binary = _CONTROL.search(start) is not None
    if is_binary and _may_hold_pictures(start):
        return DatasetFormat.PICTURES
    for magic, (what, fix) in _REFUSED.items():
        if is_binary and start.startswith(magic):
            raise NotATable(f"'{filename}' is {what}, not a table.", fix=fix)
    for magic, found in _BINARY.items():
        if is_binary and start.startswith(magic):
            return found
    if _ARRAY.match(start):
        raise NotATable(
            f"'{filename}' is a JSON document; JSON is read line by line.",
            fix='Write one object on each line: {"age": 41, "city": "Oslo"}',
        )
    return DatasetFormat.NDJSON if _OBJECT.match(start) else DatasetFormat.CSV


def _may_hold_pictures(start: bytes) -> bool:
    """Whether a zip file begins so, and not the document of an office."""
    length = int.from_bytes(start[_LENGTH_AT], "little")
    name = start[_NAME_AT : _NAME_AT + length]
    is_whole = 0 < length == len(name)
    return start.startswith(_ZIP) and is_whole and not name.startswith(_OFFICE)
