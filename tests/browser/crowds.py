"""The people of a platform on which one logs in: one of each role, who have chosen passwords."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from modelyard.client.clients import Client
from modelyard.domain.identities import Role
from modelyard.wire.credentials import SetupPost
from platforms import Platform

PASSWORD = "green kettle under stairs"  # noqa: S105 - of people of tests
EMAILS: Mapping[Role, str] = MappingProxyType(
    {
        Role.VIEWER: "vera@example.org",
        Role.EDITOR: "edda@example.org",
        Role.ADMIN: "ada@example.org",
    }
)


@dataclass(frozen=True)
class Crowd:
    """A platform with people.

    Attributes:
        platform: that they log in to.
    """

    platform: Platform

    def client(self, role: Role) -> Client:
        """Return a client that asks as the person with this role, who has just logged in.

        Tests of one crowd take longer than an access token is good for.
        """
        with Client(self.platform.api) as nobody:
            pair = nobody.logins.log_in(EMAILS[role], PASSWORD)
        return Client(self.platform.api, token=pair.access_token)


def invite_crowd(platform: Platform) -> Crowd:
    """Make the first user, an admin, who invites the others."""
    token = platform.document()["setup_token"]
    with Client(platform.api) as nobody:
        body = SetupPost(token=token, email=EMAILS[Role.ADMIN], password=PASSWORD, title="Ada")
        first = nobody.logins.set_up(body)
        with Client(platform.api, token=first.access_token) as admin:
            for role in (Role.VIEWER, Role.EDITOR):
                invited = admin.people.add(EMAILS[role], role)
                nobody.logins.choose_password(invited.token, PASSWORD)
    return Crowd(platform)
