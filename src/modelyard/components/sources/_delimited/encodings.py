"""Decodes the bytes of a text file, and says so where they are no text or leave doubt."""

import codecs
import re
from dataclasses import dataclass
from typing import NoReturn

from modelyard.domain.errors import InvalidValue, NotATable, UndecidableEncoding

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Openings of files that are renamed to .csv by mistake. Source: the formats' specifications.
_PDF = b"%PDF-"
_SIGNATURES = (
    (b"PK\x03\x04", "a ZIP archive or an Excel workbook"),
    (b"PK\x05\x06", "an empty ZIP archive"),
    (b"\x89PNG\r\n\x1a\n", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"PAR1", "a Parquet file"),
    (b"ARROW1", "an Arrow file"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive"),
    (b"\xfd7zXZ\x00", "an xz archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (_PDF, "a PDF document"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel or Word document"),
    (b"SQLite format 3\x00", "an SQLite database"),
    (b"\x89HDF\r\n\x1a\n", "an HDF5 file"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90\x00", "a program"),
)
# Openings of text that is no table: no header begins so.
_MARKUP = (
    (re.compile(rb"\s*<(?:!doctype\s+html|html|head|table)\b", re.IGNORECASE), "an HTML page"),
    (re.compile(rb"\s*<\?xml\s", re.IGNORECASE), "an XML document"),
    (re.compile(rb"\{\\rtf"), "a Rich Text document"),
    (re.compile(rb"\s*\[?\s*\{\s*\"(?!\")"), "JSON"),
)
# Text holds tabs, line ends and at times a form feed or an end-of-file mark, no other controls.
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x19\x1b-\x1f\x7f]")
CONTROL_BYTES = bytes(byte for byte in range(256) if _CONTROLS.match(bytes([byte])))
# The five bytes that Windows-1252 leaves open.
_NOT_IN_CP1252 = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")
_C1 = re.compile(rb"[\x80-\x9f]")
_WORD = re.compile(r"[^\W\d_]{3,}")
# What no Western word holds between small letters; the text is of DOS or of an old Macintosh then.
_BROKEN = re.compile("(?<=[a-z])[À-ÖØ-ÞŠŒŽŸ¡-©«¬®-¶¸¹»-¿×÷‚ƒ„…†‡ˆ‰‹›•˜™€“”‘](?=[a-z])")
_HIGH = re.compile(rb"[\x80-\xff]")
_UTF8_SEQUENCE = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
)
# Enough bytes to judge by; longer files say the same again.
_SAMPLE_BYTES, _SAMPLE_WORDS = 1 << 16, 1000


@dataclass(frozen=True)
class DecodedText:
    """A file's text as UTF-8 without byte order mark.

    Attributes:
        content: the text, encoded as UTF-8.
        encoding: in which the file is written.
        notes: what was decided, one sentence each.
    """

    content: bytes
    encoding: str
    notes: tuple[str, ...] = ()


def decode(content: bytes, name: str, *, encoding: str | None = None) -> DecodedText:
    """Return the text of a file.

    Without an encoding, a byte order mark decides; then UTF-8, UTF-16 by its pattern of zero bytes,
    and Latin-1 or Windows-1252 where they give words of a Western language.

    Args:
        content: the file's bytes.
        name: of the file, for messages.
        encoding: what the user says.

    Raises:
        NotATable: if the bytes are no text.
        UndecidableEncoding: if no encoding explains them, with the offset of the byte in doubt.
        InvalidValue: if `encoding` is not known.
    """
    if encoding is not None:
        return _decode_as(content, name, encoding)
    control = _CONTROLS.search(content)
    for signature, what in _SIGNATURES:
        # A readable opening like PAR1 may be a column's name; binary bytes behind it are not.
        is_sure = control is not None or not signature.isascii() or signature == _PDF
        if is_sure and content.startswith(signature):
            _refuse_binary(name, f"it is {what}")
    for mark, marked in _BYTE_ORDER_MARKS:
        if content.startswith(mark):
            decoded = _strictly(content[len(mark) :], marked, offset=len(mark))
            return DecodedText(decoded, marked, ("The file opens with a byte order mark.",))
    wide = _wide_encoding(content)
    if wide is not None:
        return DecodedText(_strictly(content, wide), wide)
    if control is not None:
        _refuse_binary(
            name, f"byte {control.start()} is {control.group()[0]:#04x}, which text does not hold"
        )
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        return _decode_western(content, error.start)
    return DecodedText(content, "utf-8")


def require_table_text(content: bytes, name: str) -> None:
    """Refuse text of another format that was called a table.

    Raises:
        NotATable: naming what it is.
    """
    for opening, what in _MARKUP:
        if opening.match(content):
            _refuse_binary(name, f"it is {what}")


def is_marked(content: bytes) -> bool:
    """Return whether the bytes open as no plain UTF-8 text does."""
    openings = [mark for mark, _ in _BYTE_ORDER_MARKS] + [opening for opening, _ in _SIGNATURES]
    return content.startswith(tuple(openings))


