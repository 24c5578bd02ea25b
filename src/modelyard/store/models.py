"""The registry: versions of named models, their aliases and tags."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from modelyard.domain.errors import Conflict, InvalidValue
from modelyard.domain.jobs import Fence
from modelyard.domain.names import CHAMPION, check_alias, check_name
from modelyard.domain.queries import ModelQuery, Page
from modelyard.domain.runs import AliasPlace, Model, Run
from modelyard.store.alias_past import last_places, remember_place, take_last_place
from modelyard.store.databases import TenantDatabase, put
from modelyard.store.grants import given
from modelyard.store.job_rows import hold, result_of, succeed
from modelyard.store.listing import (
    Paging,
    check_sort,
    has_tags,
    not_found,
    sort_keys,
)
from modelyard.store.model_rows import (
    BY_NAME,
    MODEL_COLUMNS,
    get_model,
    has_alias,
    models_by_number,
    names_of_models,
    to_models,
    to_row,
)
from modelyard.store.runs import update_running
from modelyard.store.tables.models import (
    ML_MODEL_ALIASES,
    ML_MODEL_NAMES,
    ML_MODEL_TAGS,
    ML_MODELS,
)

SORTABLE = ("created_at", "name", "version", "algorithm", "task", "size_bytes")


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
            row = {"tenant": self._tenant, **to_row(registered)}
            connection.execute(sa.insert(ML_MODELS).values(row))
            for alias in model.aliases:
                self._put_alias(connection, registered, alias)
            for key, value in model.tags.items():
                self._put_tag(connection, registered, key, value)
            if made_by is not None:
                ended = replace(made_by, model=registered.reference)
                update_running(connection, ended, tenant=self._tenant)
            if fence is not None:
                result = result_of(registered)
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

    def get_each(self, references: Sequence[str]) -> tuple[Model, ...]:
        """Return the models that `get` would return one by one, in their order, with one look.

        Raises:
            NotFound, InvalidValue: as `get`, of the first that is not there.
        """
        with self._database.reading() as connection:
            known = models_by_number(connection, references, tenant=self._tenant)
            return tuple(known.get(each) or self._get(connection, each) for each in references)

    def versions(self, name: str) -> tuple[Model, ...]:
        """Return every version of a name, newest first.

        Raises:
            NotFound: if there is none, with the nearest name.
        """
        found = self.find(ModelQuery(name=name, sort="version"))
        if not found:
            with self._database.reading() as connection:
                raise not_found("model", name, existing=names_of_models(connection, self._tenant))
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
            (*order, *BY_NAME), query.limit, query.cursor, ("models", self._tenant, filters)
        )
        own = sa.select(*MODEL_COLUMNS).where(*_conditions(query, self._tenant))
        chosen = paging.apply(own)
        with self._database.reading() as connection:
            rows, cursor = paging.cut(connection.execute(chosen).mappings().all())
            models = to_models(connection, rows, tenant=self._tenant)
        if query.cursor is None:  # Behind it come records that do without the metric.
            check_sort(query.sort, SORTABLE, metrics=(model.metrics for model in models))
        return Page(models, cursor)

    def alias_places(self, name: str) -> tuple[AliasPlace, ...]:
        """Return where each alias of a name stands, and where it would go back to."""
        table = ML_MODEL_ALIASES.c
        standing = sa.select(table.alias, table.model_version).where(
            table.tenant == self._tenant, table.model_name == name
        )
        with self._database.reading() as connection:
            past = last_places(connection, self._tenant, name=name)
            rows = connection.execute(standing.order_by(table.alias)).all()
        return tuple(AliasPlace(alias, version, past.get(alias)) for alias, version in rows)

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
                raise not_found("alias", alias, existing=there, where=f"of {name}")

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

    def change_tags(self, reference: str, tags: Mapping[str, str | None]) -> None:
        """Set tags on a version together, and take those off that are None, if they are there.

        Raises:
            NotFound, InvalidValue: as `get`.
        """
        with self._database.writing() as connection:
            model = self._get(connection, reference)
            for key, value in tags.items():
                if value is None:
                    self._take_tag(connection, model, key)
                else:
                    self._put_tag(connection, model, key, value)

    def untag(self, reference: str, key: str) -> None:
        """Take a tag off a version.

        Raises:
            NotFound: if the version, or the tag on it, does not exist.
        """
        with self._database.writing() as connection:
            model = self._get(connection, reference)
            if not self._take_tag(connection, model, key):
                raise not_found("tag", key, existing=model.tags, where=f"on {model.reference}")

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

    def _get(self, connection: sa.Connection, reference: str) -> Model:
        return get_model(connection, reference, tenant=self._tenant)

    def _put_alias(self, connection: sa.Connection, model: Model, alias: str) -> None:
        row = self._key(model) | {"alias": check_alias(alias)}
        remember_place(
            connection, self._tenant, name=model.name, alias=alias, leaves_for=model.version
        )
        put(connection, ML_MODEL_ALIASES, values=row, replacing=["model_version"])

    def _put_tag(self, connection: sa.Connection, model: Model, key: str, value: str) -> None:
        row = self._key(model) | {"key": key, "value": value}
        put(connection, ML_MODEL_TAGS, values=row, replacing=["value"])

    def _take_tag(self, connection: sa.Connection, model: Model, key: str) -> bool:
        tags = ML_MODEL_TAGS.c
        gone = sa.delete(ML_MODEL_TAGS).where(
            tags.tenant == self._tenant,
            tags.model_name == model.name,
            tags.model_version == model.version,
            tags.key == key,
        )
        return connection.execute(gone).rowcount == 1

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
        found.append(has_alias(query.alias, tenant))
    found.append(given(ML_MODELS.c.name, query.access))
    owner = {"model_name": ML_MODELS.c.name, "model_version": ML_MODELS.c.version}
    return found + has_tags(query.tags, ML_MODEL_TAGS, tenant=tenant, owner=owner)
