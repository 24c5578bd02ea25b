"""What a tenant's logins leave behind: refresh tokens in families, and tokens for one use."""

from dataclasses import asdict
from datetime import datetime

import sqlalchemy as sa

from modelyard.domain.credentials import OneTimeToken, RefreshToken
from modelyard.store.databases import TenantDatabase
from modelyard.store.tables.credentials import ONE_TIME_TOKENS, REFRESH_TOKENS


class Sessions:
    """The logins of one tenant's users."""

    def __init__(self, database: TenantDatabase) -> None:
        self._database = database

    def add(self, token: RefreshToken) -> None:
        """Keep a new refresh token."""
        with self._database.writing() as connection:
            connection.execute(sa.insert(REFRESH_TOKENS).values(**asdict(token)))

    def use(self, sha256: str, *, at: datetime) -> bool:
        """Use a refresh token up; return whether it was good, of many at once to one of them."""
        table = REFRESH_TOKENS.c
        used = (
            sa.update(REFRESH_TOKENS)
            .where(
                table.tenant == self._database.tenant,
                table.sha256 == sha256,
                table.used_at.is_(None),
                table.expires_at > at,
            )
            .values(used_at=at)
        )
        with self._database.writing() as connection:
            return connection.execute(used).rowcount == 1

    def end_family(self, family: str) -> None:
        """Let no refresh token of a login be good any more."""
        self._forget(REFRESH_TOKENS.c.family == family)

    def end_all_of(self, user_id: str) -> None:
        """Let no refresh token of a user be good any more."""
        self._forget(REFRESH_TOKENS.c.user_id == user_id)

    def forget_expired(self, *, at: datetime) -> None:
        """Delete what is no longer good for anything."""
        self._forget(REFRESH_TOKENS.c.expires_at <= at)
        expired = (ONE_TIME_TOKENS.c.tenant == self._database.tenant) & (
            ONE_TIME_TOKENS.c.expires_at <= at
        )
        with self._database.writing() as connection:
            connection.execute(sa.delete(ONE_TIME_TOKENS).where(expired))

    def put_one_time(self, token: OneTimeToken) -> None:
        """Keep a token for one use in place of any other for the same user."""
        table = ONE_TIME_TOKENS.c
        same = table.user_id.is_not_distinct_from(token.user_id)
        with self._database.writing() as connection:
            connection.execute(
                sa.delete(ONE_TIME_TOKENS).where(table.tenant == self._database.tenant, same)
            )
            connection.execute(sa.insert(ONE_TIME_TOKENS).values(**asdict(token)))

    def use_one_time(self, sha256: str, *, at: datetime) -> bool:
        """Use a token up; return whether it was good, of many at once to one of them."""
        table = ONE_TIME_TOKENS.c
        used = sa.delete(ONE_TIME_TOKENS).where(
            table.tenant == self._database.tenant, table.sha256 == sha256, table.expires_at > at
        )
        with self._database.writing() as connection:
            return connection.execute(used).rowcount == 1

    def _forget(self, condition: sa.ColumnElement[bool]) -> None:
        own = REFRESH_TOKENS.c.tenant == self._database.tenant
        with self._database.writing() as connection:
            connection.execute(sa.delete(REFRESH_TOKENS).where(own, condition))
