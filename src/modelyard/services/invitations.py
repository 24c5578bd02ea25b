"""Tokens that are good for one use: to set the platform up, and to choose a password."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from modelyard.domain.credentials import OneTimeToken, Secret, digest_of, one_time_token
from modelyard.domain.errors import Conflict, NotAuthorized, NotFound
from modelyard.domain.identities import Caller, Role
from modelyard.domain.passwords import check_password
from modelyard.domain.people import User, check_email
from modelyard.domain.tenants import LOCAL, Tenant
from modelyard.services.logins import Admission, LoginService, TenantLogins, as_caller
from modelyard.services.passwords import Passwords
from modelyard.store.logins import Logins
from modelyard.store.tenants import Tenants

# Whoever starts the platform sets it up at once; whoever is invited may be away over a weekend.
SETUP_LASTS = timedelta(hours=1)
INVITATION_LASTS = timedelta(days=3)


@dataclass(frozen=True)
class InvitationService:
    """Makes such tokens and takes them; a password is never made for anybody."""

    logins: Logins
    tenants: Tenants
    within: Callable[[str], TenantLogins]
    passwords: Passwords
    admissions: LoginService
    now: Callable[[], datetime]
    new_id: Callable[[], str]
    new_secret: Callable[[], str]

    @property
    def is_set_up(self) -> bool:
        """Whether the platform has a user."""
        return self.logins.has_users()

    def begin_setup(self) -> Secret | None:
        """Return the token by which the first user is made; None where there is a user.

        A token that was not used gives way to the new one.
        """
        if self.is_set_up:
            return None
        return self._make(LOCAL, None, SETUP_LASTS)

    def require_set_up(self) -> None:
        """Refuse to go on where the platform has no user yet.

        Raises:
            Conflict: if so.
        """
        if not self.is_set_up:
            raise Conflict(
                "The platform is not set up: it has no user yet.",
                fix="modelyard users setup prints the token by which the first one is made.",
            )

    def set_up(self, text: str, *, email: str, password: str, title: str) -> Admission:
        """Make the platform's first user, who runs it, and let them in.

        Raises:
            NotAuthorized: if the token is not good.
            InvalidValue: if the e-mail address is none, or the password may not be chosen.
        """
        token = self._good(text)
        if token.user_id is not None or self.is_set_up:
            raise _not_good()
        email = check_email(email)
        chosen = self.passwords.hash(check_password(password, known=(email, title)))
        user = User(
            tenant=LOCAL,
            id=self.new_id(),
            email=email,
            title=title,
            role=Role.ADMIN,
            created_at=self.now(),
            is_operator=True,
            password_hash=chosen,
        )
        own = self.within(LOCAL)
        with own.audit.recorded(as_caller(user), "platform.setup", target=user.subject):
            self._use(token)
            self.tenants.ensure(Tenant(LOCAL, "Local", self.now()))
            own.users.add(user)
        return self.admissions.admit(user)

    def invite(self, caller: Caller, user: User) -> Secret:
        """Return the token by which a user chooses a password; one made before is good no more.

        Every login of the user stays until then.
        """
        own = self.within(user.tenant)
        with own.audit.recorded(caller, "user.invite", target=user.subject):
            return self._make(user.tenant, user.id, INVITATION_LASTS)

    def invite_again(self, caller: Caller, email: str) -> tuple[User, Secret]:
        """Return the user of an address, of whatever tenant, with a token as `invite` makes it.

        Raises:
            NotFound: if nobody has the address.
        """
        user = self.logins.anybody_called(check_email(email))
        if user is None:
            raise NotFound(f"There is no user '{email}'.", fix="modelyard users list tells them.")
        return user, self.invite(caller, user)

    def choose_password(self, text: str, password: str) -> Admission:
        """Let an invited user choose a password, and let them in; their other logins end.

        Raises:
            NotAuthorized: if the token is not good, or the user is disabled.
            InvalidValue: if the password may not be chosen.
        """
        token = self._good(text)
        own = self.within(token.tenant)
        if token.user_id is None:
            raise _not_good()
        user = own.users.get(token.user_id)
        if self.logins.user_of(user.email) is None:
            raise _not_good()
        chosen = self.passwords.hash(check_password(password, known=(user.email, user.title)))
        with own.audit.recorded(as_caller(user), "user.password", target=user.subject):
            self._use(token)
            user = own.users.change(user.id, password_hash=chosen)
            own.sessions.end_all_of(user.id)
        return self.admissions.admit(user)

    def _make(self, tenant: str, user_id: str | None, lasts: timedelta) -> Secret:
        text = one_time_token(self.new_secret())
        token = OneTimeToken(tenant, user_id, digest_of(text.text), self.now() + lasts)
        self.within(tenant).sessions.put_one_time(token)
        return text

    def _good(self, text: str) -> OneTimeToken:
        """Return what is kept of a token: for one that is not good no password is hashed."""
        token = self.logins.one_time_token(digest_of(text))
        if token is None or token.expires_at <= self.now():
            raise _not_good()
        return token

    def _use(self, token: OneTimeToken) -> None:
        if not self.within(token.tenant).sessions.use_one_time(token.sha256, at=self.now()):
            raise _not_good()


def _not_good() -> NotAuthorized:
    return NotAuthorized(
        "The token is not good: it is not known, was used before, or has expired.",
        fix="For setting up, `modelyard users setup` prints a new one. Otherwise ask an admin "
        "of your tenant for a new invitation.",
    )
