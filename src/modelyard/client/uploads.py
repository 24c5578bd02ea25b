"""Uploads in parts that go on where they were cut: tus 1.0.0, as the platform speaks it."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from modelyard.client.flows import answer, read_as
from modelyard.client.requests import PREFIX, Request, create, get
from modelyard.client.steps import Flow, Pause, Send, Work
from modelyard.domain.datasets import UploadState
from modelyard.domain.errors import Conflict, DataError, Unavailable
from modelyard.wire.bodies import PageOf
from modelyard.wire.datasets import DatasetVersionAnswer, IncomingFile, UploadAnswer

# Large enough that a part is not felt, small enough to be lost: a second at 64 Mbit/s.
_PART_BYTES = 8 << 20
# Without a byte of progress in between.
_MOST_CUTS = 8
_AFTER_CUT_S = 1.0
_BYTES = "application/offset+octet-stream"


@dataclass(frozen=True)
class Upload:
    """A file that is to become the next version of a dataset.

    Attributes:
        file: on this machine.
        name: of the dataset.
        on_progress: is told the bytes that the platform has, and those of the file.
    """

    file: Path
    name: str
    on_progress: Callable[[int, int], None] | None = None


def upload(wanted: Upload) -> Flow[DatasetVersionAnswer]:
    """Upload a file, or go on with one that was cut off.

    Raises:
        DataError: if the platform refuses what came.
    """
    hashed = yield Work(lambda: _sha256(wanted.file))
    sha256, size_bytes = hashed.content.hex(), wanted.file.stat().st_size
    found = yield from _begun(wanted, sha256, size_bytes)
    offset, n_cuts = (yield from _offset(found.id)), 0
    while offset < size_bytes:
        if wanted.on_progress is not None:
            wanted.on_progress(offset, size_bytes)
        part = yield Work(lambda: _part(wanted.file, offset))  # noqa: B023 -- done at once
        try:
            offset, n_cuts = (yield from _append(found.id, part.content, offset)), 0
        except (Unavailable, Conflict):
            # What came before the cut counts; another request may hold the file for a moment.
            n_cuts += 1
            if n_cuts > _MOST_CUTS:
                raise
            yield Pause(_AFTER_CUT_S)
            reached = yield from _offset(found.id)
            offset, n_cuts = reached, n_cuts if reached == offset else 0
    if wanted.on_progress is not None:
        wanted.on_progress(size_bytes, size_bytes)
    return (yield from _version_of(found.id))


def _begun(wanted: Upload, sha256: str, size_bytes: int) -> Flow[UploadAnswer]:
    """Return the upload of the same content that was begun before, or a new one."""
    begun = yield from answer(get("uploads"), PageOf[UploadAnswer])
    for each in begun.items:
        if (each.name, each.sha256, each.size_bytes) == (wanted.name, sha256, size_bytes):
            return each
    file = IncomingFile(name=wanted.name, filename=wanted.file.name, sha256=sha256)
    request = create("uploads", query=file)
    headers = {**request.headers, "upload-length": str(size_bytes)}
    reply = yield Send(Request("POST", request.path, headers))
    return read_as(UploadAnswer, reply)


def _offset(upload_id: str) -> Flow[int]:
    reply = yield Send(Request("HEAD", f"{PREFIX}/uploads/{upload_id}"))
    return int(reply.headers["upload-offset"])


def _append(upload_id: str, part: bytes, offset: int) -> Flow[int]:
    headers = {"upload-offset": str(offset), "content-type": _BYTES}
    path = f"{PREFIX}/uploads/{upload_id}"
    reply = yield Send(Request("PATCH", path, headers, part, is_repeatable=False))
    return int(reply.headers["upload-offset"])


def _version_of(upload_id: str) -> Flow[DatasetVersionAnswer]:
    for _ in range(_MOST_CUTS):
        found = yield from answer(get("uploads", upload_id), UploadAnswer)
        if found.refusal is not None:
            raise DataError(found.refusal.detail, fix=found.refusal.fix)
        if found.state is not UploadState.RECEIVING and found.version is not None:
            path = ("datasets", found.name, "versions", str(found.version))
            return (yield from answer(get(*path), DatasetVersionAnswer))
        # Another request finishes it; asking for the offset finishes what nobody did.
        yield Pause(_AFTER_CUT_S)
        yield from _offset(upload_id)
    raise Unavailable(
        f"The upload of '{found.name}' is not finished by the platform.", fix="Upload it again."
    )


def _sha256(file: Path) -> bytes:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").digest()


def _part(file: Path, offset: int) -> bytes:
    with file.open("rb") as stream:
        stream.seek(offset)
        return stream.read(_PART_BYTES)
