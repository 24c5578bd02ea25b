"""Logging in and out: passwords become short-lived tokens, and these are renewed one by one."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from modelyard.domain.credentials import RefreshToken, Secret, digest_of, refresh_token
from modelyard.domain.errors import InvalidValue, NotAuthorized
from modelyard.domain.identities import Caller, system_in
from modelyard.domain.passwords import check_password, normalize_password
from modelyard.domain.people import User, check_email, user_id_of
from modelyard.services.access_tokens import ACCESS_TTL, AccessTokens
from modelyard.services.audit import Audit
from modelyard.services.passwords import Passwords
from modelyard.services.throttling import Rate, Throttle, network_of
from modelyard.store.logins import Logins
from modelyard.store.sessions import Sessions
from modelyard.store.users import Users

# NIST SP 800-63B-4, section 2.1.3: who proves themselves by a password alone does so again within
# 30 days.
LOGIN_LASTS = timedelta(days=30)

# NIST SP 800-63B-4, section 3.2.2, allows 100 wrong passwords in a row for an account; the first
# rate keeps one guesser far below it, the others many guessers and many accounts.
PER_ACCOUNT_AND_ADDRESS = Rate("logins to an account from one address", 10, 15 * 60)
PER_ACCOUNT = Rate("logins to an account", 100, 60 * 60)
PER_ADDRESS = Rate("logins from one address", 100, 15 * 60)


@dataclass(frozen=True)
class TenantLogins:
    """What logins in one tenant are kept in."""

    users: Users
    sessions: Sessions
    audit: Audit


@dataclass(frozen=True)
class Admission:
    """What a login gives.

    Attributes:
        access: to be sent with each request.
        refresh: good once, for the next admission.
        expires_in_s: how long `access` lasts.
    """

    access: Secret
    refresh: Secret
    user: User
    expires_in_s: int = int(ACCESS_TTL.total_seconds())


@dataclass(frozen=True)
class LoginService:
    """Lets people in, of whichever tenant they are."""

    logins: Logins
    within: Callable[[str], TenantLogins]
    passwords: Passwords
    tokens: AccessTokens
    throttle: Throttle
    now: Callable[[], datetime]
    new_secret: Callable[[], str]

    def log_in(self, email: str, password: str, *, address: str) -> Admission:
        """Let a person in; whether an address is known shows in neither answer nor time.

        Raises:
            NotAuthorized: if the address or the password is wrong, or the user is disabled.
            TooManyRequests: after too many logins to the account or from the address.
        """
        account = _account_of(email)
        self._spend(account, address)
        user = self.logins.user_of(account)
        kept = None if user is None else user.password_hash
        password = normalize_password(password)
        if not self.passwords.is_right(password, kept) or user is None:
            structlog.get_logger().warning("login refused", address=address)
            raise NotAuthorized(
                "The e-mail address or the password is wrong.",
                fix="Try again, or ask an admin of your tenant for a new invitation.",
            )
        self.throttle.forgive(PER_ACCOUNT_AND_ADDRESS, account, network_of(address))
        self.throttle.forgive(PER_ACCOUNT, account)
        if kept is not None and self.passwords.is_dated(kept):
            self.within(user.tenant).users.change(
                user.id, password_hash=self.passwords.hash(password)
            )
        return self.admit(user)

    def refresh(self, text: str) -> Admission:
        """Renew a login; of many at once with one token one is renewed.

        A token that comes again is in two hands, and nobody knows which of them is the owner's: all
        that came of the login ends (RFC 9700, section 4.14.2).

        Raises:
            NotAuthorized: if the token is not good, or the user is no longer let in.
        """
        sha256 = digest_of(text)
        kept = self.logins.refresh_token(sha256)
        if kept is None:
            raise _not_renewed()
        own = self.within(kept.tenant)
        with own.audit.together(makes_room=True):
            user = own.users.get(kept.user_id)
            if own.sessions.use(sha256, at=self.now()):
                if self.logins.user_of(user.email) is not None:
                    return self._admit(user, family=kept.family, until=kept.expires_at)
            elif kept.expires_at > self.now():
                own.audit.record(system_in(kept.tenant), "login.reuse", target=user.subject)
            own.sessions.end_family(kept.family)
        raise _not_renewed()

    def log_out(self, text: str) -> None:
        """End a login; access tokens that came of it last until they expire."""
        kept = self.logins.refresh_token(digest_of(text))
        if kept is None:
            return
        own = self.within(kept.tenant)
        caller = as_caller(own.users.get(kept.user_id))
        with own.audit.recorded(caller, "user.logout", target=caller.subject):
            own.sessions.end_family(kept.family)

    def change_password(self, caller: Caller, *, old: str, new: str, address: str) -> None:
        """Let a person choose another password; every login of theirs ends.

        Raises:
            Forbidden: if an API key asks.
            NotAuthorized: if the old one is wrong.
            InvalidValue: if the new one may not be chosen.
            TooManyRequests: as `log_in`.
        """
        caller.require_person()
        own = self.within(caller.tenant)
        user = own.users.get(user_id_of(caller.subject))
        self._spend(user.email, address)
        if not self.passwords.is_right(normalize_password(old), user.password_hash):
            raise NotAuthorized("The old password is wrong.", fix="Try again.")
        chosen = self.passwords.hash(check_password(new, known=(user.email, user.title)))
        with own.audit.recorded(caller, "user.password", target=user.subject):
            own.users.change(user.id, password_hash=chosen)
            own.sessions.end_all_of(user.id)

    def admit(self, user: User) -> Admission:
        """Begin a login of somebody who has proved who they are."""
        own = self.within(user.tenant)
        caller = as_caller(user)
        with own.audit.recorded(caller, "user.login", target=caller.subject, makes_room=True):
            own.sessions.forget_expired(at=self.now())
            until = self.now() + LOGIN_LASTS
            return self._admit(user, family=self.new_secret(), until=until)

    def _admit(self, user: User, *, family: str, until: datetime) -> Admission:
        refresh = refresh_token(self.new_secret())
        token = RefreshToken(user.tenant, user.id, family, digest_of(refresh.text), until)
        self.within(user.tenant).sessions.add(token)
        return Admission(Secret(self.tokens.issue(user)), refresh, user)

    def _spend(self, account: str, address: str) -> None:
        network = network_of(address)
        # First, so that nobody fills the memory with accounts that they make up.
        self.throttle.spend(PER_ADDRESS, network)
        self.throttle.spend(PER_ACCOUNT_AND_ADDRESS, account, network)
        self.throttle.spend(PER_ACCOUNT, account)


def as_caller(user: User) -> Caller:
    """Return the caller that a user is."""
    return Caller(user.tenant, user.subject, user.role, is_operator=user.is_operator)


def _account_of(email: str) -> str:
    try:
        return check_email(email)
    except InvalidValue:
        # Nobody has it; it is counted and answered as one that somebody might have.
        return digest_of(email)


def _not_renewed() -> NotAuthorized:
    return NotAuthorized("The refresh token is not good, or not any more.", fix="Log in again.")
