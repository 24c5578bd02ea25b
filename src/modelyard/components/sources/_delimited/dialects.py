"""Finds the delimiter and the decimal mark in which a text table is written."""

import csv
import io
import itertools
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from modelyard.domain.cells import missing_tokens_of
from modelyard.domain.configs import ReadOptions
from modelyard.domain.errors import InvalidValue
from modelyard.domain.headers import bare_name

DELIMITERS = (",", ";", "\t", "|")

# A dialect shows in the first records; a later exception is an error in the row, not a dialect.
# An unclosed quote may swallow the whole sample, which still fits into one field of `csv`.
SAMPLE_BYTES = 1 << 17
_SAMPLE_RECORDS = 300
# A delimiter is believed if it cuts nearly every record like the header; a few records may be
# broken, and they are named later.
_BELIEVED_SHARE = 0.9

_DOT = re.compile(r"\s*[+-]?[0-9]*\.[0-9]+(?:[eE][+-]?[0-9]+)?\s*")
_COMMA = re.compile(r"\s*[+-]?[0-9]*,[0-9]+(?:[eE][+-]?[0-9]+)?\s*")
# `1,234` may be one thousand two hundred; `0,234`, `1234,567` and `1,5` may not.
_PERHAPS_THOUSANDS = re.compile(r"\s*[+-]?[1-9][0-9]{0,2},[0-9]{3}\s*")
# So few cells of three digits behind a point are chance.
_MIN_DOTTED_ROWS = 3
_PERHAPS_DOTTED_THOUSANDS = re.compile(r"\s*[+-]?[1-9][0-9]{0,2}\.[0-9]{3}\s*")
# Groups of thousands and a fraction, which leave no doubt about the mark.
_GROUPED_COMMA = re.compile(r"\s*[+-]?[0-9]{1,3}(?:[.' \u00a0\u2009\u202f][0-9]{3})+,[0-9]+\s*")
_THOUSANDS = re.compile(r"\s*[+-]?[0-9]{1,3}(?:(?:,[0-9]{3}){2,}|(?:,[0-9]{3})+\.[0-9]+)\s*")


@dataclass(frozen=True)
class Dialect:
    """How a text table is written.

    Attributes:
        delimiter: one character.
        decimal: "." or ",".
        is_decimal_plain: whether a number could not be read with the other mark at all.
        skips_space: whether one space or more follows each delimiter and belongs to it.
        notes: what was decided where there was a choice, one sentence each.
    """

    delimiter: str
    decimal: str
    is_decimal_plain: bool
    skips_space: bool
    notes: tuple[str, ...] = ()


def find_dialect(content: bytes, options: ReadOptions) -> Dialect:
    """Return the dialect of a text, as far as the options leave it open.

    Args:
        content: UTF-8, without byte order mark.
        options: what the user says.

    Raises:
        InvalidValue: if the options name an impossible delimiter or decimal mark.
    """
    _require_possible(options)
    sample = _sample_of(content)
    delimiter = options.delimiter or _find_delimiter(sample)
    records = list(_records(sample, delimiter))
    body = records if options.header is False else records[1:]
    notes = []
    if options.header is False:
        notes.append("The first line was read as a row: the columns are column_1 and so on.")
    if all(len(record) == 1 for record in records):
        notes.append("No delimiter was found: the file is read as one column.")
    skips_space = _skips_space(body)
    decimal, is_plain = options.decimal, False
    if decimal is None:
        decimal, is_plain, doubt = _find_decimal(body, delimiter)
        if decimal == "." and not is_plain and not doubt and delimiter == ";":
            doubt = _doubt_dots(body, missing=set(missing_tokens_of(options.missing_tokens)))
        notes += [doubt] if doubt else []
    if skips_space:
        notes.append("Spaces after each delimiter were left out.")
    return Dialect(delimiter, decimal, is_plain, skips_space, tuple(notes))


def header_for(content: bytes, delimiter: str) -> bytes:
    """Return a line with a name for each field of the first record, empty where there is none.

    Args:
        content: UTF-8, without byte order mark, of which no line names the columns.
        delimiter: of the text.
    """
    # A first line may be longer than the sample.
    lines = io.TextIOWrapper(io.BytesIO(content), "utf-8", errors="ignore", newline="")
    try:
        first = next(_filled(lines, delimiter), [])
    except csv.Error:
        # A quote that is never closed: what is wrong with it, the cutting of the rows tells.
        first = next(_records(_sample_of(content), delimiter), [])
    names = (bare_name(at) for at in range(1, len(first) + 1))
    quoted = (f'"{name}"' if delimiter in name else name for name in names)
    return f"{delimiter.join(quoted)}\n".encode() if first else b""


