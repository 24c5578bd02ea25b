"""The people of a tenant, as its admins look after them."""

from typing import Annotated

from fastapi import Depends, Query

from modelyard.api.callers import CallerOf, ProjectOf
from modelyard.api.idempotency import tells_a_secret
from modelyard.api.policies import needs, needs_operator
from modelyard.api.routing import router
from modelyard.domain.identities import Role
from modelyard.wire import people as wire
from modelyard.wire.bodies import PageQuery

ROUTER = router("People")
ADMINS = [needs(Role.ADMIN)]
INVITES = [needs(Role.ADMIN), Depends(tells_a_secret)]


@ROUTER.get("/users", dependencies=ADMINS)
def list_users(project: ProjectOf, query: Annotated[PageQuery, Query()]) -> wire.UserPage:
    """List users by e-mail address."""
    page = project.people.page(limit=query.limit, cursor=query.cursor)
    items = [wire.UserAnswer.of(user) for user in page.items]
    return wire.UserPage(items=items, next_cursor=page.next_cursor)


@ROUTER.post("/users", dependencies=INVITES, status_code=201)
def add_user(caller: CallerOf, project: ProjectOf, body: wire.UserPost) -> wire.InvitationAnswer:
    """Make a user, and the token by which they choose a password."""
    made = project.people.add(caller, email=body.email, title=body.title, role=body.role)
    return wire.InvitationAnswer.of(*made)


@ROUTER.get("/users/{user_id}", dependencies=ADMINS)
def show_user(project: ProjectOf, user_id: str) -> wire.UserAnswer:
    """Show a user."""
    return wire.UserAnswer.of(project.people.get(user_id))


@ROUTER.post("/users/{user_id}/invitations", dependencies=INVITES, status_code=201)
def invite_user(caller: CallerOf, project: ProjectOf, user_id: str) -> wire.InvitationAnswer:
    """Make a token by which a user chooses a new password; one made before is good no more."""
    return wire.InvitationAnswer.of(*project.people.invite(caller, user_id))


@ROUTER.put("/users/{user_id}/role", dependencies=ADMINS)
def set_role(
    caller: CallerOf, project: ProjectOf, user_id: str, body: wire.RolePut
) -> wire.UserAnswer:
    """Give a user another role; access tokens carry the old one for ten minutes at most."""
    return wire.UserAnswer.of(project.people.set_role(caller, user_id, role=body.role))


@ROUTER.put("/users/{user_id}/operator", dependencies=[needs_operator()])
def set_operator(
    caller: CallerOf, project: ProjectOf, user_id: str, body: wire.OperatorPut
) -> wire.UserAnswer:
    """Let an admin run the platform as well, or no longer."""
    user = project.people.set_operator(caller, user_id, is_operator=body.is_operator)
    return wire.UserAnswer.of(user)


@ROUTER.put("/users/{user_id}/disabled", dependencies=ADMINS)
def set_user_disabled(
    caller: CallerOf, project: ProjectOf, user_id: str, body: wire.DisabledPut
) -> wire.UserAnswer:
    """Keep a user out, or let them in again; their API keys are refused at once."""
    user = project.people.set_disabled(caller, user_id, is_disabled=body.is_disabled)
    return wire.UserAnswer.of(user)


@ROUTER.get("/users/{user_id}/grants", dependencies=ADMINS)
def show_grants(project: ProjectOf, user_id: str) -> wire.GrantsAnswer:
    """Show which models a user is given, as a viewer."""
    return wire.GrantsAnswer(models=dict(project.people.access_of(user_id).grants))


@ROUTER.put("/users/{user_id}/grants", dependencies=ADMINS)
def grant_models(
    caller: CallerOf, project: ProjectOf, user_id: str, body: wire.GrantsPut
) -> wire.GrantsAnswer:
    """Give or refuse a viewer models."""
    access = project.people.grant(caller, user_id, grants=body.models)
    return wire.GrantsAnswer(models=dict(access.grants))


@ROUTER.delete("/users/{user_id}/grants/{model}", dependencies=ADMINS, status_code=204)
def take_back_grant(caller: CallerOf, project: ProjectOf, user_id: str, model: str) -> None:
    """Take a grant about a model, or about `*`, back."""
    project.people.take_back(caller, user_id, model=model)