def _decode_as(content: bytes, name: str, encoding: str) -> DecodedText:
    try:
        codec = codecs.lookup(encoding).name
        text = content.decode(codec)
    except LookupError as error:
        raise InvalidValue(
            f"There is no text encoding called '{encoding}'.",
            fix="Use for example utf-8, utf-16, latin-1 or cp1252.",
            sample=encoding,
        ) from error
    except UnicodeError as error:
        offset = error.start if isinstance(error, UnicodeDecodeError) else 0
        raise UndecidableEncoding(
            f"'{name}' is not written in {encoding}: byte {offset} does not fit.",
            fix="Leave the encoding out to have it found, or name another one.",
            sample=content[offset : offset + 1].hex(),
        ) from error
    utf8 = text.removeprefix("\ufeff").encode("utf-8", errors="replace")
    if b"\0" in utf8:
        _refuse_binary(name, f"read as {encoding} it holds zero characters")
    return DecodedText(utf8, codec)


def _wide_encoding(content: bytes) -> str | None:
    """Return the UTF-16 variant of text without byte order mark, seen by every second byte."""
    sample = content[:_SAMPLE_BYTES]
    n_pairs = len(sample) // 2
    if len(content) % 2 or n_pairs < 2:
        return None
    # Delimiters, digits and line ends are ASCII, so one half of the pairs holds many zeros.
    n_even, n_odd = sample[::2].count(0), sample[1::2].count(0)
    for encoding, n_high, n_low in (("utf-16-le", n_odd, n_even), ("utf-16-be", n_even, n_odd)):
        if n_high > 0.2 * n_pairs and n_low == 0:
            return encoding
    return None


def _strictly(content: bytes, encoding: str, offset: int = 0) -> bytes:
    try:
        utf8 = content.decode(encoding).encode("utf-8")
    except UnicodeError as error:
        start = error.start if isinstance(error, UnicodeDecodeError) else 0
        _refuse_encoding(
            content,
            start,
            f"the file begins as {encoding} and breaks off there",
            offset_base=offset,
        )
    if _CONTROLS.search(utf8):
        _refuse_binary("The file", f"read as {encoding} it holds control characters")
    return utf8


def _decode_western(content: bytes, first_bad: int) -> DecodedText:
    """Decode one-byte text as Latin-1 or Windows-1252 if that gives Western words."""
    n_sequences = len(_UTF8_SEQUENCE.findall(content))
    n_stray = len(_HIGH.findall(_UTF8_SEQUENCE.sub(b"", content)))
    # One look-alike among many stray bytes is chance, as in a French capital before a guillemet.
    if 4 * n_sequences >= n_stray:
        line = content.count(b"\n", 0, first_bad) + 1
        raise UndecidableEncoding(
            f"The encoding cannot be decided: byte {first_bad} (line {line}) is "
            f"{content[first_bad]:#04x}; the text around it is UTF-8, this byte is not.",
            fix=f"Mend line {line}, or name the encoding if the whole file is written in another.",
            sample=content[first_bad : first_bad + 1].hex(),
        )
    undefined = _NOT_IN_CP1252.search(content)
    if undefined is not None:
        _refuse_encoding(content, undefined.start(), "no Western encoding has a character there")
    encoding = "cp1252" if _C1.search(content) else "latin-1"
    text = content.decode(encoding)
    # In a Western word accented letters stand among plain ones; in Greek or Cyrillic read as
    # Latin-1 every letter is accented.
    words = [word for word in _WORD.findall(text) if not word.isascii()][:_SAMPLE_WORDS]
    n_strange = sum(all(letter > "\x7f" for letter in word) for word in words)
    if 2 * n_strange > len(words):
        _refuse_encoding(content, first_bad, "read as Latin-1 it gives no words")
    near = text[max(0, first_bad - 1) : first_bad + _SAMPLE_BYTES]
    if 5 * len(_BROKEN.findall(near)) > sum(letter > "\x7f" for letter in near):
        _refuse_encoding(content, first_bad, f"read as {encoding} it breaks words")
    return DecodedText(
        text.encode("utf-8"), encoding, (f"The file is not UTF-8; it was read as {encoding}.",)
    )


def _refuse_encoding(content: bytes, offset: int, why: str, *, offset_base: int = 0) -> NoReturn:
    at = offset + offset_base
    raise UndecidableEncoding(
        f"The encoding cannot be decided: byte {at} is {content[offset]:#04x}; {why}.",
        fix=f"Name the encoding{_suggestions(content)}, or save the file as UTF-8.",
        sample=content[offset : offset + 1].hex(),
    )


def _suggestions(content: bytes) -> str:
    from charset_normalizer import from_bytes

    found = [match.encoding for match in from_bytes(content[:_SAMPLE_BYTES])][:3]
    return f" (perhaps {' or '.join(found)})" if found else ""


def _refuse_binary(name: str, why: str) -> NoReturn:
    raise NotATable(
        f"'{name}' is not CSV: {why}.",
        fix="Give a text file with one row on each line, or rename the file to what it is.",
    )
