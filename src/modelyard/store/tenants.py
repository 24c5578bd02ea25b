"""The list of tenants, which belongs to none of them: operators keep it, logins look into it."""

from dataclasses import asdict
from datetime import datetime

import sqlalchemy as sa

from modelyard.domain.errors import Conflict
from modelyard.domain.queries import Page
from modelyard.domain.tenants import Tenant, check_tenant
from modelyard.store.databases import Database, put
from modelyard.store.listing import Paging, SortKey, not_found
from modelyard.store.tables.people import TENANTS


class Tenants:
    """The tenants of a platform."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, tenant: Tenant) -> None:
        """Keep a new tenant.

        Raises:
            InvalidValue: if none may be called so.
            Conflict: if there is one of this id.
        """
        check_tenant(tenant.id)
        with self._database.writing() as connection:
            if _find(connection, TENANTS.c.id == tenant.id):
                raise Conflict(
                    f"There is a tenant '{tenant.id}' already.", fix="Choose another id."
                )
            connection.execute(sa.insert(TENANTS).values(**asdict(tenant)))

    def ensure(self, tenant: Tenant) -> None:
        """Keep a tenant, unless there is one of this id."""
        check_tenant(tenant.id)
        with self._database.writing() as connection:
            put(connection, TENANTS, values=asdict(tenant), replacing=())

    def get(self, tenant: str) -> Tenant:
        """Return a tenant.

        Raises:
            NotFound: if there is none of this id, with the nearest one.
        """
        with self._database.reading() as connection:
            return _get(connection, tenant)

    def page(self, *, limit: int | None = None, cursor: str | None = None) -> Page[Tenant]:
        """Return a part of the tenants, by id.

        Raises:
            InvalidValue: if the cursor is none of this list.
        """
        paging = Paging((SortKey(TENANTS.c.id),), limit, cursor, ("tenants",))
        with self._database.reading() as connection:
            rows = connection.execute(paging.apply(sa.select(TENANTS))).mappings().all()
        found, following = paging.cut(rows)
        return Page(tuple(map(_to_tenant, found)), following)

    def set_disabled(self, tenant: str, *, at: datetime | None) -> Tenant:
        """Let nobody of a tenant in from a time on, or let them in again.

        Raises:
            NotFound: as `get`.
        """
        with self._database.writing() as connection:
            change = sa.update(TENANTS).where(TENANTS.c.id == tenant)
            connection.execute(change.values(disabled_at=at))
            return _get(connection, tenant)


def _get(connection: sa.Connection, tenant: str) -> Tenant:
    found = _find(connection, TENANTS.c.id == tenant)
    if not found:
        known = (each.id for each in _find(connection, sa.true()))
        raise not_found("tenant", tenant, existing=known)
    return found[0]


def _find(connection: sa.Connection, condition: sa.ColumnElement[bool]) -> tuple[Tenant, ...]:
    chosen = sa.select(TENANTS).where(condition).order_by(TENANTS.c.id)
    return tuple(_to_tenant(row) for row in connection.execute(chosen).mappings())


def _to_tenant(row: sa.RowMapping) -> Tenant:
    return Tenant(**{column.name: row[column.name] for column in TENANTS.c})
