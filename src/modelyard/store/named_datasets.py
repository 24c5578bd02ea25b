"""Named datasets and their versions; the bytes behind them are in `blobs`."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, fields, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from modelyard.domain.datasets import (
    DatasetFormat,
    DatasetReference,
    DatasetState,
    DatasetVersion,
    NamedDataset,
    Refusal,
    check_dataset_name,
)
from modelyard.domain.errors import Conflict, NotFound
from modelyard.domain.queries import Page
from modelyard.store.databases import TenantDatabase, put
from modelyard.store.listing import Paging, SortKey, not_found
from modelyard.store.tables.named_datasets import DATASET_NAMES, DATASET_VERSIONS

_C = DATASET_VERSIONS.c
_NEWEST = (_C.created_at.desc(), _C.version.desc())
_BEST = (sa.case((_C.state == DatasetState.FAILED.value, 1), else_=0), *_NEWEST)


class NamedDatasets:
    """Records of `dataset_versions`; those that were deleted are none of them any more."""

    def __init__(self, database: TenantDatabase) -> None:
        self._database = database
        self._all_ours = _C.tenant == database.tenant
        self._ours = sa.and_(self._all_ours, _C.deleted_at.is_(None))

    def add(self, version: DatasetVersion) -> DatasetVersion:
        """Remember a version under the next number of its name, and return it with that number.

        Raises:
            InvalidValue: if the name is not allowed.
        """
        with self._database.writing() as connection:
            return put_version(connection, self._database.tenant, version=version)

    def get(self, reference: DatasetReference) -> DatasetVersion:
        """Return the version that a reference points to.

        A bare name stands for its latest version that was not refused, or for the latest of all;
        so does a hash among the versions that have it.

        Raises:
            NotFound: if there is none, with the nearest name.
        """
        with self._database.reading() as connection:
            found = self._read(connection, self._wanted(reference), _BEST, limit=1)
            if found:
                return found[0]
            if not reference.name:
                raise NotFound(
                    f"No dataset has the content {reference.sha256}.",
                    fix="Upload the file, or name a dataset.",
                    sample=reference.sha256,
                )
            numbers = self._numbers(connection, reference.name)
            if not numbers:
                raise not_found("dataset", reference.name, existing=self._names(connection))
            raise NotFound(
                f"There is no version {reference.version} of the dataset '{reference.name}'.",
                fix=f"There are: {', '.join(str(number) for number in numbers[:10])}.",
                sample=f"{reference.name}@{reference.version}",
            )

    def versions(
        self, name: str, *, limit: int | None = None, cursor: str | None = None
    ) -> Page[DatasetVersion]:
        """Return the versions of a name, newest first, or a part of them.

        Raises:
            NotFound: if there is none, with the nearest name.
            InvalidValue: if the cursor is none of this list.
        """
        keys = (SortKey(_C.version, is_descending=True),)
        paging = Paging(keys, limit, cursor, ("dataset_versions", self._database.tenant, name))
        chosen = sa.select(DATASET_VERSIONS).where(self._ours, _C.name == name)
        with self._database.reading() as connection:
            rows = connection.execute(paging.apply(chosen)).mappings().all()
            if not rows and not self._numbers(connection, name):
                raise not_found("dataset", name, existing=self._names(connection))
        page, next_cursor = paging.cut(rows)
        return Page(tuple(_from_row(row) for row in page), next_cursor)

    def find(self, *, limit: int | None = None, cursor: str | None = None) -> Page[NamedDataset]:
        """Return the datasets in the order of their names, or a part of them.

        Raises:
            InvalidValue: if the cursor is none of this list.
        """
        counted = (
            sa.select(_C.name, sa.func.max(_C.version).label("last"), sa.func.count().label("n"))
            .where(self._ours)
            .group_by(_C.name)
            .subquery()
        )
        chosen = (
            sa.select(DATASET_VERSIONS, counted.c.n)
            .join(counted, sa.and_(_C.name == counted.c.name, _C.version == counted.c.last))
            .where(self._ours)
        )
        paging = Paging((SortKey(_C.name),), limit, cursor, ("datasets", self._database.tenant))
        with self._database.reading() as connection:
            rows = connection.execute(paging.apply(chosen)).mappings().all()
        page, next_cursor = paging.cut(rows)
        return Page(tuple(NamedDataset(_from_row(row), row["n"]) for row in page), next_cursor)

    def settle(self, version: DatasetVersion) -> None:
        """Write what reading an unread version came to; a version that was read stays as it is.

        Whoever reads the same version twice finds the same, so that the first word counts.
        """
        changed = (
            sa.update(DATASET_VERSIONS)
            .where(self._ours, *_is(version), _C.state == DatasetState.UNREAD)
            .values(_to_row(version))
        )
        with self._database.writing() as connection:
            connection.execute(changed)

    def delete(self, version: DatasetVersion, *, at: datetime) -> bool:
        """Forget a version, and return whether no other one has its content.

        Nobody finds it from here on. What hangs on its record is there until `sweep`.

        Args:
            version: which one.
            at: aware UTC time.

        Raises:
            Conflict: if somebody has deleted it meanwhile.
        """
        with self._database.writing() as connection:
            gone = sa.update(DATASET_VERSIONS).where(self._ours, *_is(version))
            if connection.execute(gone.values(deleted_at=at)).rowcount == 0:
                raise Conflict(
                    f"The dataset {version.reference} was deleted meanwhile.",
                    fix="Nothing is left to be done.",
                )
            same = sa.select(_C.version).where(self._ours, _C.sha256 == version.sha256)
            return connection.execute(same.limit(1)).first() is None

    def deleted(self) -> tuple[DatasetVersion, ...]:
        """Return the versions that were deleted and whose records are still there."""
        chosen = sa.select(DATASET_VERSIONS).where(self._all_ours, _C.deleted_at.is_not(None))
        with self._database.reading() as connection:
            return tuple(_from_row(row) for row in connection.execute(chosen).mappings())

    def sweep(self, version: DatasetVersion) -> None:
        """Put away the record of a version that was deleted; any other one stays."""
        gone = sa.delete(DATASET_VERSIONS).where(self._all_ours, *_is(version))
        with self._database.writing(makes_room=True) as connection:
            connection.execute(gone.where(_C.deleted_at.is_not(None)))

    def contents(self) -> frozenset[str]:
        """Return the file names of every content that a version stands for."""
        statement = sa.select(_C.sha256, _C.format).where(self._ours).distinct()
        with self._database.reading() as connection:
            return frozenset(f"{sha256}.{form}" for sha256, form in connection.execute(statement))

    def _wanted(self, reference: DatasetReference) -> list[sa.ColumnElement[bool]]:
        if reference.sha256:
            is_it = sa.or_(_C.sha256 == reference.sha256, _C.data_sha256 == reference.sha256)
            return [is_it]
        if reference.version is None:
            return [_C.name == reference.name]
        return [_C.name == reference.name, _C.version == reference.version]

    def _read(
        self,
        connection: sa.Connection,
        conditions: Iterable[sa.ColumnElement[bool]],
        order: Iterable[sa.ColumnElement[Any]],
        *,
        limit: int | None = None,
    ) -> tuple[DatasetVersion, ...]:
        chosen = sa.select(DATASET_VERSIONS).where(self._ours, *conditions).order_by(*order)
        rows = connection.execute(chosen.limit(limit)).mappings()
        return tuple(_from_row(row) for row in rows)

    def _names(self, connection: sa.Connection) -> Sequence[str]:
        statement = sa.select(_C.name).where(self._ours).distinct().order_by(_C.name)
        return connection.scalars(statement).all()

    def _numbers(self, connection: sa.Connection, name: str) -> Sequence[int]:
        statement = sa.select(_C.version).where(self._ours, _C.name == name)
        return connection.scalars(statement.order_by(_C.version)).all()


def put_version(
    connection: sa.Connection, tenant: str, *, version: DatasetVersion
) -> DatasetVersion:
    """Insert a version under the next number of its name, within the caller's transaction.

    Raises:
        InvalidValue: if the name is not allowed.
    """
    name = {"tenant": tenant, "name": check_dataset_name(version.name)}
    put(connection, DATASET_NAMES, values=name | {"last_version": 0}, replacing=())
    # The row of the name is locked from here on: two that add wait for each other.
    counted = (
        sa.update(DATASET_NAMES)
        .where(DATASET_NAMES.c.tenant == tenant, DATASET_NAMES.c.name == version.name)
        .values(last_version=DATASET_NAMES.c.last_version + 1)
        .returning(DATASET_NAMES.c.last_version)
    )
    added = replace(version, version=connection.execute(counted).scalar_one())
    connection.execute(sa.insert(DATASET_VERSIONS).values(tenant=tenant, **_to_row(added)))
    return added


def refusal_row(refusal: Refusal | None) -> dict[str, Any] | None:
    """Return a refusal as a JSON column holds it."""
    return None if refusal is None else asdict(refusal)


def refusal_of(row: dict[str, Any] | None) -> Refusal | None:
    """Return a refusal from its JSON column."""
    return None if row is None else Refusal(**row)


def _is(version: DatasetVersion) -> tuple[sa.ColumnElement[bool], ...]:
    return (_C.name == version.name, _C.version == version.version)


def _to_row(version: DatasetVersion) -> dict[str, Any]:
    row = {each.name: getattr(version, each.name) for each in fields(version)}
    return row | {
        "refusal": refusal_row(version.refusal),
        "read": dict(version.read),
        "fixes": dict(version.fixes),
        "applied": list(version.applied),
    }


def _from_row(row: sa.RowMapping) -> DatasetVersion:
    known = {each.name: row[each.name] for each in fields(DatasetVersion)}
    return DatasetVersion(
        **known
        | {
            "format": DatasetFormat(row["format"]),
            "state": DatasetState(row["state"]),
            "refusal": refusal_of(row["refusal"]),
            "applied": tuple(row["applied"]),
        }
    )
