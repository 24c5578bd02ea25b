"""Wires what knows people: logins, invitations, keys, tenants, and the record of deeds."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from modelyard.domain.identities import ModelAccess
from modelyard.services.access_tokens import AccessTokens
from modelyard.services.audit import Audit
from modelyard.services.identity import IdentityService, RequestRates
from modelyard.services.invitations import InvitationService
from modelyard.services.keys import KeyService
from modelyard.services.logins import LoginService, TenantLogins
from modelyard.services.passwords import Passwords
from modelyard.services.people import PeopleService
from modelyard.services.tenants import TenantService
from modelyard.services.throttling import Rate, Throttle
from modelyard.settings import Settings
from modelyard.store.api_keys import ApiKeys, KeyRing
from modelyard.store.audits import Audits
from modelyard.store.databases import Database
from modelyard.store.grants import Grants
from modelyard.store.logins import Logins
from modelyard.store.sessions import Sessions
from modelyard.store.tenants import Tenants
from modelyard.store.token_keys import token_key_in
from modelyard.store.users import Users


@dataclass(frozen=True)
class AccessWiring:
    """Who comes in, on the platform as a whole and in each of its tenants.

    Attributes:
        settings: what the environment decides.
        database: of all tenants.
        now: tells the time.
        passwords: hashes them.
    """

    settings: Settings
    database: Database
    now: Callable[[], datetime]
    passwords: Passwords

    @cached_property
    def identity(self) -> IdentityService:
        """Who asks."""
        rates = RequestRates(
            Rate("requests of one caller", self.settings.caller_rate, 60),
            Rate("requests of one tenant", self.settings.tenant_rate, 60),
        )
        return IdentityService(
            tokens=self._tokens,
            ring=self.ring,
            keys_of=lambda tenant: ApiKeys(self.database.of(tenant)),
            access_of=self._access_of,
            throttle=self._throttle,
            rates=rates,
            now=self.now,
        )

    @cached_property
    def logins(self) -> LoginService:
        """Logging in and out."""
        return LoginService(
            logins=Logins(self.database),
            within=self._logins_in,
            passwords=self.passwords,
            tokens=self._tokens,
            throttle=self._throttle,
            now=self.now,
            new_secret=_new_secret,
        )

    @cached_property
    def invitations(self) -> InvitationService:
        """The first user, and passwords that are chosen."""
        return InvitationService(
            logins=Logins(self.database),
            tenants=Tenants(self.database),
            within=self._logins_in,
            passwords=self.passwords,
            admissions=self.logins,
            now=self.now,
            new_id=_new_id,
            new_secret=_new_secret,
        )

    @cached_property
    def tenants(self) -> TenantService:
        """Tenants, as an operator sees them."""
        return TenantService(
            tenants=Tenants(self.database),
            audit_in=self.audit_in,
            people_in=self.people_in,
            now=self.now,
        )

    @cached_property
    def ring(self) -> KeyRing:
        """The API keys of every tenant."""
        return KeyRing(self.database)

    def people_in(self, tenant: str) -> PeopleService:
        """Return the people of a tenant."""
        records = self.database.of(tenant)
        return PeopleService(
            tenant=tenant,
            logins=Logins(self.database),
            users=Users(records),
            grants=Grants(records),
            sessions=Sessions(records),
            audit=self.audit_in(tenant),
            invitations=self.invitations,
            now=self.now,
            new_id=_new_id,
        )

    def keys_in(self, tenant: str) -> KeyService:
        """Return the API keys of a tenant."""
        return KeyService(
            tenant=tenant,
            keys=ApiKeys(self.database.of(tenant)),
            audit=self.audit_in(tenant),
            now=self.now,
            new_key_id=_new_id,
            new_secret=_new_secret,
        )

    def audit_in(self, tenant: str) -> Audit:
        """Return the record of deeds in a tenant."""
        return Audit(Audits(self.database.of(tenant)), self.now)

    def _logins_in(self, tenant: str) -> TenantLogins:
        records = self.database.of(tenant)
        return TenantLogins(Users(records), Sessions(records), self.audit_in(tenant))

    def _access_of(self, tenant: str, user_id: str) -> ModelAccess:
        return Grants(self.database.of(tenant)).access_of(user_id)

    @cached_property
    def _tokens(self) -> AccessTokens:
        given = self.settings.token_key
        key = token_key_in(self.settings.keys) if given is None else given.encode()
        return AccessTokens(key, now=self.now, new_id=_new_id)

    @cached_property
    def _throttle(self) -> Throttle:
        from limits.storage import MemoryStorage

        return Throttle(MemoryStorage())


def _new_secret() -> str:
    # 256 bits, as many as nobody guesses.
    return secrets.token_urlsafe(32)


def _new_id() -> str:
    return secrets.token_hex(8)
