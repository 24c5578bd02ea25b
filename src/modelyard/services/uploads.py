"""Takes files in, in one piece or in parts that survive every cut, and makes datasets of them.

The order of steps is what nothing is lost by: bytes are forced to the disk before an offset is
told; the whole is hashed as it lies there; it gets its place; then one transaction ends the upload
and makes the version; then the part goes. A process that dies in between leaves an upload that is
whole and still receiving, and finishing it again does the rest.
"""

import re
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from modelyard.domain.datasets import (
    DatasetFormat,
    DatasetVersion,
    Refusal,
    Upload,
    UploadState,
    check_dataset_name,
    check_sha256,
)
from modelyard.domain.errors import BodyTooLarge, Conflict, DataError, InvalidValue, NotFound
from modelyard.domain.formats import START_BYTES, format_of
from modelyard.domain.identities import Caller, Role
from modelyard.kit.failpoints import reach
from modelyard.kit.hashing import sha256_of_file
from modelyard.services.audit import Audit
from modelyard.store.blobs import Blobs
from modelyard.store.parts import Parts, PartWriter, require_offset
from modelyard.store.uploads import Uploads

_log = structlog.get_logger(__name__)

# What lay untouched for so long is given up; a file of 10 GB takes three hours at 1 MB a second.
ABANDONED_AFTER = timedelta(days=1)
# Of uploads that have ended, so that who asks late still hears what became of them.
FORGOTTEN_AFTER = timedelta(days=30)
_MAX_FILENAME = 255
# More than one person's browser begins at once, and few enough to be looked through.
MOST_RECEIVING = 100


@dataclass(frozen=True)
class UploadRequest:
    """What a client says before it sends anything.

    Attributes:
        name: of the dataset that it becomes a version of.
        size_bytes: of the whole.
        filename: as the client calls the file; empty for the name.
        sha256: of the whole in hexadecimal digits; empty where the client does not know it.
        created_by: subject of the caller.
    """

    name: str
    size_bytes: int
    created_by: str
    filename: str = ""
    sha256: str = ""


