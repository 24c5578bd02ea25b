"""Uploads on their way and those that ended; what arrived of them is in `parts`."""

from dataclasses import fields, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from modelyard.domain.datasets import DatasetVersion, Refusal, Upload, UploadState
from modelyard.domain.errors import Conflict, NotFound
from modelyard.store.databases import TenantDatabase
from modelyard.store.named_datasets import put_version, refusal_of, refusal_row
from modelyard.store.tables.named_datasets import UPLOADS

_C = UPLOADS.c


class Uploads:
    """Records of `uploads`."""

    def __init__(self, database: TenantDatabase) -> None:
        self._database = database
        self._ours = _C.tenant == database.tenant

    def add(self, upload: Upload) -> None:
        """Remember an upload that begins."""
        row = _to_row(upload) | {"tenant": self._database.tenant}
        with self._database.writing() as connection:
            connection.execute(sa.insert(UPLOADS).values(row))

    def get(self, upload: str) -> Upload:
        """Return an upload by its id.

        Raises:
            NotFound: if there is none.
        """
        with self._database.reading() as connection:
            return self._get(connection, upload)

    def receiving(self) -> tuple[Upload, ...]:
        """Return the uploads on their way, newest first."""
        statement = (
            sa.select(UPLOADS)
            .where(self._ours, _C.state == UploadState.RECEIVING)
            .order_by(_C.created_at.desc(), _C.id.desc())
        )
        with self._database.reading() as connection:
            return tuple(_from_row(row) for row in connection.execute(statement).mappings())

    def complete(self, upload: Upload, version: DatasetVersion) -> DatasetVersion:
        """End an upload with the version that came of it; both appear together, and once.

        Raises:
            NotFound: if there is no such upload.
            Conflict: if it has ended.
        """
        with self._database.writing() as connection:
            self._end(connection, upload.id, {"state": UploadState.COMPLETE})
            added = put_version(connection, self._database.tenant, version=version)
            changed = sa.update(UPLOADS).where(self._ours, _C.id == upload.id)
            connection.execute(changed.values(version=added.version))
        return added

    def fail(self, upload: Upload, refusal: Refusal) -> Upload:
        """End an upload without a version.

        Raises:
            NotFound, Conflict: as `complete`.
        """
        ended = {"state": UploadState.FAILED, "refusal": refusal_row(refusal)}
        with self._database.writing() as connection:
            self._end(connection, upload.id, ended)
        return replace(upload, state=UploadState.FAILED, refusal=refusal)

    def delete(self, upload: str) -> None:
        """Forget an upload; where there is none, nothing is to be done."""
        with self._database.writing() as connection:
            connection.execute(sa.delete(UPLOADS).where(self._ours, _C.id == upload))

    def forget_ended(self, *, before: datetime) -> None:
        """Forget the uploads that have ended and began before a moment."""
        ended = _C.state != UploadState.RECEIVING
        old = sa.delete(UPLOADS).where(self._ours, ended, _C.created_at < before)
        with self._database.writing() as connection:
            connection.execute(old)

    def _end(self, connection: sa.Connection, upload: str, values: dict[str, Any]) -> None:
        still = _C.state == UploadState.RECEIVING
        changed = sa.update(UPLOADS).where(self._ours, _C.id == upload, still).values(values)
        if connection.execute(changed).rowcount == 0:
            state = self._get(connection, upload).state
            raise Conflict(
                f"The upload '{upload}' has ended: it is {state.value}.", fix="Begin a new one."
            )

    def _get(self, connection: sa.Connection, upload: str) -> Upload:
        statement = sa.select(UPLOADS).where(self._ours, _C.id == upload)
        row = connection.execute(statement).mappings().first()
        if row is None:
            raise NotFound(
                f"There is no upload '{upload}'.",
                fix="It was given up, or never begun: begin a new one.",
                sample=upload,
            )
        return _from_row(row)


def _to_row(upload: Upload) -> dict[str, Any]:
    row = {each.name: getattr(upload, each.name) for each in fields(upload)}
    return row | {"refusal": refusal_row(upload.refusal)}


def _from_row(row: sa.RowMapping) -> Upload:
    known = {each.name: row[each.name] for each in fields(Upload)}
    state, refusal = UploadState(row["state"]), refusal_of(row["refusal"])
    return Upload(**known | {"state": state, "refusal": refusal})
