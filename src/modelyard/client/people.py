"""People of a tenant and their ways in: logins, invitations, roles, grants, API keys."""

from collections.abc import Mapping
from dataclasses import replace

from modelyard.client.flows import answer, done, each_of
from modelyard.client.operations import Noun, Via, asks, tells
from modelyard.client.requests import create, delete, get, post, put
from modelyard.client.steps import Feed, Flow
from modelyard.domain.identities import Role
from modelyard.wire.bodies import PageQuery
from modelyard.wire.credentials import (
    AdmissionAnswer,
    CallerAnswer,
    KeyAnswer,
    KeyPage,
    KeyPost,
    LoginPost,
    NewKeyAnswer,
    PasswordPost,
    PasswordPut,
    RefreshPost,
    SetupPost,
)
from modelyard.wire.people import (
    DisabledPut,
    GrantsAnswer,
    GrantsPut,
    InvitationAnswer,
    OperatorPut,
    RolePut,
    UserAnswer,
    UserPage,
    UserPost,
)


class Logins(Noun[Via]):
    """Coming in and going out; a token that is answered is for a client of its own."""

    @asks
    def set_up(self, body: SetupPost) -> Flow[AdmissionAnswer]:
        """Make the platform's first user."""
        return answer(post("auth", "setup", body=body), AdmissionAnswer)

    @asks
    def log_in(
        self, email: str, password: str, *, address: str | None = None
    ) -> Flow[AdmissionAnswer]:
        """Log in.

        Args:
            email: of the person.
            password: of the person.
            address: from which they ask, where this client is a proxy that the platform knows.
        """
        request = post("auth", "login", body=LoginPost(email=email, password=password))
        if address:
            headers = {**request.headers, "x-forwarded-for": address}
            request = replace(request, headers=headers)
        return answer(request, AdmissionAnswer)

    @asks
    def refresh(self, refresh_token: str) -> Flow[AdmissionAnswer]:
        """Renew a login; the token is good once, so that nothing is sent twice."""
        return answer(
            post("auth", "refresh", body=RefreshPost(refresh_token=refresh_token)), AdmissionAnswer
        )

    @asks
    def log_out(self, refresh_token: str) -> Flow[None]:
        """End a login."""
        return done(post("auth", "logout", body=RefreshPost(refresh_token=refresh_token)))

    @asks
    def choose_password(self, token: str, password: str) -> Flow[AdmissionAnswer]:
        """Choose a password by the token of an invitation."""
        return answer(
            post("auth", "password", body=PasswordPost(token=token, password=password)),
            AdmissionAnswer,
        )

    @asks
    def change_password(self, password: str, new_password: str) -> Flow[None]:
        """Change one's password; every login ends."""
        body = PasswordPut(password=password, new_password=new_password)
        return done(put("auth", "password", body=body))

    @asks
    def show_me(self) -> Flow[CallerAnswer]:
        """Return who asks, as the platform sees it."""
        return answer(get("auth", "me"), CallerAnswer)


class People(Noun[Via]):
    """The users of a tenant, for its admins."""

    @tells
    def each(self) -> Feed[UserAnswer]:
        """Iterate over the users by e-mail address."""
        return each_of(
            lambda cursor: answer(get("users", query=PageQuery(cursor=cursor)), UserPage)
        )

    @asks
    def add(self, email: str, role: Role, *, title: str = "") -> Flow[InvitationAnswer]:
        """Make a user, and the token by which they choose a password."""
        body = UserPost(email=email, role=role, title=title)
        return answer(create("users", body=body), InvitationAnswer)

    @asks
    def show(self, user_id: str) -> Flow[UserAnswer]:
        """Return a user."""
        return answer(get("users", user_id), UserAnswer)

    @asks
    def invite(self, user_id: str) -> Flow[InvitationAnswer]:
        """Make a token by which a user chooses a new password."""
        return answer(create("users", user_id, "invitations"), InvitationAnswer)

    @asks
    def set_role(self, user_id: str, role: Role) -> Flow[UserAnswer]:
        """Give a user another role."""
        return answer(put("users", user_id, "role", body=RolePut(role=role)), UserAnswer)

    @asks
    def set_operator(self, user_id: str, *, is_operator: bool) -> Flow[UserAnswer]:
        """Let an admin run the platform as well, or no longer."""
        body = OperatorPut(is_operator=is_operator)
        return answer(put("users", user_id, "operator", body=body), UserAnswer)

    @asks
    def set_disabled(self, user_id: str, *, is_disabled: bool) -> Flow[UserAnswer]:
        """Keep a user out, or let them in again."""
        body = DisabledPut(is_disabled=is_disabled)
        return answer(put("users", user_id, "disabled", body=body), UserAnswer)

    @asks
    def grants(self, user_id: str) -> Flow[GrantsAnswer]:
        """Return which models a viewer is given."""
        return answer(get("users", user_id, "grants"), GrantsAnswer)

    @asks
    def grant(self, user_id: str, models: Mapping[str, bool]) -> Flow[GrantsAnswer]:
        """Give or refuse a viewer models, by name."""
        body = GrantsPut(models=dict(models))
        return answer(put("users", user_id, "grants", body=body), GrantsAnswer)

    @asks
    def take_back(self, user_id: str, model: str) -> Flow[None]:
        """Take a grant about a model, or about `*`, back."""
        return done(delete("users", user_id, "grants", model))


class Keys(Noun[Via]):
    """API keys of a tenant."""

    @tells
    def each(self) -> Feed[KeyAnswer]:
        """Iterate over the keys."""
        return each_of(lambda cursor: answer(get("keys", query=PageQuery(cursor=cursor)), KeyPage))

    @asks
    def add(self, body: KeyPost) -> Flow[NewKeyAnswer]:
        """Make a key; its text is told once, and lost where this answer is cut off."""
        return answer(create("keys", body=body), NewKeyAnswer)

    @asks
    def show(self, key_id: str) -> Flow[KeyAnswer]:
        """Return a key, without its text."""
        return answer(get("keys", key_id), KeyAnswer)

    @asks
    def revoke(self, key_id: str) -> Flow[None]:
        """Revoke a key at once."""
        return done(delete("keys", key_id))
