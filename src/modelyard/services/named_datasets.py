"""Looks after datasets by their names: list, show, mend, hand out, delete."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import structlog

from modelyard.domain.configs import ReadOptions
from modelyard.domain.datasets import (
    DatasetReference,
    DatasetRow,
    DatasetState,
    DatasetVersion,
    NamedDataset,
    ResolvedDataset,
)
from modelyard.domain.errors import Conflict, DataError, InvalidValue, NotFound, StoreError
from modelyard.domain.fixes import RECOMMENDED, Fix
from modelyard.domain.galleries import GalleryQuery, ShownPicture
from modelyard.domain.identities import Caller
from modelyard.domain.queries import Page
from modelyard.domain.readings import options_of
from modelyard.kit.failpoints import DATASET_DELETED, reach
from modelyard.services.audit import Audit
from modelyard.services.galleries import GalleryPage, page_in, picture_in
from modelyard.store.blobs import Blobs
from modelyard.store.descriptions import FINDINGS, PAGE, PICTURES, PREVIEW, PROFILE, Descriptions
from modelyard.store.lineage import Lineage, Offspring
from modelyard.store.named_datasets import NamedDatasets
from modelyard.store.training_data import TrainingData

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Preview:
    """The first rows of a dataset.

    Attributes:
        columns: name and kind of each.
        rows: plain values, one list a row.
        n_rows: of the whole dataset.
    """

    columns: Sequence[Mapping[str, str]]
    rows: Sequence[Sequence[Any]]
    n_rows: int


@dataclass(frozen=True)
class Reading:
    """How a version is to be read and mended, other than the one that it is derived from.

    Attributes:
        read: fields of `ReadOptions`, as plain values.
        fixes: finding or column to a fix, as `domain.fixes` spells it.
    """

    read: Mapping[str, Any] = field(default_factory=dict)
    fixes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class NamedDatasetService:
    """Looks after the datasets of a tenant.

    Attributes:
        users_of: tells what is at work on a version now, e.g. `run 2026…`; nothing where nobody is.
    """

    versions_kept: NamedDatasets
    lineage_of: Lineage
    blobs: Blobs
    descriptions: Descriptions
    rows: TrainingData
    users_of: Callable[[DatasetVersion], Sequence[str]]
    audit: Audit
    now: Callable[[], datetime]

    def find(self, *, limit: int | None = None, cursor: str | None = None) -> Page[NamedDataset]:
        """Return the datasets in the order of their names, or a part of them.

        Raises:
            InvalidValue: if the cursor is none of this list.
        """
        return self.versions_kept.find(limit=limit, cursor=cursor)

    def get(self, reference: str) -> DatasetVersion:
        """Return the version that `name`, `name@3` or a SHA-256 stands for.

        Raises:
            NotFound: if there is none, with the nearest name.
            InvalidValue: if it is no reference.
        """
        return self.versions_kept.get(DatasetReference.parse(reference))

    def versions(
        self, name: str, *, limit: int | None = None, cursor: str | None = None
    ) -> Page[DatasetVersion]:
        """Return the versions of a name, newest first, or a part of them.

        Raises:
            NotFound: if there is none, with the nearest name.
            InvalidValue: if the cursor is none of this list.
        """
        return self.versions_kept.versions(name, limit=limit, cursor=cursor)

    def resolve(self, reference: str) -> ResolvedDataset:
        """Return a version with the path of its file, whose size and hash were compared.

        Raises:
            NotFound, InvalidValue: as `get`.
            DataError: if it could not be read when it came.
            DamagedFile: if the file is not what was uploaded.
        """
        version = self.get(reference)
        if version.state is DatasetState.FAILED:
            raise _could_not_be_read(version)
        return self._verified(version)

    def as_uploaded(self, reference: str) -> ResolvedDataset:
        """Return a version as `resolve` does, also where not every row of it could be read.

        Raises:
            NotFound, InvalidValue: as `get`.
            DamagedFile: as `resolve`.
        """
        return self._verified(self.get(reference))

    def _verified(self, version: DatasetVersion) -> ResolvedDataset:
        path = self.blobs.verified(version.blob, size_bytes=version.size_bytes)
        return ResolvedDataset(path, version)

    def download(self, reference: str) -> ResolvedDataset:
        """Return a version with the path of its file, to be handed out with its hash.

        Whoever receives it compares the hash: it would take as long here as to send it.

        Raises:
            NotFound, InvalidValue: as `get`.
            DamagedFile: if the file is gone or has another size.
        """
        version = self.get(reference)
        return ResolvedDataset(
            self.blobs.path_of(version.blob, size_bytes=version.size_bytes), version
        )

    def preview(self, reference: str, *, n_rows: int) -> Preview:
        """Return the first rows that are kept, `n_rows` at most.

        Raises:
            NotFound, InvalidValue: as `get`.
            Conflict, DataError: as `profile`.
        """
        version = self.require_ready(self.get(reference))
        columns, rows = self.descriptions.preview(version, n_rows)
        return Preview(columns, rows, version.n_rows or 0)

    def columns_of(self, version: DatasetVersion, read: ReadOptions) -> tuple[str, ...] | None:
        """Return the names of the columns, None where nobody knows them before the table is read.

        Args:
            version: one that is kept.
            read: how the table is to be read besides.
        """
        is_read_otherwise = bool(
            version.fixes
            or read.delimiter
            or read.encoding
            or read.header is not None
            or read.sequences.names
        )
        is_ready = version.state is DatasetState.READY and self.descriptions.has(version, PREVIEW)
        if is_read_otherwise or not is_ready:
            return None
        columns, _ = self.descriptions.preview(version, 0)
        return tuple(column["name"] for column in columns)

    def loaded_rows(
        self, reference: str, *, limit: int | None = None, cursor: str | None = None
    ) -> Page[DatasetRow]:
        """Return the rows that were loaded into the database, in their order, or a part of them.

        Raises:
            NotFound, InvalidValue: as `get`; also if the cursor is none of this list.
        """
        return self.rows.page(self.get(reference), limit=limit, cursor=cursor)

    def profile(self, reference: str) -> bytes:
        """Return what the columns hold, as a JSON document.

        Raises:
            NotFound, InvalidValue: as `get`.
            Conflict: if nobody has read the version yet.
            DataError: if it could not be read.
        """
        return self._described(reference, PROFILE)

    def profile_page(self, reference: str) -> bytes:
        """Return the profile as an HTML page that opens offline.

        Raises:
            NotFound, InvalidValue, Conflict, DataError: as `profile`.
        """
        return self._described(reference, PAGE)

    def findings(self, reference: str) -> bytes:
        """Return what the checks found, as a JSON list.

        Raises:
            NotFound, InvalidValue, Conflict, DataError: as `profile`.
        """
        return self._described(reference, FINDINGS)

    def gallery(self, reference: str, query: GalleryQuery) -> GalleryPage:
        """Return some of the pictures that are shown of a version.

        Raises:
            NotFound: if there is no such dataset, or it has no pictures.
            InvalidValue, Conflict, DataError: as `profile`.
        """
        with self._pictures(reference) as lines:
            return page_in(lines, query)

    def picture(self, reference: str, row: int) -> ShownPicture:
        """Return the picture of a row; 1 is the first.

        Raises:
            NotFound, InvalidValue, Conflict, DataError: as `gallery`; also if no such row is shown.
        """
        with self._pictures(reference) as lines:
            found = picture_in(lines, row)
        if found is None:
            raise NotFound(
                f"No small picture of row {row} of {reference} is kept.",
                fix="Some pictures of each class are: list them, or download the file.",
                sample=str(row),
            )
        return found

    def _pictures(self, reference: str) -> AbstractContextManager[Iterator[bytes]]:
        version = self.require_ready(self.get(reference))
        if not self.descriptions.has(version, PICTURES):
            raise NotFound(
                f"{version.reference} has no pictures.",
                fix="Ask for its preview: it is a table.",
                sample=version.reference,
            )
        return self.descriptions.lines(version, PICTURES)

    def _described(self, reference: str, what: str) -> bytes:
        return self.descriptions.read(self.require_ready(self.get(reference)), what)

    def lineage(self, reference: str) -> Offspring | None:
        """Return the runs and models that a version's content led to, None before it is read.

        Raises:
            NotFound, InvalidValue: as `get`.
        """
        version = self.get(reference)
        return self.lineage_of.of_dataset(version.data_sha256) if version.data_sha256 else None

    def derive(self, reference: str, reading: Reading, *, caller: Caller) -> DatasetVersion:
        """Make a version of the same content that is read or mended otherwise.

        What the older version is read and mended by stays, unless the same thing is said anew. The
        new version is unread.

        Raises:
            NotFound, InvalidValue: as `get`; also if a fix or an option is none.
        """
        for fix in reading.fixes.values():
            if fix != RECOMMENDED:
                Fix.read(fix)
        options_of(reading.read)
        if not reading.fixes and not reading.read:
            raise InvalidValue(
                "A new version of the same content needs something that is read or mended "
                "otherwise.",
                fix='Name fixes, e.g. {"missing-values:age": "recommended"}, or how to read it.',
            )
        older = self.get(reference)
        derived = replace(
            older,
            state=DatasetState.UNREAD,
            refusal=None,
            created_at=self.now(),
            created_by=caller.subject,
            read={**older.read, **reading.read},
            fixes={**older.fixes, **reading.fixes},
            applied=(),
            derived_from=older.version,
            n_rows=None,
            n_columns=None,
            n_errors=None,
            n_warnings=None,
        )
        with self.audit.together():
            added = self.versions_kept.add(derived)
            self.audit.record(caller, "dataset.derive", target=added.reference)
        _log.info("dataset derived", dataset=added.reference, of=older.reference)
        return added

    def delete(self, reference: str, *, caller: Caller) -> DatasetVersion:
        """Delete one version, and its file where no other version has the same content.

        Runs and models that came of it keep its hash.

        Raises:
            NotFound, InvalidValue: as `get`.
            Conflict: if something is at work on it.
        """
        version = self.get(reference)
        self._delete([version], caller)
        return version

    def delete_all(self, name: str, *, caller: Caller) -> tuple[DatasetVersion, ...]:
        """Delete every version of a name, or none where one of them is being used.

        Raises:
            NotFound: if there is none.
            Conflict: if something is at work on one of them.
        """
        versions = self.versions(name).items
        self._delete(versions, caller)
        return versions

    def _delete(self, versions: Sequence[DatasetVersion], caller: Caller) -> None:
        with self.blobs.held():
            # Nobody asks for a job in between: it would be written in the same queue.
            with self.audit.together(makes_room=True):
                free = [self._forget(version, caller) for version in versions]
            for version, is_free in zip(versions, free, strict=True):
                if is_free:
                    self.blobs.delete(version.blob)
        for version in versions:
            self.descriptions.delete(version)
            _log.info("dataset deleted", dataset=version.reference)
        reach(DATASET_DELETED)
        # It is deleted whatever comes of this; what stays is swept with the house.
        with suppress(StoreError):
            self.sweep(versions)

    def sweep(self, versions: Sequence[DatasetVersion] | None = None) -> None:
        """Put away the loaded rows of deleted versions, little by little; None: of every one.

        Raises:
            StoreError: if the database does not let us.
        """
        for version in self.versions_kept.deleted() if versions is None else versions:
            self.rows.forget(version)
            self.versions_kept.sweep(version)

    def _forget(self, version: DatasetVersion, caller: Caller) -> bool:
        """Take the record away, and return whether nothing stands for its content any more."""
        self._require_unused(version)
        told = {"sha256": version.sha256}
        self.audit.record(caller, "dataset.delete", target=version.reference, details=told)
        return self.versions_kept.delete(version, at=self.now())

    def _require_unused(self, version: DatasetVersion) -> None:
        users = self.users_of(version)
        if users:
            raise Conflict(
                f"{version.reference} is being used: {', '.join(users[:5])}.",
                fix="Wait until that has ended, or cancel it.",
            )

    def require_ready(self, version: DatasetVersion) -> DatasetVersion:
        """Return a version that was read.

        Raises:
            Conflict: if nobody has read it yet.
            DataError: if it could not be read.
        """
        if version.state is DatasetState.UNREAD:
            raise Conflict(
                f"{version.reference} has not been read yet.", fix="Try again in a moment."
            )
        if version.state is DatasetState.FAILED:
            raise _could_not_be_read(version)
        return version


def _could_not_be_read(version: DatasetVersion) -> DataError:
    refusal = version.refusal
    why = f"{refusal.detail} {refusal.fix}".strip() if refusal else "its file was refused."
    return DataError(
        f"{version.reference} could not be read: {why}",
        fix="Upload a better file, or make a version that is read otherwise.",
        row=refusal.row if refusal else None,
        column=refusal.column if refusal else None,
        sample=refusal.sample if refusal else None,
    )
