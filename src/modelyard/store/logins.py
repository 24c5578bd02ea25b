"""Who a credential belongs to: looked for in every tenant, as nobody who logs in says of which."""

import sqlalchemy as sa

from modelyard.domain.credentials import OneTimeToken, RefreshToken
from modelyard.domain.errors import Conflict
from modelyard.domain.identities import Role
from modelyard.domain.people import User
from modelyard.store.databases import Database
from modelyard.store.tables.credentials import ONE_TIME_TOKENS, REFRESH_TOKENS
from modelyard.store.tables.people import TENANTS, USERS
from modelyard.store.users import enters, read_users


class Logins:
    """Reads what a login, a refresh token and a token for one use stand for."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def has_users(self) -> bool:
        """Return whether the platform has any user."""
        with self._database.reading() as connection:
            return bool(connection.execute(sa.select(USERS.c.id).limit(1)).all())

    def user_of(self, email: str) -> User | None:
        """Return the user who may log in by an address; None where nobody may.

        Args:
            email: in the form in which it is kept.
        """
        may_enter = USERS.c.disabled_at.is_(None) & USERS.c.tenant.in_(
            sa.select(TENANTS.c.id).where(TENANTS.c.disabled_at.is_(None))
        )
        with self._database.reading() as connection:
            found = read_users(connection, (USERS.c.email == email) & may_enter)
        return found[0] if found else None

    def has_operator(self) -> bool:
        """Return whether anybody who runs the platform can log in."""
        runs = USERS.c.is_operator & (USERS.c.role == Role.ADMIN.value) & enters()
        with self._database.reading() as connection:
            return bool(connection.execute(sa.select(USERS.c.id).where(runs).limit(1)).all())

    def require_free(self, email: str) -> None:
        """Refuse an e-mail address that a user has, of whatever tenant.

        Raises:
            Conflict: if it is taken.
        """
        if self.anybody_called(email) is not None:
            raise Conflict(
                f"The e-mail address '{email}' has a user already.",
                fix="A person belongs to one tenant; give them another address for another.",
            )

    def anybody_called(self, email: str) -> User | None:
        """Return the user of an address, let in or not; None where there is none."""
        with self._database.reading() as connection:
            found = read_users(connection, USERS.c.email == email)
        return found[0] if found else None

    def refresh_token(self, sha256: str) -> RefreshToken | None:
        """Return a refresh token, used or not; None where there is none."""
        chosen = sa.select(REFRESH_TOKENS).where(REFRESH_TOKENS.c.sha256 == sha256)
        with self._database.reading() as connection:
            row = connection.execute(chosen).mappings().one_or_none()
        return None if row is None else RefreshToken(**row)

    def one_time_token(self, sha256: str) -> OneTimeToken | None:
        """Return a token that is good for one use; None where there is none."""
        chosen = sa.select(ONE_TIME_TOKENS).where(ONE_TIME_TOKENS.c.sha256 == sha256)
        with self._database.reading() as connection:
            row = connection.execute(chosen).mappings().one_or_none()
        return None if row is None else OneTimeToken(**row)
