"""The API keys of a tenant: made, listed, revoked; a key's secret is told once."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from modelyard.domain.credentials import ApiKey, Secret, api_key, digest_of
from modelyard.domain.errors import Forbidden, InvalidValue
from modelyard.domain.identities import Caller, Role
from modelyard.domain.names import check_name
from modelyard.domain.people import user_id_of
from modelyard.domain.queries import Page
from modelyard.services.audit import Audit
from modelyard.store.api_keys import ApiKeys

# As long as GitLab lets a token last (docs.gitlab.com, personal access tokens).
LONGEST = timedelta(days=365)


@dataclass(frozen=True)
class KeyService:
    """Looks after the API keys of one tenant."""

    tenant: str
    keys: ApiKeys
    audit: Audit
    now: Callable[[], datetime]
    new_key_id: Callable[[], str]
    new_secret: Callable[[], str]

    def page(
        self, caller: Caller, *, limit: int | None = None, cursor: str | None = None
    ) -> Page[ApiKey]:
        """Return a part of the keys, the newest first: an admin sees all, whoever else their own.

        Raises:
            Forbidden: if the caller is a key that is not an admin's.
            InvalidValue: if the cursor is none of this list.
        """
        return self.keys.page(owner=_only_of(caller), limit=limit, cursor=cursor)

    def get(self, caller: Caller, key_id: str) -> ApiKey:
        """Return one of the keys that the caller sees.

        Raises:
            NotFound: if there is none of this id among them.
            Forbidden: as `page`.
        """
        return self.keys.get(key_id, owner=_only_of(caller))

    def add(
        self,
        caller: Caller,
        *,
        title: str,
        role: Role,
        lasts: timedelta,
        models: Collection[str] | None = None,
    ) -> tuple[ApiKey, Secret]:
        """Make a key, and return it with the text that nobody is told again.

        Args:
            caller: who becomes its owner.
            title: what it is for.
            role: at most the caller's.
            lasts: until it expires.
            models: names of the only models of which it may ask predictions, and nothing else.

        Raises:
            Forbidden: if the role is above the caller's, or the caller is a key itself.
            InvalidValue: if it would last too long, or a model may not be called so.
        """
        caller.require_person()
        _check(caller, role=role, lasts=lasts)
        key_id = self.new_key_id()
        text = api_key(key_id, self.new_secret())
        now = self.now()
        key = ApiKey(
            tenant=self.tenant,
            id=key_id,
            title=title,
            role=role,
            models=None if models is None else tuple(sorted(map(check_name, set(models)))),
            owner=_owner(caller),
            created_at=now,
            expires_at=now + lasts,
            sha256=digest_of(text.text),
        )
        details = {"role": role.value, "models": key.models, "title": title}
        with self.audit.recorded(caller, "key.create", target=key.subject, details=details):
            self.keys.add(key)
        return key, text

    def revoke(self, caller: Caller, key_id: str) -> ApiKey:
        """Let a key be good no more, at once.

        Raises:
            NotFound: as `get`.
            Forbidden: if the caller is a key itself.
            Conflict: if it was revoked before.
        """
        caller.require_person()
        key = self.get(caller, key_id)
        with self.audit.recorded(caller, "key.revoke", target=key.subject):
            return self.keys.revoke(key_id, at=self.now())


def _check(caller: Caller, *, role: Role, lasts: timedelta) -> None:
    if role > caller.role:
        raise Forbidden(
            f"A key has at most its owner's role, {caller.role.value}; {role.value} came.",
            fix=f"Ask for a key with the role {caller.role.value}.",
        )
    if not timedelta(0) < lasts <= LONGEST:
        raise InvalidValue(
            f"A key lasts up to {LONGEST.days} days; {lasts.days} came.",
            fix="Make a new key before the old one ends, and change over.",
            sample=str(lasts.days),
        )


def _only_of(caller: Caller) -> str | None:
    """Return the user whose keys alone the caller sees; None for whoever sees all."""
    if caller.role >= Role.ADMIN:
        return None
    caller.require_person()
    return _owner(caller)


def _owner(caller: Caller) -> str | None:
    """Return the user whose the key is; the command line's is nobody's."""
    return user_id_of(caller.subject) if caller.subject.startswith("user:") else None
