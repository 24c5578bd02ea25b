"""The API keys of a tenant, and the ring of all keys that those who are sent one look into."""

from dataclasses import asdict, replace
from datetime import datetime, timedelta

import sqlalchemy as sa

from modelyard.domain.credentials import ApiKey, HeldKey
from modelyard.domain.errors import Conflict, NotFound
from modelyard.domain.identities import ModelAccess, Role
from modelyard.domain.queries import Page
from modelyard.store.databases import Database, TenantDatabase
from modelyard.store.grants import access_of
from modelyard.store.listing import Paging, SortKey
from modelyard.store.tables.credentials import API_KEYS
from modelyard.store.tables.people import MODEL_GRANTS, TENANTS, USERS

# When a key was last used is told to the minute: a write for each request would cost more than
# the request.
_USE_IS_KEPT_EVERY = timedelta(minutes=1)


class ApiKeys:
    """The API keys of one tenant."""

    def __init__(self, database: TenantDatabase) -> None:
        self._database = database

    def add(self, key: ApiKey) -> None:
        """Keep a new key."""
        row = asdict(key) | {"models": None if key.models is None else list(key.models)}
        with self._database.writing() as connection:
            connection.execute(sa.insert(API_KEYS).values(**row))

    def get(self, key_id: str, *, owner: str | None = None) -> ApiKey:
        """Return a key.

        Raises:
            NotFound: if the tenant, or the owner where one is named, has none of this id.
        """
        with self._database.reading() as connection:
            key = self._get(connection, key_id)
        if owner is not None and key.owner != owner:
            raise _missing(key_id)
        return key

    def page(
        self, *, owner: str | None = None, limit: int | None = None, cursor: str | None = None
    ) -> Page[ApiKey]:
        """Return a part of the keys of the tenant, or of one owner, the newest first.

        Raises:
            InvalidValue: if the cursor is none of this list.
        """
        table = API_KEYS.c
        keys = (SortKey(table.created_at, is_descending=True), SortKey(table.id))
        paging = Paging(keys, limit, cursor, ("api_keys", self._database.tenant, owner or ""))
        chosen = sa.select(API_KEYS).where(table.tenant == self._database.tenant)
        if owner is not None:
            chosen = chosen.where(table.owner == owner)
        with self._database.reading() as connection:
            rows = connection.execute(paging.apply(chosen)).mappings().all()
        found, following = paging.cut(rows)
        return Page(tuple(map(_to_key, found)), following)

    def revoke(self, key_id: str, *, at: datetime) -> ApiKey:
        """Let a key be good no more.

        Raises:
            NotFound: as `get`.
            Conflict: if it was revoked before.
        """
        table = API_KEYS.c
        own = (table.tenant == self._database.tenant) & (table.id == key_id)
        with self._database.writing() as connection:
            if self._get(connection, key_id).revoked_at is not None:
                raise Conflict(f"The key '{key_id}' was revoked before.", fix="Nothing is to do.")
            connection.execute(sa.update(API_KEYS).where(own).values(revoked_at=at))
            return self._get(connection, key_id)

    def note_use(self, key: ApiKey, *, at: datetime) -> None:
        """Keep that a key was used, unless that was kept within the last minute."""
        if key.last_used_at is not None and at - key.last_used_at < _USE_IS_KEPT_EVERY:
            return
        own = (API_KEYS.c.tenant == self._database.tenant) & (API_KEYS.c.id == key.id)
        with self._database.writing() as connection:
            connection.execute(sa.update(API_KEYS).where(own).values(last_used_at=at))

    def _get(self, connection: sa.Connection, key_id: str) -> ApiKey:
        own = (API_KEYS.c.tenant == self._database.tenant) & (API_KEYS.c.id == key_id)
        found = connection.execute(sa.select(API_KEYS).where(own)).mappings().one_or_none()
        if found is None:
            raise _missing(key_id)
        return _to_key(found)


class KeyRing:
    """The keys of every tenant: whoever is sent one finds out from it whose it is."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def holder_of(self, sha256: str, *, at: datetime) -> HeldKey | None:
        """Return the key of this hash with what it opens; None where it is not good.

        A key is good until it is revoked, expires, or its owner or tenant is disabled.
        """
        found = self._held(API_KEYS.c.sha256 == sha256, at)
        return found[0] if found else None

    def held(self, *, at: datetime) -> tuple[HeldKey, ...]:
        """Return every key that is good."""
        return self._held(sa.true(), at)

    def _held(self, condition: sa.ColumnElement[bool], at: datetime) -> tuple[HeldKey, ...]:
        key, owner = API_KEYS.c, USERS.c
        is_owned = (key.tenant == owner.tenant) & (key.owner == owner.id)
        of_tenant = key.tenant == TENANTS.c.id
        # The command line makes keys before there are tenants or users.
        chosen = (
            sa.select(API_KEYS, owner.role.label("owner_role"))
            .outerjoin_from(API_KEYS, USERS, is_owned)
            .outerjoin(TENANTS, of_tenant)
            .where(
                condition,
                key.revoked_at.is_(None),
                key.expires_at.is_(None) | (key.expires_at > at),
                owner.disabled_at.is_(None),
                TENANTS.c.disabled_at.is_(None),
            )
        )
        with self._database.reading() as connection:
            rows = connection.execute(chosen).mappings().all()
            return tuple(_held(connection, row) for row in rows)


def _missing(key_id: str) -> NotFound:
    return NotFound(f"There is no API key '{key_id}'.", fix="List the keys that there are.")


def _held(connection: sa.Connection, row: sa.RowMapping) -> HeldKey:
    key = _to_key(row)
    role = key.role if row["owner_role"] is None else min(key.role, Role(row["owner_role"]))
    access = ModelAccess()
    if role is Role.VIEWER and key.owner is not None:
        grants = MODEL_GRANTS.c
        of_owner = (grants.tenant == key.tenant) & (grants.user_id == key.owner)
        access = access_of(connection, of_owner)
    if key.models is not None:
        access = ModelAccess.to_only(*(name for name in key.models if access.allows(name)))
    return HeldKey(replace(key, role=role), access)


def _to_key(row: sa.RowMapping) -> ApiKey:
    facts = {column.name: row[column.name] for column in API_KEYS.c}
    models = None if row["models"] is None else tuple(row["models"])
    return ApiKey(**facts | {"role": Role(row["role"]), "models": models})
