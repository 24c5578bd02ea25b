"""Finds out who asks: reads an access token or an API key, and counts what its owner asks."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from modelyard.domain.credentials import digest_of, is_api_key
from modelyard.domain.errors import NotAuthorized, StoreError
from modelyard.domain.identities import Caller, ModelAccess, Role
from modelyard.domain.people import user_id_of
from modelyard.services.access_tokens import AccessTokens
from modelyard.services.throttling import Rate, Throttle
from modelyard.store.api_keys import ApiKeys, KeyRing

_HEADER = "authorization"


@dataclass(frozen=True)
class RequestRates:
    """How much may be asked.

    Attributes:
        per_caller: of one key or one person.
        per_tenant: of all of a tenant together.
    """

    per_caller: Rate
    per_tenant: Rate


@dataclass(frozen=True)
class IdentityService:
    """Knows the callers of a platform where people log in.

    A key is looked up each time, so that what becomes of it is felt at once; an access token says
    by itself who it is of, for as long as it lasts.
    """

    tokens: AccessTokens
    ring: KeyRing
    keys_of: Callable[[str], ApiKeys]
    access_of: Callable[[str, str], ModelAccess]
    throttle: Throttle
    rates: RequestRates
    now: Callable[[], datetime]

    def resolve(self, headers: Mapping[str, str], *, address: str) -> Caller:
        """Return who sent a request.

        Args:
            headers: of the request, whose names are found in small letters.
            address: of the client.

        Raises:
            NotAuthorized: if no credential came, or one that does not hold.
            TooManyRequests: if the caller, or the caller's tenant, asks more than is allowed.
        """
        del address
        scheme, _, credential = headers.get(_HEADER, "").partition(" ")
        credential = credential.strip()
        if scheme.lower() != "bearer" or not credential:
            raise NotAuthorized(
                "This needs a credential, and none came.",
                fix="Send the header 'Authorization: Bearer ' with an API key, or with the access "
                "token that a login answers.",
            )
        if is_api_key(credential):
            caller = self._holder_of(credential)
        else:
            caller = self._person_of(credential)
        self.throttle.spend(self.rates.per_caller, caller.tenant, caller.subject)
        self.throttle.spend(self.rates.per_tenant, caller.tenant)
        return caller

    def _person_of(self, token: str) -> Caller:
        caller = self.tokens.read(token)
        if caller.role is not Role.VIEWER:
            return caller
        access = self.access_of(caller.tenant, user_id_of(caller.subject))
        return replace(caller, access=access)

    def _holder_of(self, text: str) -> Caller:
        now = self.now()
        held = self.ring.holder_of(digest_of(text), at=now)
        if held is None:
            raise NotAuthorized(
                "The API key is not known, has expired, or was revoked with its owner or tenant.",
                fix="Make a new key.",
            )
        # When it was last used is worth a glance, and not a request that is not answered.
        with suppress(StoreError):
            self.keys_of(held.key.tenant).note_use(held.key, at=now)
        return Caller(
            tenant=held.key.tenant,
            subject=held.key.subject,
            role=held.key.role,
            access=held.access,
            is_predict_only=held.key.models is not None,
        )
