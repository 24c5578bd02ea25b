"""The registry: versions of named models, their aliases and tags."""

from collections.abc import Iterable, Sequence
from dataclasses import fields, replace
from typing import Any

import sqlalchemy as sa

from modelyard.domain.errors import Conflict, InvalidValue
from modelyard.domain.jobs import Fence
from modelyard.domain.names import CHAMPION, ModelReference, check_alias, check_name
from modelyard.domain.queries import ModelQuery, Page
from modelyard.domain.runs import Model, Run
from modelyard.domain.tasks import Task
from modelyard.store.alias_past import remember_place, take_last_place
from modelyard.store.databases import TenantDatabase, put
from modelyard.store.job_rows import hold, succeed
from modelyard.store.listing import Paging, SortKey, check_sort, has_tags, not_found, sort_keys
from modelyard.store.runs import update_running
from modelyard.store.tables.models import (
    ML_MODEL_ALIASES,
    ML_MODEL_NAMES,
    ML_MODEL_TAGS,
    ML_MODELS,
)

SORTABLE = ("created_at", "name", "version", "algorithm", "task", "size_bytes")

# Of models that are equal in what a list is ordered by.
_BY_NAME = (SortKey(ML_MODELS.c.name), SortKey(ML_MODELS.c.version, is_descending=True))

_Key = tuple[str, int]


