"""How versions of models are read out of their tables, with the aliases and tags that they bear."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from typing import Any

import sqlalchemy as sa

from modelyard.domain.names import CHAMPION, ModelReference
from modelyard.domain.runs import Model
from modelyard.domain.tasks import Task
from modelyard.store.listing import SortKey, in_parts, not_found
from modelyard.store.tables.models import ML_MODEL_ALIASES, ML_MODEL_TAGS, ML_MODELS

# The order of models that are equal in what a list is ordered by.
BY_NAME = (SortKey(ML_MODELS.c.name), SortKey(ML_MODELS.c.version, is_descending=True))
_FIELDS = tuple(each.name for each in fields(Model) if each.name in ML_MODELS.c)
# What a list is sorted by is for the database alone.
MODEL_COLUMNS = tuple(ML_MODELS.c[name] for name in _FIELDS)
# A page names its versions one by one. A longer list names its models, and passes over what else
# these have: to write, send and read a statement with thousands of parameters takes longer.
_FEW = 200

_Key = tuple[str, int]


def get_model(connection: sa.Connection, text: str, *, tenant: str) -> Model:
    """Return the model that a reference points to.

    Raises:
        NotFound: if there is none, with the nearest name.
        InvalidValue: if it is not a reference.
    """
    wanted = ModelReference.parse(text)
    versions = _Versions(connection, tenant=tenant, name=wanted.name)
    if wanted.version is not None:
        found = versions.read(ML_MODELS.c.version == wanted.version)
    elif wanted.alias is not None:
        found = versions.read(has_alias(wanted.alias, tenant))
    else:
        found = versions.read(has_alias(CHAMPION, tenant)) or versions.read(limit=1)
    if found:
        return found[0]
    siblings = versions.read()
    if not siblings:
        raise not_found("model", wanted.name, existing=names_of_models(connection, tenant))
    references = [model.reference for model in siblings]
    aliases = [f"{model.name}@{alias}" for model in siblings for alias in model.aliases]
    raise not_found("model", text, existing=aliases + references)


def models_by_number(
    connection: sa.Connection, texts: Sequence[str], *, tenant: str
) -> dict[str, Model]:
    """Return those models that references point to by number, as `name@3`, by reference.

    Raises:
        InvalidValue: if one of the references is none.
    """
    wanted = {text: ModelReference.parse(text) for text in texts}
    keys = {(each.name, each.version): text for text, each in wanted.items() if each.version}
    own = sa.select(*MODEL_COLUMNS).where(ML_MODELS.c.tenant == tenant)
    key = sa.tuple_(ML_MODELS.c.name, ML_MODELS.c.version)
    rows = [
        row
        for some in in_parts(list(keys))
        for row in connection.execute(own.where(key.in_(some))).mappings()
    ]
    found = to_models(connection, rows, tenant=tenant)
    return {keys[each.name, each.version]: each for each in found}


def names_of_models(connection: sa.Connection, tenant: str) -> Iterable[str]:
    """Return the names that have a version, in order."""
    chosen = sa.select(ML_MODELS.c.name).where(ML_MODELS.c.tenant == tenant)
    return connection.scalars(chosen.distinct().order_by(ML_MODELS.c.name))


def to_models(
    connection: sa.Connection, rows: Sequence[sa.RowMapping], *, tenant: str
) -> tuple[Model, ...]:
    """Return the models of these rows, in their order."""
    keys = [(row["name"], row["version"]) for row in rows]
    tags: dict[_Key, dict[str, str]] = {}
    for row in _borne_by(connection, keys, ML_MODEL_TAGS, order="key", tenant=tenant):
        tags.setdefault(_key_of(row), {})[row["key"]] = row["value"]
    aliases: dict[_Key, list[str]] = {}
    for row in _borne_by(connection, keys, ML_MODEL_ALIASES, order="alias", tenant=tenant):
        aliases.setdefault(_key_of(row), []).append(row["alias"])
    return tuple(
        _from_row(row, aliases.get(key, []), tags.get(key, {}))
        for row, key in zip(rows, keys, strict=True)
    )


def has_alias(alias: str, tenant: str) -> sa.ColumnElement[bool]:
    """Return the condition that an alias stands on a version."""
    return sa.exists().where(
        ML_MODEL_ALIASES.c.tenant == tenant,
        ML_MODEL_ALIASES.c.model_name == ML_MODELS.c.name,
        ML_MODEL_ALIASES.c.model_version == ML_MODELS.c.version,
        ML_MODEL_ALIASES.c.alias == alias,
    )


def to_row(model: Model) -> dict[str, Any]:
    """Return the columns of a version, without its tenant."""
    apart = {"aliases", "tags"}
    row = {each.name: getattr(model, each.name) for each in fields(model) if each.name not in apart}
    # No run is NULL: the column points to `training_jobs`.
    return row | {"run_id": model.run_id or None, "metric_values": model.metrics}


class _Versions:
    """The versions of one name."""

    def __init__(self, connection: sa.Connection, *, tenant: str, name: str) -> None:
        self._connection, self._tenant = connection, tenant
        self._own = sa.select(*MODEL_COLUMNS).where(
            ML_MODELS.c.tenant == tenant, ML_MODELS.c.name == name
        )

    def read(
        self, *conditions: sa.ColumnElement[bool], limit: int | None = None
    ) -> tuple[Model, ...]:
        ordered = (key.clause for key in BY_NAME)
        chosen = self._own.where(*conditions).order_by(*ordered).limit(limit)
        rows = self._connection.execute(chosen).mappings().all()
        return to_models(self._connection, rows, tenant=self._tenant)


def _borne_by(
    connection: sa.Connection, keys: Sequence[_Key], table: sa.Table, *, order: str, tenant: str
) -> Iterator[sa.RowMapping]:
    own = sa.select(table).where(table.c.tenant == tenant).order_by(table.c[order])
    name, version = table.c.model_name, table.c.model_version
    if len(keys) <= _FEW:
        yield from connection.execute(own.where(sa.tuple_(name, version).in_(keys))).mappings()
        return
    wanted = set(keys)
    for some in in_parts(sorted({each for each, _ in keys})):
        for row in connection.execute(own.where(name.in_(some))).mappings():
            if _key_of(row) in wanted:
                yield row


def _key_of(row: sa.RowMapping) -> _Key:
    return row["model_name"], row["model_version"]


def _from_row(row: sa.RowMapping, aliases: list[str], tags: dict[str, str]) -> Model:
    known = {name: row[name] for name in _FIELDS}
    known |= {"task": Task(row["task"]), "run_id": row["run_id"] or ""}
    return Model(**known, aliases=tuple(aliases), tags=tags)