def _require_possible(options: ReadOptions) -> None:
    delimiter, decimal = options.delimiter, options.decimal
    if delimiter is not None and (
        len(delimiter) != 1 or not delimiter.isascii() or delimiter in '"\r\n\0'
    ):
        raise InvalidValue(
            f"The delimiter must be one ASCII character; got {delimiter!r}.",
            fix="Use for example ',', ';', '|' or a tab.",
            sample=delimiter,
        )
    if decimal is not None and decimal not in {".", ","}:
        raise InvalidValue(
            f"The decimal mark must be '.' or ','; got {decimal!r}.",
            fix="Leave it out, and it is found.",
            sample=decimal,
        )


def _sample_of(content: bytes) -> str:
    sample = content[:SAMPLE_BYTES]
    if len(sample) < len(content):
        # The last line is cut: leave it out, unless it is the only one.
        end = max(sample.rfind(b"\n"), sample.rfind(b"\r"))
        sample = sample[:end] if end > 0 else sample
    return sample.decode("utf-8", errors="ignore")


def _records(sample: str, delimiter: str) -> Iterator[list[str]]:
    return itertools.islice(_filled(io.StringIO(sample, newline=""), delimiter), _SAMPLE_RECORDS)


def _filled(lines: Iterable[str], delimiter: str) -> Iterator[list[str]]:
    reader = csv.reader(lines, delimiter=delimiter)
    return (record for record in reader if len(record) > 1 or (record and record[0].strip()))


def _find_delimiter(sample: str) -> str:
    best, best_rank = ",", (0.0, 0.0)
    for delimiter in DELIMITERS:
        records = list(_records(sample, delimiter))
        if not records or len(records[0]) == 1:
            continue
        n_fields, body = len(records[0]), records[1:]
        share = sum(len(record) == n_fields for record in body) / len(body) if body else 1.0
        rank = (1.0, float(n_fields)) if share >= _BELIEVED_SHARE else (share, float(n_fields))
        if rank > best_rank or best_rank == (0.0, 0.0):
            best, best_rank = delimiter, rank
    return best


def _skips_space(body: Sequence[Sequence[str]]) -> bool:
    later = [field for record in body for field in record[1:] if field]
    return bool(later) and all(field.startswith(" ") for field in later)


def _find_decimal(body: Sequence[Sequence[str]], delimiter: str) -> tuple[str, bool, str]:
    """Return the mark, whether a number shows it plainly, and what was doubtful."""
    n_dot = n_comma = n_perhaps = n_grouped = 0
    is_dot_plain = False
    shown = ""
    for field in (field for record in body for field in record):
        if _DOT.fullmatch(field) or _THOUSANDS.fullmatch(field):
            n_dot += 1
            is_dot_plain = is_dot_plain or not _PERHAPS_DOTTED_THOUSANDS.fullmatch(field)
        elif _PERHAPS_THOUSANDS.fullmatch(field):
            n_perhaps += 1
            shown = shown or field.strip()
        elif _COMMA.fullmatch(field):
            n_comma += 1
        elif _GROUPED_COMMA.fullmatch(field):
            n_grouped += 1
    if n_comma > n_dot or (n_comma == n_dot > 0 and not is_dot_plain):
        mixed = "Numbers are written with '.' as well; the decimal mark was taken to be ','."
        return ",", True, mixed if n_dot else ""
    if n_comma:
        mixed = "Numbers are written with ',' as well; the decimal mark was taken to be '.'."
        return ".", is_dot_plain, mixed
    if n_grouped and not n_dot:
        return ",", True, ""
    if n_perhaps and not n_dot and delimiter == ";":
        # Files are cut at semicolons where the comma is needed for decimals.
        return ",", False, f"'{shown}' was read with ',' as the decimal mark, not as thousands."
    return ".", is_dot_plain, ""


def _doubt_dots(body: Sequence[Sequence[str]], *, missing: Collection[str]) -> str:
    """Return what is doubtful where each number of a column may be thousands with a point."""
    for column in itertools.zip_longest(*body, fillvalue=""):
        present = [cell for cell in map(str.strip, column) if cell and cell not in missing]
        if len(present) >= _MIN_DOTTED_ROWS and all(
            _PERHAPS_DOTTED_THOUSANDS.fullmatch(cell) for cell in present
        ):
            return f"'{present[0]}' was read with '.' as the decimal mark, not as thousands."
    return ""
