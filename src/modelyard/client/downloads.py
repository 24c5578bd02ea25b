"""Downloads to the disk that go on where they were cut, and are compared with the hash told."""

import base64
import hashlib
import os
import re
from collections.abc import Callable
from dataclasses import replace
from http import HTTPStatus
from pathlib import Path

from modelyard.client.requests import Request
from modelyard.client.steps import Feed, Flow, Pause, Read, Reply, Send, Tell, Work
from modelyard.domain.errors import DamagedFile, Unavailable

_MOST_CUTS = 8
_AFTER_CUT_S = 1.0
_DIGEST = re.compile(r"sha-256=:([A-Za-z0-9+/]{43}=):")


def download(
    request: Request, file: Path, *, on_progress: Callable[[int, int], None] | None
) -> Flow[Path]:
    """Write what a request is answered to a file; it appears there when it is whole.

    Args:
        request: that reads.
        file: to be written.
        on_progress: is told the bytes that have come, and all; 0 where that is not known.

    Raises:
        DamagedFile: if what came is not what the platform has.
    """
    part = file.with_name(f"{file.name}.part")
    part.unlink(missing_ok=True)
    try:
        reply = yield from _fetched(request, part, on_progress)
        yield Work(lambda: _checked(part, reply))
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)
    return file


def passed_on(request: Request) -> Feed[Reply]:
    """Tell the head of an answer, and then its content piece by piece; nothing is kept.

    Args:
        request: that reads.
    """
    reply = yield Send(request, is_open=True)
    yield Tell(reply)
    while (piece := (yield Read())).content:
        yield Tell(piece)


def _fetched(
    request: Request, part: Path, on_progress: Callable[[int, int], None] | None
) -> Flow[Reply]:
    etag, n_cuts = "", 0
    while True:
        begun = part.stat().st_size if etag and part.exists() else 0
        # `If-Range`: a file that has changed meanwhile comes whole (RFC 9110, 13.1.5).
        ranged = {"range": f"bytes={begun}-", "if-range": etag} if begun else {}
        reply = yield Send(replace(request, headers={**request.headers, **ranged}), is_open=True)
        goes_on = reply.status == HTTPStatus.PARTIAL_CONTENT
        try:
            yield from _written(part, reply, begun if goes_on else 0, on_progress)
        except Unavailable:
            n_cuts += 1
            if n_cuts > _MOST_CUTS:
                raise
            etag = reply.headers.get("etag", "")
            yield Pause(_AFTER_CUT_S)
        else:
            return reply


def _written(
    part: Path, reply: Reply, begun: int, on_progress: Callable[[int, int], None] | None
) -> Flow[None]:
    told = reply.headers.get("content-length", "")
    total = begun + int(told) if told.isdigit() else 0
    n_bytes = begun
    with part.open("ab" if begun else "wb") as stream:
        while piece := (yield Read()).content:
            stream.write(piece)
            n_bytes += len(piece)
            if on_progress is not None:
                on_progress(n_bytes, total)
        stream.flush()
        os.fsync(stream.fileno())


def _checked(part: Path, reply: Reply) -> bytes:
    told = _DIGEST.search(reply.headers.get("repr-digest", ""))
    if told is None:
        return b""
    with part.open("rb") as stream:
        found = hashlib.file_digest(stream, "sha256").digest()
    if found != base64.b64decode(told.group(1)):
        raise DamagedFile("What came is not what the platform has.", fix="Download it again.")
    return found
