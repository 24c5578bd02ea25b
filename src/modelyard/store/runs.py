"""The trainings of a project: what was asked, on which data, and what came of it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields, replace
from typing import Any

import sqlalchemy as sa

from modelyard.domain.errors import InvalidValue
from modelyard.domain.queries import Page, RunQuery
from modelyard.domain.runs import Run, RunStatus
from modelyard.domain.tasks import Task
from modelyard.store.databases import TenantDatabase, put
from modelyard.store.grants import given
from modelyard.store.listing import (
    Paging,
    SortKey,
    begins_with,
    check_sort,
    has_tags,
    in_parts,
    not_found,
    sort_keys,
)
from modelyard.store.tables.models import ML_MODELS
from modelyard.store.tables.runs import TRAINING_JOB_TAGS, TRAINING_JOBS

SORTABLE = (
    "started_at", "finished_at", "duration_s", "fit_s", "name", "status", "algorithm", "n_rows",
)  # fmt: skip

_FIELDS = tuple(each.name for each in fields(Run) if each.name != "tags")
# What a list is sorted by is for the database alone.
_COLUMNS = tuple(TRAINING_JOBS.c[name] for name in _FIELDS)
# Of runs that are equal in what a list is ordered by, the newest comes first.
_NEWEST = (
    SortKey(TRAINING_JOBS.c.started_at, is_descending=True),
    SortKey(TRAINING_JOBS.c.id, is_descending=True),
)


class Runs:
    """Records of `training_jobs`, with their tags."""

    def __init__(self, database: TenantDatabase) -> None:
        self._database = database
        self._tenant = database.tenant

    def add(self, run: Run) -> None:
        """Remember a new run, with its tags.

        Raises:
            InvalidValue: if its id is taken.
            NotFound: if its dataset has not been added before.
        """
        with self._database.writing() as connection:
            row = {"tenant": self._tenant, **_to_row(run)}
            connection.execute(sa.insert(TRAINING_JOBS).values(row))
            for key, value in run.tags.items():
                self._put_tag(connection, run.id, key, value)

    def update(self, run: Run) -> None:
        """Write a running run's newer state; its tags stay as `tag` and `untag` left them.

        Raises:
            NotFound: if there is no such run, or its dataset has not been added before.
            InvalidValue: if it has ended: the final states are final.
        """
        with self._database.writing() as connection:
            update_running(connection, run, tenant=self._tenant)

    def statuses(self, ids: Collection[str]) -> dict[str, RunStatus]:
        """Return how the runs with these ids stand, without those that do not exist."""
        columns = TRAINING_JOBS.c
        chosen = sa.select(columns.id, columns.status).where(
            columns.tenant == self._tenant, columns.id.in_(ids)
        )
        with self._database.reading() as connection:
            return {id_: RunStatus(status) for id_, status in connection.execute(chosen)}

    def get(self, reference: str) -> Run:
        """Return the run with this id, or with the only id that begins so.

        Raises:
            NotFound: if there is none, with the nearest id.
            InvalidValue: if several begin so.
        """
        with self._database.reading() as connection:
            return _get(connection, reference, tenant=self._tenant)

    def get_each(self, references: Sequence[str]) -> tuple[Run, ...]:
        """Return the runs that `get` would return one by one, in their order, with one look.

        Raises:
            NotFound, InvalidValue: as `get`, of the first that is not there.
        """
        own = sa.select(*_COLUMNS).where(TRAINING_JOBS.c.tenant == self._tenant)
        with self._database.reading() as connection:
            rows = [
                row
                for some in in_parts(sorted(set(references)))
                for row in connection.execute(own.where(TRAINING_JOBS.c.id.in_(some))).mappings()
            ]
            known = {run.id: run for run in _with_tags(connection, rows, tenant=self._tenant)}
            return tuple(
                known.get(each) or _get(connection, each, tenant=self._tenant)
                for each in references
            )

    def find(self, query: RunQuery | None = None) -> tuple[Run, ...]:
        """Return the runs that the query asks for; equal ones newest first.

        Raises:
            UnknownKey, InvalidValue: as `page`.
        """
        return self.page(query or RunQuery()).items

    def page(self, query: RunQuery) -> Page[Run]:
        """Return the runs that the query asks for, and where those after them begin.

        Raises:
            UnknownKey: if `sort` is neither a field with an order nor a metric of these runs.
            InvalidValue: if the cursor is none of this list.
        """
        order = sort_keys(
            query.sort,
            table=TRAINING_JOBS,
            columns=SORTABLE,
            is_descending=query.is_descending,
        )
        filters = repr(replace(query, limit=None, cursor=None))
        paging = Paging(
            (*order, *_NEWEST), query.limit, query.cursor, ("runs", self._tenant, filters)
        )
        own = sa.select(*_COLUMNS).where(*_conditions(query, self._tenant))
        chosen = paging.apply(own)
        with self._database.reading() as connection:
            rows, cursor = paging.cut(connection.execute(chosen).mappings().all())
            runs = _with_tags(connection, rows, tenant=self._tenant)
        if query.cursor is None:  # Behind it come records that do without the metric.
            check_sort(query.sort, SORTABLE, metrics=(run.metrics for run in runs))
        return Page(runs, cursor)

    def tag(self, reference: str, key: str, *, value: str = "") -> None:
        """Set a tag on a run, over an earlier value of the same key.

        Raises:
            NotFound, InvalidValue: as `get`.
        """
        with self._database.writing() as connection:
            id_ = _find_id(connection, reference, tenant=self._tenant)
            self._put_tag(connection, id_, key, value)

    def change_tags(self, reference: str, tags: Mapping[str, str | None]) -> None:
        """Set tags on a run together, and take those off that are None, if they are there.

        Raises:
            NotFound, InvalidValue: as `get`.
        """
        with self._database.writing() as connection:
            id_ = _find_id(connection, reference, tenant=self._tenant)
            for key, value in tags.items():
                if value is None:
                    self._take_tag(connection, id_, key)
                else:
                    self._put_tag(connection, id_, key, value)

    def untag(self, reference: str, key: str) -> None:
        """Take a tag off a run.

        Raises:
            NotFound: if the run, or the tag on it, does not exist.
        """
        with self._database.writing() as connection:
            run = _get(connection, reference, tenant=self._tenant)
            if not self._take_tag(connection, run.id, key):
                raise not_found("tag", key, existing=run.tags, where=f"on run {run.id}")

    def delete(self, reference: str) -> Run:
        """Forget a run and its tags, and return what was forgotten.

        Raises:
            NotFound, InvalidValue: as `get`; also if a model that it made is still registered.
        """
        with self._database.writing() as connection:
            run = _get(connection, reference, tenant=self._tenant)
            made = sa.select(ML_MODELS.c.name, ML_MODELS.c.version).where(
                ML_MODELS.c.tenant == self._tenant, ML_MODELS.c.run_id == run.id
            )
            for name, version in connection.execute(made):
                raise InvalidValue(
                    f"The run {run.id} made the model {name}@{version}, which would lose its "
                    "origin.",
                    fix=f"Delete {name}@{version} first.",
                    sample=run.id,
                )
            connection.execute(sa.delete(TRAINING_JOBS).where(_is(run.id, self._tenant)))
        return run

    def _take_tag(self, connection: sa.Connection, id_: str, key: str) -> bool:
        tags = TRAINING_JOB_TAGS.c
        gone = sa.delete(TRAINING_JOB_TAGS).where(
            tags.tenant == self._tenant, tags.job_id == id_, tags.key == key
        )
        return connection.execute(gone).rowcount == 1

    def _put_tag(self, connection: sa.Connection, id_: str, key: str, value: str) -> None:
        row = {"tenant": self._tenant, "job_id": id_, "key": key, "value": value}
        put(connection, TRAINING_JOB_TAGS, values=row, replacing=["value"])


def update_running(connection: sa.Connection, run: Run, *, tenant: str) -> None:
    """Write a running run's newer state, within the caller's transaction.

    Raises:
        NotFound, InvalidValue: as `Runs.update`.
    """
    changed = (
        sa.update(TRAINING_JOBS)
        .where(_is(run.id, tenant), TRAINING_JOBS.c.status == RunStatus.RUNNING)
        .values(_to_row(run))
    )
    if connection.execute(changed).rowcount == 1:
        return
    found = _get(connection, run.id, tenant=tenant)
    raise InvalidValue(
        f"The run {found.id} has ended ({found.status}) and cannot change any more.",
        fix="Start a new run.",
        sample=found.id,
    )


def _conditions(query: RunQuery, tenant: str) -> list[sa.ColumnElement[bool]]:
    exact = {
        TRAINING_JOBS.c.tenant: tenant,
        TRAINING_JOBS.c.name: query.name,
        TRAINING_JOBS.c.status: query.status,
        TRAINING_JOBS.c.algorithm: query.algorithm,
        TRAINING_JOBS.c.data_sha256: query.data_sha256,
    }
    found = [column == value for column, value in exact.items() if value is not None]
    found.append(given(TRAINING_JOBS.c.name, query.access))
    owner = {"job_id": TRAINING_JOBS.c.id}
    return found + has_tags(query.tags, TRAINING_JOB_TAGS, tenant=tenant, owner=owner)


def _is(id_: str, tenant: str) -> sa.ColumnElement[bool]:
    return sa.and_(TRAINING_JOBS.c.tenant == tenant, TRAINING_JOBS.c.id == id_)


def _get(connection: sa.Connection, reference: str, *, tenant: str) -> Run:
    id_ = _find_id(connection, reference, tenant=tenant)
    chosen = sa.select(*_COLUMNS).where(_is(id_, tenant))
    rows = connection.execute(chosen).mappings().all()
    return _with_tags(connection, rows, tenant=tenant)[0]


def _with_tags(
    connection: sa.Connection, rows: Sequence[sa.RowMapping], *, tenant: str
) -> tuple[Run, ...]:
    columns = TRAINING_JOB_TAGS.c
    tags: dict[str, dict[str, str]] = {}
    for some in in_parts([row["id"] for row in rows]):
        chosen = sa.select(columns.job_id, columns.key, columns.value).where(
            columns.tenant == tenant, columns.job_id.in_(some)
        )
        for id_, key, value in connection.execute(chosen.order_by(columns.key)):
            tags.setdefault(id_, {})[key] = value
    return tuple(_from_row(row, tags.get(row["id"], {})) for row in rows)


def _find_id(connection: sa.Connection, reference: str, *, tenant: str) -> str:
    id_ = TRAINING_JOBS.c.id
    own = sa.select(id_).where(TRAINING_JOBS.c.tenant == tenant)
    matching = own.where(begins_with(id_, reference)).order_by(id_).limit(11)
    found = connection.scalars(matching).all() if reference else []
    if reference in found or len(found) == 1:
        return reference if reference in found else found[0]
    if not found:
        recent = own.order_by(TRAINING_JOBS.c.started_at.desc()).limit(100)
        raise not_found("run", reference, existing=connection.scalars(recent))
    raise InvalidValue(
        f"Several runs begin with '{reference}': {', '.join(sorted(found)[:10])}.",
        fix="Give more of the id.",
        sample=reference,
    )


def _to_row(run: Run) -> dict[str, Any]:
    row = {each.name: getattr(run, each.name) for each in fields(run) if each.name != "tags"}
    # No dataset is NULL: the column points to `datasets`.
    row |= {"data_sha256": run.data_sha256 or None, "metric_values": run.metrics}
    return row | {"findings": list(run.findings)}


def _from_row(row: sa.RowMapping, tags: dict[str, str]) -> Run:
    known = {name: row[name] for name in _FIELDS}
    known["status"] = RunStatus(row["status"])
    known["task"] = None if row["task"] is None else Task(row["task"])
    known["data_sha256"] = row["data_sha256"] or ""
    known["findings"] = tuple(row["findings"])
    return Run(**known, tags=tags)
