"""The users of a tenant."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from modelyard.domain.errors import Conflict, NotFound
from modelyard.domain.identities import Role
from modelyard.domain.people import User
from modelyard.domain.queries import Page
from modelyard.store.databases import TenantDatabase
from modelyard.store.listing import Paging, SortKey
from modelyard.store.tables.people import USERS


class Users:
    """The people who may log in to a tenant."""

    def __init__(self, database: TenantDatabase) -> None:
        self._database = database

    def add(self, user: User) -> None:
        """Keep a new user, whose e-mail address nobody on the platform has (`Logins`).

        Raises:
            InvalidValue: if somebody has it.
        """
        with self._database.writing() as connection:
            connection.execute(sa.insert(USERS).values(**asdict(user)))

    def get(self, user_id: str) -> User:
        """Return a user.

        Raises:
            NotFound: if the tenant has none of this id.
        """
        with self._database.reading() as connection:
            return self._get(connection, user_id)

    def page(self, *, limit: int | None = None, cursor: str | None = None) -> Page[User]:
        """Return a part of the users of the tenant, by e-mail address.

        Raises:
            InvalidValue: if the cursor is none of this list.
        """
        paging = Paging((SortKey(USERS.c.email),), limit, cursor, ("users", self._database.tenant))
        chosen = sa.select(USERS).where(USERS.c.tenant == self._database.tenant)
        with self._database.reading() as connection:
            rows = connection.execute(paging.apply(chosen)).mappings().all()
        found, following = paging.cut(rows)
        return Page(tuple(map(_to_user, found)), following)

    def change(self, user_id: str, **changes: Any) -> User:
        """Change columns of a user and return the user.

        Raises:
            NotFound: as `get`.
            Conflict: if the tenant would be left without an admin who can log in.
        """
        with self._database.writing() as connection:
            before = self._get(connection, user_id)
            connection.execute(
                sa.update(USERS)
                .where(USERS.c.tenant == self._database.tenant, USERS.c.id == user_id)
                .values(**changes)
            )
            after = self._get(connection, user_id)
            if _rules(before) and not _rules(after):
                self._require_admin(connection)
            return after

    def set_disabled(self, user_id: str, *, at: datetime | None) -> User:
        """Keep a user out from a time on, or let them in again.

        Raises:
            NotFound, Conflict: as `change`.
        """
        return self.change(user_id, disabled_at=at)

    def _get(self, connection: sa.Connection, user_id: str) -> User:
        own = (USERS.c.tenant == self._database.tenant) & (USERS.c.id == user_id)
        found = read_users(connection, own)
        if not found:
            raise NotFound(f"There is no user '{user_id}'.", fix="List the users that there are.")
        return found[0]

    def _require_admin(self, connection: sa.Connection) -> None:
        admins = sa.select(USERS.c.id).where(
            USERS.c.tenant == self._database.tenant, USERS.c.role == Role.ADMIN.value, enters()
        )
        if not connection.execute(admins.limit(1)).all():
            raise Conflict("This is the last admin of the tenant.", fix="Name another one first.")


def enters() -> sa.ColumnElement[bool]:
    """Return the condition that a user can log in."""
    return USERS.c.disabled_at.is_(None) & USERS.c.password_hash.is_not(None)


def read_users(connection: sa.Connection, condition: sa.ColumnElement[bool]) -> tuple[User, ...]:
    """Return the users that a condition holds for, by e-mail address."""
    chosen = sa.select(USERS).where(condition).order_by(USERS.c.email)
    return tuple(_to_user(row) for row in connection.execute(chosen).mappings())


def _to_user(row: sa.RowMapping) -> User:
    facts = {column.name: row[column.name] for column in USERS.c}
    return User(**facts | {"role": Role(row["role"])})


def _rules(user: User) -> bool:
    can_enter = user.disabled_at is None and user.password_hash is not None
    return user.role is Role.ADMIN and can_enter