class Models:
    """Records of `ml_models`, with their aliases and tags.

    A reference is `name@3`, `name@champion`, or a bare `name`: the champion if there is one, else
    the newest version.
    """

    def __init__(self, database: TenantDatabase) -> None:
        self._database = database
        self._tenant = database.tenant

    def register(
        self, model: Model, *, made_by: Run | None = None, fence: Fence | None = None
    ) -> Model:
        """Remember a model under the next version of its name, and return it with that version.

        Args:
            model: its own `version` is not looked at.
            made_by: the running run that made it, in the state that it ends in; the model and the
                end appear together, with the model's reference in the run.
            fence: of the job that the run was done for, which ends well with it.

        Raises:
            InvalidValue: if its name or an alias is not allowed, or the run has ended.
            NotFound: if the run that made it is not known; empty for none.
            ClaimLost: if another worker has the job, or it was cancelled.
        """
        check_name(model.name)
        with self._database.writing() as connection:
            if fence is not None:
                hold(connection, fence)
            registered = replace(model, version=self._next_version(connection, model.name))
            row = {"tenant": self._tenant, **_to_row(registered)}
            connection.execute(sa.insert(ML_MODELS).values(row))
            for alias in model.aliases:
                self._put_alias(connection, registered, alias)
            for key, value in model.tags.items():
                self._put_tag(connection, registered, key, value)
            if made_by is not None:
                ended = replace(made_by, model=registered.reference)
                update_running(connection, ended, tenant=self._tenant)
            if fence is not None:
                result = {"model": registered.reference, "run": registered.run_id}
                succeed(connection, fence, result=result, at=registered.created_at)
        return registered

    def artifacts(self) -> frozenset[str]:
        """Return the keys of the packages that models stand for."""
        with self._database.reading() as connection:
            chosen = sa.select(ML_MODELS.c.artifact).where(ML_MODELS.c.tenant == self._tenant)
            return frozenset(connection.scalars(chosen))

    def get(self, reference: str) -> Model:
        """Return the model that the reference points to.

        Raises:
            NotFound: if there is none, with the nearest name.
            InvalidValue: if it is not a reference.
        """
        with self._database.reading() as connection:
            return self._get(connection, reference)

    def versions(self, name: str) -> tuple[Model, ...]:
        """Return every version of a name, newest first.

        Raises:
            NotFound: if there is none, with the nearest name.
        """
        found = self.find(ModelQuery(name=name, sort="version"))
        if not found:
            with self._database.reading() as connection:
                raise not_found("model", name, existing=self._names(connection))
        return found

    def find(self, query: ModelQuery | None = None) -> tuple[Model, ...]:
        """Return the models that the query asks for; equal ones by name, newest first.

        Raises:
            UnknownKey, InvalidValue: as `page`.
        """
        return self.page(query or ModelQuery()).items

    def page(self, query: ModelQuery) -> Page[Model]:
        """Return the models that the query asks for, and where those after them begin.

        Raises:
            UnknownKey: if `sort` is neither a field with an order nor a metric of these models.
            InvalidValue: if the cursor is none of this list.
        """
        order = sort_keys(
            query.sort, table=ML_MODELS, columns=SORTABLE, is_descending=query.is_descending
        )
        filters = repr(replace(query, limit=None, cursor=None))
        paging = Paging(
            (*order, *_BY_NAME), query.limit, query.cursor, ("models", self._tenant, filters)
        )
        chosen = paging.apply(sa.select(ML_MODELS).where(*_conditions(query, self._tenant)))
        with self._database.reading() as connection:
            rows, cursor = paging.cut(connection.execute(chosen).mappings().all())
            models = self._with_names(connection, rows, chosen)
        check_sort(query.sort, SORTABLE, metrics=(model.metrics for model in models))
        return Page(models, cursor)

    def set_alias(self, reference: str, alias: str = CHAMPION) -> Model:
        """Let an alias stand on this version, and on no other of its name any more.

        Raises:
            NotFound, InvalidValue: as `get`; also if the alias is not allowed.
        """
        with self._database.writing() as connection:
            model = self._get(connection, reference)
            self._put_alias(connection, model, alias)
            return self._get(connection, model.reference)

    def remove_alias(self, name: str, alias: str) -> None:
        """Take an alias off whichever version of the name it stands on.

        Raises:
            NotFound: if it stands on none.
        """
        table = ML_MODEL_ALIASES.c
        of_name = sa.and_(table.tenant == self._tenant, table.model_name == name)
        with self._database.writing() as connection:
            remember_place(connection, self._tenant, name=name, alias=alias, leaves_for=None)
            gone = sa.delete(ML_MODEL_ALIASES).where(of_name, table.alias == alias)
            if connection.execute(gone).rowcount == 0:
                there = connection.scalars(sa.select(table.alias).where(of_name))
                raise not_found(f"alias of {name}", alias, existing=there)

    def roll_back_alias(self, name: str, alias: str = CHAMPION) -> Model:
        """Put an alias back on the version that it stood on last, of those that still exist.

        Raises:
            NotFound: if there is no such model.
            Conflict: if the alias stood nowhere before.
        """
        with self._database.writing() as connection:
            place = take_last_place(connection, self._tenant, name=name, alias=alias)
            if place is None:
                self._get(connection, check_name(name))
                raise Conflict(
                    f"The alias '{alias}' of '{name}' stood on no other version before.",
                    fix="Put it on a version by its number.",
                )
            model = self._get(connection, f"{name}@{place}")
            row = self._key(model) | {"alias": alias}
            put(connection, ML_MODEL_ALIASES, values=row, replacing=["model_version"])
            return self._get(connection, model.reference)

    def tag(self, reference: str, key: str, *, value: str = "") -> None:
        """Set a tag on a version, over an earlier value of the same key.

        Raises:
            NotFound, InvalidValue: as `get`.
        """
        with self._database.writing() as connection:
            self._put_tag(connection, self._get(connection, reference), key, value)

    def untag(self, reference: str, key: str) -> None:
        """Take a tag off a version.

        Raises:
            NotFound: if the version, or the tag on it, does not exist.
        """
        with self._database.writing() as connection:
            model = self._get(connection, reference)
            gone = sa.delete(ML_MODEL_TAGS).where(
                ML_MODEL_TAGS.c.tenant == self._tenant,
                ML_MODEL_TAGS.c.model_name == model.name,
                ML_MODEL_TAGS.c.model_version == model.version,
                ML_MODEL_TAGS.c.key == key,
            )
            if connection.execute(gone).rowcount == 0:
                raise not_found(f"tag on {model.reference}", key, existing=model.tags)

    def delete(self, reference: str, *, is_forced: bool = False) -> Model:
        """Forget a version with its aliases, tags and evaluations, and return what was forgotten.

        Its number is never given again, and its package's files are left to the caller.

        Raises:
            NotFound, InvalidValue: as `get`; also if it is the champion and `is_forced` is not set.
        """
        with self._database.writing() as connection:
            model = self._get(connection, reference)
            if CHAMPION in model.aliases and not is_forced:
                raise InvalidValue(
                    f"{model.reference} is the {CHAMPION} of '{model.name}' and is not deleted.",
                    fix="Promote another version first, or delete it with --force.",
                    sample=model.reference,
                )
            connection.execute(
                sa.delete(ML_MODELS).where(
                    ML_MODELS.c.tenant == self._tenant,
                    ML_MODELS.c.name == model.name,
                    ML_MODELS.c.version == model.version,
                )
            )
        return model

    def _next_version(self, connection: sa.Connection, name: str) -> int:
        row = {"tenant": self._tenant, "name": name, "last_version": 0}
        put(connection, ML_MODEL_NAMES, values=row, replacing=())
        names = ML_MODEL_NAMES.c
        counted = (
            sa.update(ML_MODEL_NAMES)
            .where(names.tenant == self._tenant, names.name == name)
            .values(last_version=names.last_version + 1)
            .returning(names.last_version)
        )
        version: int = connection.execute(counted).scalar_one()
        return version

    def _get(self, connection: sa.Connection, text: str) -> Model:
        wanted = ModelReference.parse(text)
        condition = sa.and_(ML_MODELS.c.tenant == self._tenant, ML_MODELS.c.name == wanted.name)
        if wanted.version is not None:
            found = self._read(connection, condition, ML_MODELS.c.version == wanted.version)
        elif wanted.alias is not None:
            found = self._read(connection, condition, _has_alias(wanted.alias, self._tenant))
        else:
            champion = _has_alias(CHAMPION, self._tenant)
            found = self._read(connection, condition, champion)
            found = found or self._read(connection, condition, limit=1)
        if found:
            return found[0]
        siblings = self._read(connection, condition)
        if not siblings:
            raise not_found("model", wanted.name, existing=self._names(connection))
        references = [model.reference for model in siblings]
        aliases = [f"{model.name}@{alias}" for model in siblings for alias in model.aliases]
        raise not_found("model", text, existing=aliases + references)

    def _names(self, connection: sa.Connection) -> Iterable[str]:
        chosen = sa.select(ML_MODELS.c.name).where(ML_MODELS.c.tenant == self._tenant)
        return connection.scalars(chosen.distinct().order_by(ML_MODELS.c.name))

    def _read(
        self,
        connection: sa.Connection,
        *conditions: sa.ColumnElement[bool],
        limit: int | None = None,
    ) -> tuple[Model, ...]:
        ordered = (key.clause for key in _BY_NAME)
        chosen = sa.select(ML_MODELS).where(*conditions).order_by(*ordered).limit(limit)
        return self._with_names(connection, connection.execute(chosen).mappings().all(), chosen)

    def _with_names(
        self, connection: sa.Connection, rows: Sequence[sa.RowMapping], chosen: sa.Select[Any]
    ) -> tuple[Model, ...]:
        """Return the models of these rows, which the statement `chosen` found."""
        keys = chosen.with_only_columns(ML_MODELS.c.name, ML_MODELS.c.version).subquery()
        tags: dict[_Key, dict[str, str]] = {}
        for row in connection.execute(self._only_of(ML_MODEL_TAGS, keys, "key")).mappings():
            key = (row["model_name"], row["model_version"])
            tags.setdefault(key, {})[row["key"]] = row["value"]
        aliases: dict[_Key, list[str]] = {}
        for row in connection.execute(self._only_of(ML_MODEL_ALIASES, keys, "alias")).mappings():
            key = (row["model_name"], row["model_version"])
            aliases.setdefault(key, []).append(row["alias"])
        models = []
        for row in rows:
            key = (row["name"], row["version"])
            models.append(_from_row(row, aliases.get(key, []), tags.get(key, {})))
        return tuple(models)

    def _only_of(self, table: sa.Table, keys: sa.Subquery, order: str) -> sa.Select[Any]:
        of_these = (table.c.model_name == keys.c.name) & (table.c.model_version == keys.c.version)
        own = table.c.tenant == self._tenant
        return sa.select(table).join(keys, of_these).where(own).order_by(table.c[order])

    def _put_alias(self, connection: sa.Connection, model: Model, alias: str) -> None:
        row = self._key(model) | {"alias": check_alias(alias)}
        remember_place(
            connection, self._tenant, name=model.name, alias=alias, leaves_for=model.version
        )
        put(connection, ML_MODEL_ALIASES, values=row, replacing=["model_version"])

    def _put_tag(self, connection: sa.Connection, model: Model, key: str, value: str) -> None:
        row = self._key(model) | {"key": key, "value": value}
        put(connection, ML_MODEL_TAGS, values=row, replacing=["value"])

    def _key(self, model: Model) -> dict[str, Any]:
        version = {"model_name": model.name, "model_version": model.version}
        return {"tenant": self._tenant, **version}


