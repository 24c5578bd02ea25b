"""The record of deeds of a tenant: read and checked, never written from outside."""

from typing import Annotated

from fastapi import Query

from modelyard.api.callers import ProjectOf
from modelyard.api.policies import needs
from modelyard.api.routing import router
from modelyard.domain.audits import AuditQuery
from modelyard.domain.identities import Role
from modelyard.wire import people as wire

ROUTER = router("Audit")
ADMINS = [needs(Role.ADMIN)]


@ROUTER.get("/audit", dependencies=ADMINS)
def list_deeds(project: ProjectOf, query: Annotated[wire.AuditQuery, Query()]) -> wire.AuditPage:
    """List who did what, the newest first."""
    page = project.audit.page(AuditQuery(**query.model_dump()))
    items = [wire.AuditEventAnswer.of(event) for event in page.items]
    return wire.AuditPage(items=items, next_cursor=page.next_cursor)


@ROUTER.get("/audit/verification", dependencies=ADMINS)
def verify_deeds(project: ProjectOf) -> wire.AuditCheckAnswer:
    """Say whether a deed was deleted, altered or moved, and which is the first."""
    return wire.AuditCheckAnswer.of(project.audit.verify())
