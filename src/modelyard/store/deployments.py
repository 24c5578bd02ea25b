"""Deployments: what a tenant wants to be served, and what became of it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from modelyard.domain.deployments import Deployment, DeploymentState
from modelyard.domain.errors import Conflict
from modelyard.domain.runs import Model
from modelyard.store.databases import TenantDatabase, put
from modelyard.store.listing import not_found
from modelyard.store.tables.deployments import DEPLOYMENTS

_OF_THE_PROCESS = ("url", "reason", "n_restarts", "ready_at", "watcher", "watched_until")


class Deployments:
    """The deployments of one tenant."""

    def __init__(self, database: TenantDatabase) -> None:
        self._database = database

    def want(self, name: str, model: Model, *, by: str, at: datetime) -> Deployment:
        """Let a model be served under a name, in place of the one that was served under it.

        Args:
            name: of the deployment.
            model: a registered version.
            by: subject of whoever asks.
            at: when.
        """
        row = {
            "tenant": self._database.tenant,
            "name": name,
            "model_name": model.name,
            "model_version": model.version,
            "is_wanted": True,
            "state": DeploymentState.STARTING,
            "n_restarts": 0,
            "reason": None,
            "ready_at": None,
            "created_by": by,
            "created_at": at,
            "changed_at": at,
        }
        kept = {"tenant", "name", "created_at"}
        with self._database.writing() as connection:
            replaced = [column for column in row if column not in kept]
            put(connection, DEPLOYMENTS, values=row, replacing=replaced)
            return self._get(connection, name)

    def withdraw(self, name: str, *, at: datetime) -> Deployment:
        """Let a deployment be served no more; its record stays.

        Raises:
            NotFound: if there is none.
            Conflict: if that was asked for before.
        """
        with self._database.writing() as connection:
            if not self._get(connection, name).is_wanted:
                raise Conflict(f"'{name}' is not deployed any more.", fix="Nothing is to do.")
            changes = {"is_wanted": False, "state": DeploymentState.STOPPING, "changed_at": at}
            connection.execute(sa.update(DEPLOYMENTS).where(self._is(name)).values(**changes))
            return self._get(connection, name)

    def get(self, name: str) -> Deployment:
        """Return a deployment.

        Raises:
            NotFound: if there is none, with the nearest name.
        """
        with self._database.reading() as connection:
            return self._get(connection, name)

    def find(self, *, model: str | None = None, version: int | None = None) -> Sequence[Deployment]:
        """Return every deployment by name, or those of a model, or of one version of it."""
        table = DEPLOYMENTS.c
        conditions = [table.tenant == self._database.tenant]
        if model is not None:
            conditions.append(table.model_name == model)
        if version is not None:
            conditions.append(table.model_version == version)
        chosen = sa.select(DEPLOYMENTS).where(*conditions).order_by(table.name)
        with self._database.reading() as connection:
            return tuple(to_deployment(row) for row in connection.execute(chosen).mappings())

    def _get(self, connection: sa.Connection, name: str) -> Deployment:
        chosen = sa.select(DEPLOYMENTS).where(self._is(name))
        row = connection.execute(chosen).mappings().one_or_none()
        if row is None:
            table = DEPLOYMENTS.c
            names = sa.select(table.name).where(table.tenant == self._database.tenant)
            raise not_found("deployment", name, existing=connection.scalars(names))
        return to_deployment(row)

    def _is(self, name: str) -> sa.ColumnElement[bool]:
        table = DEPLOYMENTS.c
        return (table.tenant == self._database.tenant) & (table.name == name)


def to_deployment(row: Any) -> Deployment:
    """Return the deployment of a row."""
    return Deployment(
        tenant=row["tenant"],
        name=row["name"],
        model=f"{row['model_name']}@{row['model_version']}",
        is_wanted=row["is_wanted"],
        state=DeploymentState(row["state"]),
        created_by=row["created_by"],
        created_at=row["created_at"],
        changed_at=row["changed_at"],
        **{name: row[name] for name in _OF_THE_PROCESS},
    )