@dataclass(frozen=True)
class UploadService:
    """Receives files.

    Attributes:
        tenant: whose they are.
        contents: names of the files that datasets stand for.
        limit_bytes: most that one file may have.
    """

    tenant: str
    uploads: Uploads
    parts: Parts
    blobs: Blobs
    contents: Callable[[], frozenset[str]]
    limit_bytes: int
    audit: Audit
    now: Callable[[], datetime]
    new_id: Callable[[], str]

    def begin(self, request: UploadRequest) -> Upload:
        """Make room for a file that comes in parts.

        Raises:
            InvalidValue: if the name, the size or the hash is not allowed.
            BodyTooLarge: if the file is larger than a file may be.
            Conflict: if too many uploads are on their way.
            StoreError: if the disk has no room for it.
        """
        self.require_size(request.size_bytes)
        self.sweep()
        if len(self.uploads.receiving()) >= MOST_RECEIVING:
            raise Conflict(
                f"{MOST_RECEIVING} uploads are on their way already.",
                fix="Finish some, or give them up.",
            )
        upload = Upload(
            id=self.new_id(),
            name=check_dataset_name(request.name),
            filename=_plain_filename(request.filename or request.name),
            size_bytes=request.size_bytes,
            created_at=self.now(),
            created_by=request.created_by,
            sha256=check_sha256(request.sha256) if request.sha256 else "",
        )
        self.parts.begin(upload.id, size_bytes=upload.size_bytes)
        reach("upload.begun")
        self.uploads.add(upload)
        return upload

    def get(self, upload: str) -> Upload:
        """Return an upload.

        Raises:
            NotFound: if there is none.
        """
        return self.uploads.get(upload)

    def receiving(self) -> tuple[Upload, ...]:
        """Return the uploads on their way, newest first."""
        return self.uploads.receiving()

    def offset(self, upload: Upload) -> int:
        """Return how many bytes of an upload the disk has.

        Raises:
            NotFound: if its part is gone: it has failed, or was given up.
        """
        try:
            return self.parts.size(upload.id)
        except NotFound:
            # Another request may have ended it since its record was read.
            if self.uploads.get(upload.id).state is UploadState.COMPLETE:
                return upload.size_bytes
            raise

    def offset_or_none(self, upload: Upload) -> int | None:
        """Return what `offset` does; None where the part is gone."""
        try:
            return self.offset(upload)
        except NotFound:
            return None

    def expires_at(self, upload: Upload) -> datetime | None:
        """Return when an upload is given up if nothing more comes; None where it has ended."""
        touched_at = self.parts.touched_at(upload.id)
        return None if touched_at is None else touched_at + ABANDONED_AFTER

    def appending(self, upload: Upload, *, offset: int) -> AbstractContextManager[PartWriter]:
        """Return what writes the bytes that follow; leaving its block forces them to the disk.

        Raises:
            NotFound: if nothing more is taken.
            Conflict: if another request writes, or the bytes do not follow those that came.
        """
        if upload.state is UploadState.COMPLETE:
            require_offset(offset, upload.size_bytes)
        return self.parts.appending(upload.id, offset=offset, limit=upload.size_bytes)

    def finish(self, upload: Upload) -> DatasetVersion | None:
        """Make a version of an upload that is whole; None while bytes are missing.

        Raises:
            Conflict: if somebody still writes, or finishes it as well.
            DataError: if it is no table, or not what its sender says; the upload has failed then.
            StoreError: if the disk does not take it; it can be finished again.
        """
        with self.parts.held(upload.id) as path:
            if path.stat().st_size < upload.size_bytes:
                return None
            try:
                sha256, form = self._judged(upload, path)
            except DataError as error:
                self.uploads.fail(upload, Refusal.of(error))
                self.parts.discard(upload.id)
                raise
            reach("upload.hashed")
            version = self._placed(upload, path, sha256=sha256, form=form)
            reach("upload.after-commit")
            self.parts.discard(upload.id)
        return version

    def give_up(self, upload: str) -> None:
        """Forget an upload and what arrived of it; a version that came of it stays.

        Raises:
            NotFound: if there is none.
        """
        found = self.uploads.get(upload)
        with self.audit.together(makes_room=True):
            self.uploads.delete(found.id)
        self.parts.discard(found.id)

    def take(self, request: UploadRequest, pieces: Iterable[bytes]) -> DatasetVersion:
        """Make a version of a file that is here, e.g. of a path on this machine.

        Raises:
            InvalidValue, BodyTooLarge, StoreError, DataError: as `begin` and `finish`.
        """
        upload = self.begin(request)
        try:
            with self.appending(upload, offset=0) as writer:
                for piece in pieces:
                    writer.write(piece)
            version = self.finish(upload)
        except BaseException:
            self.give_up(upload.id)
            raise
        if version is None:
            self.give_up(upload.id)
            raise InvalidValue(
                f"'{upload.filename}' has changed while it was read: fewer than "
                f"{upload.size_bytes:,} bytes came.",
                fix="Try again when nobody writes it.",
            )
        return version

    def sweep(self) -> None:
        """Finish what lay whole for a day, and put away what was given up without a word."""
        now = self.now()
        known = {upload.id: upload for upload in self.uploads.receiving()}
        for part in self.parts.untouched_since(now - ABANDONED_AFTER):
            # Somebody may be faster, or its sender comes back at this moment.
            with suppress(Conflict, NotFound, DataError):
                if part not in known:
                    self.parts.discard(part)
                elif self.finish(known[part]) is None:
                    self.give_up(part)
                    _log.info("upload given up", upload=part)
        with self.blobs.held():
            for name in self.blobs.names(before=now - ABANDONED_AFTER) - self.contents():
                self.blobs.delete(name)
                _log.info("file without a dataset deleted", file=name)
        self.uploads.forget_ended(before=now - FORGOTTEN_AFTER)

    def require_size(self, size_bytes: int) -> None:
        """Refuse a size that no file may have.

        Raises:
            InvalidValue: if it is nothing or less.
            BodyTooLarge: if it is more than the limit.
        """
        if size_bytes < 1:
            raise InvalidValue(
                f"A file has at least one byte; {size_bytes} came.",
                fix="Give a file with a header and at least one row.",
            )
        if size_bytes > self.limit_bytes:
            raise BodyTooLarge(
                f"The file has {size_bytes:,} bytes; {self.limit_bytes:,} are the most that is "
                "taken.",
                fix="Upload fewer rows, or let an operator raise MODELYARD_UPLOAD_MB.",
            )

    def _judged(self, upload: Upload, path: Path) -> tuple[str, DatasetFormat]:
        """Return hash and format of what lies on the disk.

        Raises:
            DataError: if the hash is not the one that was declared, or nobody reads such a file.
        """
        with path.open("rb") as stream:
            start = stream.read(START_BYTES)
        form = format_of(start, upload.filename)
        sha256 = sha256_of_file(path)
        if upload.sha256 not in {"", sha256}:
            raise DataError(
                f"'{upload.filename}' did not arrive as it was sent: its SHA-256 is {sha256}, and "
                f"{upload.sha256} was declared.",
                fix="Send the file again; and make sure that nobody writes it meanwhile.",
                sample=sha256,
            )
        return sha256, form

    def _placed(
        self, upload: Upload, path: Path, *, sha256: str, form: DatasetFormat
    ) -> DatasetVersion:
        version = DatasetVersion(
            name=upload.name,
            version=0,
            sha256=sha256,
            size_bytes=upload.size_bytes,
            format=form,
            filename=upload.filename,
            created_at=self.now(),
            created_by=upload.created_by,
        )
        with self.blobs.held():
            self.blobs.place(path, version.blob)
            reach("upload.placed")
            with self.audit.together():
                added = self.uploads.complete(upload, version)
                told = {"sha256": sha256, "size_bytes": added.size_bytes}
                owner = Caller(self.tenant, upload.created_by, Role.EDITOR)
                self.audit.record(owner, "dataset.upload", target=added.reference, details=told)
                reach("upload.before-commit")
        _log.info("dataset uploaded", dataset=added.reference, size_bytes=added.size_bytes)
        return added


def _plain_filename(text: str) -> str:
    """Return a file's own name, without folders and without characters that no name shows."""
    last = re.split(r"[/\\]", text)[-1]
    shown = "".join(letter for letter in last if letter.isprintable())
    return shown[-_MAX_FILENAME:] or "data"
