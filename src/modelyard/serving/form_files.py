"""Reads the files of a form, as browsers and curl send them (RFC 7578)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from modelyard.domain.errors import MalformedBody

FORM_TYPE = b"multipart/form-data"
# Of as many bad rows of a batch each is told (`batches.MOST_ERRORS`), so that no name is lost.
MOST_FILES = 1_000
# RFC 2046, section 5.1.1: what a boundary may be.
_BOUNDARY = re.compile(
    rb'boundary="?([0-9A-Za-z\'()+_,\-./:=? ]{1,70}?)"?\s*(?:;|$)', re.IGNORECASE
)
_DISPOSITION = re.compile(rb"^content-disposition:([^\r\n]*)", re.IGNORECASE | re.MULTILINE)
_NAME = re.compile(rb';\s*filename="((?:[^"\\]|\\.)*)"|;\s*filename=([^;"\s]*)', re.IGNORECASE)
_CODED_NAME = re.compile(rb";\s*filename\*=utf-8''([^;\s]+)", re.IGNORECASE)
_LONGEST_NAME = 200


@dataclass(frozen=True)
class FormFile:
    """A file of a form.

    Attributes:
        name: as the sender calls it, or by its place where it has none.
    """

    name: str
    content: bytes


def files_of(body: bytes, kind: bytes) -> list[FormFile]:
    """Return the files of a form in their order; fields that are no files are passed over.

    Args:
        body: of the request.
        kind: its Content-Type, which tells the boundary.

    Raises:
        MalformedBody: if there are more parts than a form may have.
    """
    files: list[FormFile] = []
    for n_parts, part in enumerate(_parts(body, kind), start=1):
        if n_parts > MOST_FILES:
            raise MalformedBody(
                f"A form may have {MOST_FILES:,} parts; more came.",
                fix="Send fewer files at a time.",
            )
        head, blank, content = part.partition(b"\r\n\r\n")
        name = _name_in(head) if blank else None
        # A browser sends an empty file without a name where none was chosen.
        if name or (name is not None and content):
            files.append(FormFile(name or f"file {len(files) + 1}", content))
    return files


def _parts(body: bytes, kind: bytes) -> Iterator[bytes]:
    """Yield what stands between the boundaries, one at a time: there may be millions."""
    found = _BOUNDARY.search(kind)
    if found is None:
        return
    mark = b"--" + found[1]
    start = 0 if body.startswith(mark) else body.find(b"\r\n" + mark)
    while start >= 0:
        begun = body.find(mark, start) + len(mark)
        start = body.find(b"\r\n" + mark, begun)
        if body.startswith(b"--", begun):
            return
        yield body[begun : start if start >= 0 else len(body)]


def _name_in(head: bytes) -> str | None:
    """Return what a file is called, empty where it has no name; None for what is no file."""
    disposition = _DISPOSITION.search(head)
    if disposition is None:
        return None
    coded, plain = _CODED_NAME.search(disposition[1]), _NAME.search(disposition[1])
    if coded is not None:
        return unquote(coded[1].decode("ascii", "replace"))[:_LONGEST_NAME]
    if plain is None:
        return None
    name = re.sub(rb"\\(.)", rb"\1", plain[1] or plain[2] or b"")
    return name.decode("utf-8", "replace")[:_LONGEST_NAME]
