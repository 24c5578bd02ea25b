"""API keys: an admin sees those of the tenant, whoever else their own."""

from datetime import timedelta
from typing import Annotated

from fastapi import Depends, Query

from modelyard.api.callers import CallerOf, ProjectOf
from modelyard.api.idempotency import tells_a_secret
from modelyard.api.policies import needs
from modelyard.api.routing import router
from modelyard.domain.identities import Role
from modelyard.wire import credentials as wire
from modelyard.wire.bodies import PageQuery

ROUTER = router("API keys")
PEOPLE = [needs(Role.VIEWER)]


@ROUTER.get("/keys", dependencies=PEOPLE)
def list_keys(
    caller: CallerOf, project: ProjectOf, query: Annotated[PageQuery, Query()]
) -> wire.KeyPage:
    """List API keys, the newest first."""
    page = project.keys.page(caller, limit=query.limit, cursor=query.cursor)
    items = [wire.KeyAnswer.of(key) for key in page.items]
    return wire.KeyPage(items=items, next_cursor=page.next_cursor)


@ROUTER.post("/keys", dependencies=[*PEOPLE, Depends(tells_a_secret)], status_code=201)
def add_key(caller: CallerOf, project: ProjectOf, body: wire.KeyPost) -> wire.NewKeyAnswer:
    """Make an API key; its text is told here and never again."""
    made = project.keys.add(
        caller,
        title=body.title,
        role=body.role,
        lasts=timedelta(days=body.expires_in_days),
        models=body.models,
    )
    return wire.NewKeyAnswer.made(*made)


@ROUTER.get("/keys/{key_id}", dependencies=PEOPLE)
def show_key(caller: CallerOf, project: ProjectOf, key_id: str) -> wire.KeyAnswer:
    """Show an API key."""
    return wire.KeyAnswer.of(project.keys.get(caller, key_id))


@ROUTER.delete("/keys/{key_id}", dependencies=PEOPLE, status_code=204)
def revoke_key(caller: CallerOf, project: ProjectOf, key_id: str) -> None:
    """Let a key be good no more, at once."""
    project.keys.revoke(caller, key_id)