def _conditions(query: ModelQuery, tenant: str) -> list[sa.ColumnElement[bool]]:
    exact = {
        ML_MODELS.c.tenant: tenant,
        ML_MODELS.c.name: query.name,
        ML_MODELS.c.task: query.task,
        ML_MODELS.c.algorithm: query.algorithm,
        ML_MODELS.c.run_id: query.run_id,
        ML_MODELS.c.data_sha256: query.data_sha256,
    }
    found = [column == value for column, value in exact.items() if value is not None]
    if query.alias is not None:
        found.append(_has_alias(query.alias, tenant))
    owner = {"model_name": ML_MODELS.c.name, "model_version": ML_MODELS.c.version}
    return found + has_tags(query.tags, ML_MODEL_TAGS, tenant=tenant, owner=owner)


def _has_alias(alias: str, tenant: str) -> sa.ColumnElement[bool]:
    return sa.exists().where(
        ML_MODEL_ALIASES.c.tenant == tenant,
        ML_MODEL_ALIASES.c.model_name == ML_MODELS.c.name,
        ML_MODEL_ALIASES.c.model_version == ML_MODELS.c.version,
        ML_MODEL_ALIASES.c.alias == alias,
    )


def _to_row(model: Model) -> dict[str, Any]:
    apart = {"aliases", "tags"}
    row = {each.name: getattr(model, each.name) for each in fields(model) if each.name not in apart}
    # No run is NULL: the column points to `training_jobs`.
    return row | {"run_id": model.run_id or None}


def _from_row(row: sa.RowMapping, aliases: list[str], tags: dict[str, str]) -> Model:
    known = {name: row[name] for name in Model.__dataclass_fields__ if name in row}
    known |= {"task": Task(row["task"]), "run_id": row["run_id"] or ""}
    return Model(**known, aliases=tuple(aliases), tags=tags)
