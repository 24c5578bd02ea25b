"""The users of a tenant."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from modelyard.domain.errors import Conflict, NotFound
from modelyard.domain.identities import Role
from modelyard.domain.people import User, check_email
from modelyard.domain.queries import Page
from modelyard.store.databases import TenantDatabase
from modelyard.store.listing import Paging, SortKey
from modelyard.store.tables.people import USERS


class Users:
    """The people who may log in to a tenant."""

    def __init__(self, database: TenantDatabase) -> None:
        self._database = database

    def add(self, user: User) -> None:
        """Keep a new user.

        Raises:
            InvalidValue: if the e-mail address is none.
            Conflict: if a user of the platform has it.
        """
        with self._database.writing() as connection:
            require_free(connection, user.email)
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
            Conflict: if the tenant would be left without an admin, or the platform without an
                operator, who can log in.
        """
        with self._database.writing() as connection:
            before = self._get(connection, user_id)
            connection.execute(
                sa.update(USERS)
                .where(USERS.c.tenant == self._database.tenant, USERS.c.id == user_id)
                .values(**changes)
            )
            after = self._get(connection, user_id)
            self._require_somebody_left(connection, before, after)
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

    def _require_somebody_left(self, connection: sa.Connection, before: User, after: User) -> None:
        if _rules(before) and not _rules(after):
            of_tenant = (USERS.c.tenant == self._database.tenant) & (USERS.c.role == Role.ADMIN)
            _require_any(connection, of_tenant, what="admin of the tenant")
        if before.is_operator and _enters(before) and not (after.is_operator and _enters(after)):
            # Across tenants: operators run the platform, wherever they belong.
            _require_any(connection, USERS.c.is_operator, what="operator of the platform")


def require_free(connection: sa.Connection, email: str) -> None:
    """Refuse an e-mail address that a user has, of whatever tenant.

    Raises:
        InvalidValue: if it is none.
        Conflict: if it is taken.
    """
    if read_users(connection, USERS.c.email == check_email(email)):
        raise Conflict(
            f"The e-mail address '{email}' has a user already.",
            fix="A person belongs to one tenant; give them another address for another.",
        )


def read_users(connection: sa.Connection, condition: sa.ColumnElement[bool]) -> tuple[User, ...]:
    """Return the users that a condition holds for, by e-mail address."""
    chosen = sa.select(USERS).where(condition).order_by(USERS.c.email)
    return tuple(_to_user(row) for row in connection.execute(chosen).mappings())


def _to_user(row: sa.RowMapping) -> User:
    facts = {column.name: row[column.name] for column in USERS.c}
    return User(**facts | {"role": Role(row["role"])})


def _enters(user: User) -> bool:
    return user.disabled_at is None and user.password_hash is not None


def _rules(user: User) -> bool:
    return user.role is Role.ADMIN and _enters(user)


def _require_any(
    connection: sa.Connection, condition: sa.ColumnElement[bool], *, what: str
) -> None:
    enters = USERS.c.disabled_at.is_(None) & USERS.c.password_hash.is_not(None)
    if not connection.scalar(sa.select(sa.exists().where(condition, enters))):
        raise Conflict(f"This is the last {what}.", fix="Name another one first.")
