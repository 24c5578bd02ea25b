"""`modelyard users`: people, as whoever has the machine looks after them."""

from typing import TYPE_CHECKING

import click

from modelyard.cli._options import JSON
from modelyard.cli._screen import print_json, print_table

if TYPE_CHECKING:
    from modelyard.domain.credentials import Secret
    from modelyard.domain.people import User

TENANT = click.option("--tenant", default="local", show_default=True, help="Of the people.")


@click.group("users")
def users() -> None:
    """Let people in, and list them."""


@users.command("setup")
@JSON
def setup(*, wants_json: bool) -> None:
    """Print the token that makes the first user.

    It is good once and for an hour; one that was printed before is good no more. Whoever sends it
    chooses the password: POST /api/v1/ml/auth/setup.
    """
    from modelyard.bootstrap import open_project
    from modelyard.domain.errors import Conflict

    token = open_project().access.invitations.begin_setup()
    if token is None:
        raise Conflict(
            "The platform is set up: it has users.",
            fix="modelyard users invite EMAIL lets one of them choose a new password.",
        )
    if wants_json:
        print_json({"token": token.text})
    else:
        click.echo(token.text)


@users.command("list")
@TENANT
@JSON
def list_users(*, tenant: str, wants_json: bool) -> None:
    """List people by e-mail address."""
    from modelyard.bootstrap import open_project

    found = open_project().of(tenant).people.page().items
    if wants_json:
        print_json([_plain(user) for user in found])
        return
    rows = [
        (user.email, user.role.value, _standing(user), f"{user.created_at:%Y-%m-%d}", user.id)
        for user in found
    ]
    print_table("People", ("e-mail", "role", "standing", "since", "id"), rows=rows)


@users.command("add")
@click.argument("email")
@click.option(
    "--role",
    type=click.Choice(["viewer", "editor", "admin"]),
    default="viewer",
    show_default=True,
    help="In the tenant.",
)
@click.option("--name", "title", default="", help="Of the person.")
@TENANT
@JSON
def add(email: str, *, role: str, title: str, tenant: str, wants_json: bool) -> None:
    """Make a user, and print their invitation.

    The token that is printed is good once and for three days; by it the person chooses a password:
    POST /api/v1/ml/auth/password.
    """
    from modelyard.bootstrap import open_project
    from modelyard.domain.identities import LOCAL_CALLER, Role

    project = open_project()
    project.access.invitations.require_set_up()
    found = project.access.tenants.get(tenant)
    people = project.of(found.id).people
    made = people.add(LOCAL_CALLER, email=email, title=title, role=Role(role))
    _tell(*made, wants_json=wants_json)


@users.command("invite")
@click.argument("email")
@JSON
def invite(email: str, *, wants_json: bool) -> None:
    """Print a token that sets a new password.

    It is good once and for three days, and is sent with the new password to
    POST /api/v1/ml/auth/password. The old password is good until then.
    """
    from modelyard.bootstrap import open_project
    from modelyard.domain.identities import LOCAL_CALLER

    invitations = open_project().access.invitations
    _tell(*invitations.invite_again(LOCAL_CALLER, email), wants_json=wants_json)


def _tell(user: "User", token: "Secret", *, wants_json: bool) -> None:
    if wants_json:
        print_json({"user": _plain(user), "token": token.text})
    else:
        click.echo(f"{user.email} chooses a password with the token {token.text}")


def _plain(user: "User") -> dict[str, object]:
    from modelyard.wire.people import UserAnswer

    return UserAnswer.of(user).model_dump(mode="json")


def _standing(user: "User") -> str:
    if user.disabled_at is not None:
        return "disabled"
    return "invited" if user.password_hash is None else "active"


COMMAND = users
