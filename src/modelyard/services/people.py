"""The people of a tenant: who they are, what they may do, and which models they are given."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from modelyard.domain.credentials import Secret
from modelyard.domain.errors import Conflict, Forbidden
from modelyard.domain.identities import ANY_MODEL, Caller, ModelAccess, Role
from modelyard.domain.names import check_name
from modelyard.domain.people import User, check_email
from modelyard.domain.queries import Page
from modelyard.services.audit import Audit
from modelyard.services.invitations import InvitationService
from modelyard.store.grants import Grants
from modelyard.store.logins import Logins
from modelyard.store.sessions import Sessions
from modelyard.store.users import Users


@dataclass(frozen=True)
class PeopleService:
    """Looks after the users of one tenant."""

    tenant: str
    logins: Logins
    users: Users
    grants: Grants
    sessions: Sessions
    audit: Audit
    invitations: InvitationService
    now: Callable[[], datetime]
    new_id: Callable[[], str]

    def page(self, *, limit: int | None = None, cursor: str | None = None) -> Page[User]:
        """Return a part of the users, by e-mail address.

        Raises:
            InvalidValue: if the cursor is none of this list.
        """
        return self.users.page(limit=limit, cursor=cursor)

    def get(self, user_id: str) -> User:
        """Return one user.

        Raises:
            NotFound: if the tenant has none of this id.
        """
        return self.users.get(user_id)

    def add(self, caller: Caller, *, email: str, title: str, role: Role) -> tuple[User, Secret]:
        """Make a user, and the token by which they choose a password.

        Raises:
            InvalidValue: if the e-mail address is none.
            Conflict: if a user of the platform has it.
            Forbidden: if an API key asks: what it made would outlive it.
        """
        caller.require_person()
        user = User(
            tenant=self.tenant,
            id=self.new_id(),
            email=check_email(email),
            title=title,
            role=role,
            created_at=self.now(),
        )
        with self.audit.together():
            self.logins.require_free(user.email)
            self.users.add(user)
            details = {"role": role.value}
            self.audit.record(caller, "user.create", target=user.subject, details=details)
            return user, self.invitations.invite(caller, user)

    def invite(self, caller: Caller, user_id: str) -> tuple[User, Secret]:
        """Return a user with a token by which they choose a new password.

        Raises:
            NotFound: as `get`.
            Forbidden: if an API key asks, or anybody but an operator for an operator's.
        """
        caller.require_person()
        user = self._reachable(caller, user_id)
        return user, self.invitations.invite(caller, user)

    def set_role(self, caller: Caller, user_id: str, *, role: Role) -> User:
        """Give a user another role; access tokens carry the old one until they expire.

        Raises:
            NotFound: as `get`.
            Forbidden: as `invite`.
            Conflict: if the tenant would have no admin left, or the platform no operator.
        """
        caller.require_person()
        before = self._reachable(caller, user_id)
        details = {"from": before.role.value, "to": role.value}
        with self.audit.recorded(caller, "user.role", target=before.subject, details=details):
            after = self.users.change(user_id, role=role.value)
            self._require_operator_left(before)
            return after

    def set_operator(self, caller: Caller, user_id: str, *, is_operator: bool) -> User:
        """Let a user run the platform, as far as they are an admin, or no longer.

        Raises:
            NotFound: as `get`.
            Forbidden: if an API key asks, or anybody but an operator.
            Conflict: if the platform would have no operator left.
        """
        caller.require_person()
        caller.require_operator()
        user = self.users.get(user_id)
        details = {"is_operator": is_operator}
        with self.audit.recorded(caller, "user.operator", target=user.subject, details=details):
            after = self.users.change(user_id, is_operator=is_operator)
            self._require_operator_left(user)
            return after

    def set_disabled(self, caller: Caller, user_id: str, *, is_disabled: bool) -> User:
        """Keep a user out, or let them in again; their logins end, their keys are good no more.

        Raises:
            NotFound, Forbidden, Conflict: as `set_role`.
        """
        caller.require_person()
        user = self._reachable(caller, user_id)
        action = "user.disable" if is_disabled else "user.enable"
        with self.audit.recorded(caller, action, target=user.subject):
            if is_disabled:
                self.sessions.end_all_of(user_id)
            after = self.users.set_disabled(user_id, at=self.now() if is_disabled else None)
            self._require_operator_left(user)
            return after

    def access_of(self, user_id: str) -> ModelAccess:
        """Return which models a user is given, as a viewer.

        Raises:
            NotFound: as `get`.
        """
        self.users.get(user_id)
        return self.grants.access_of(user_id)

    def grant(self, caller: Caller, user_id: str, *, grants: Mapping[str, bool]) -> ModelAccess:
        """Give or refuse models to a user, by name; `ANY_MODEL` is every one not named.

        Raises:
            NotFound, Forbidden: as `invite`.
            InvalidValue: if no model may be called so.
        """
        caller.require_person()
        user = self._reachable(caller, user_id)
        for model in grants:
            if model != ANY_MODEL:
                check_name(model)
        with self.audit.recorded(caller, "user.grant", target=user.subject, details=grants):
            for model, is_given in grants.items():
                self.grants.put(user_id, model, is_given=is_given)
        return self.grants.access_of(user_id)

    def take_back(self, caller: Caller, user_id: str, *, model: str) -> None:
        """Take a grant back.

        Raises:
            NotFound: if there is no such user or grant.
            Forbidden: as `invite`.
        """
        caller.require_person()
        user = self._reachable(caller, user_id)
        details = {"model": model}
        with self.audit.recorded(caller, "user.ungrant", target=user.subject, details=details):
            self.grants.remove(user_id, model)

    def _require_operator_left(self, changed: User) -> None:
        if changed.is_operator and not self.logins.has_operator():
            raise Conflict("This is the last operator of the platform.", fix="Name another first.")

    def _reachable(self, caller: Caller, user_id: str) -> User:
        """Return a user that the caller may change: an operator's password opens every tenant."""
        user = self.users.get(user_id)
        if user.is_operator and not caller.is_operator:
            raise Forbidden(
                "This user runs the platform; an admin of the tenant does not change them.",
                fix="Ask an operator to do it.",
            )
        return user
