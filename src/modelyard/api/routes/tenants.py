"""The tenants of a platform, as its operators make and close them."""

from typing import Annotated

from fastapi import Depends, Query

from modelyard.api.callers import CallerOf, PlatformOf
from modelyard.api.idempotency import tells_a_secret
from modelyard.api.policies import needs_operator
from modelyard.api.routing import router
from modelyard.domain.jobs import Quota
from modelyard.wire import people as wire
from modelyard.wire.bodies import PageQuery

ROUTER = router("Tenants")
OPERATORS = [needs_operator()]


@ROUTER.get("/tenants", dependencies=OPERATORS)
def list_tenants(platform: PlatformOf, query: Annotated[PageQuery, Query()]) -> wire.TenantPage:
    """List tenants by id."""
    page = platform.access.tenants.page(limit=query.limit, cursor=query.cursor)
    items = [wire.TenantAnswer.model_validate(tenant) for tenant in page.items]
    return wire.TenantPage(items=items, next_cursor=page.next_cursor)


@ROUTER.post("/tenants", dependencies=[*OPERATORS, Depends(tells_a_secret)], status_code=201)
def add_tenant(
    caller: CallerOf, platform: PlatformOf, body: wire.TenantPost
) -> wire.NewTenantAnswer:
    """Make a tenant, and invite its first admin."""
    made, admin, token = platform.access.tenants.add(
        caller, tenant=body.id, title=body.title, email=body.admin_email
    )
    return wire.NewTenantAnswer.of(made, admin=admin, token=token)


@ROUTER.get("/tenants/{tenant}", dependencies=OPERATORS)
def show_tenant(platform: PlatformOf, tenant: str) -> wire.TenantAnswer:
    """Show a tenant."""
    return wire.TenantAnswer.model_validate(platform.access.tenants.get(tenant))


@ROUTER.put("/tenants/{tenant}/disabled", dependencies=OPERATORS)
def set_tenant_disabled(
    caller: CallerOf, platform: PlatformOf, tenant: str, body: wire.DisabledPut
) -> wire.TenantAnswer:
    """Let nobody of a tenant in, or let them in again; its data stay as they are."""
    changed = platform.access.tenants.set_disabled(caller, tenant, is_disabled=body.is_disabled)
    return wire.TenantAnswer.model_validate(changed)


@ROUTER.get("/tenants/{tenant}/quota", dependencies=OPERATORS)
def show_quota(platform: PlatformOf, tenant: str) -> wire.QuotaAnswer:
    """Show how many jobs of a tenant may run, and wait, at once."""
    found = platform.access.tenants.get(tenant)
    return wire.QuotaAnswer.model_validate(platform.of(found.id).jobs.quota())


@ROUTER.put("/tenants/{tenant}/quota", dependencies=OPERATORS)
def set_quota(
    caller: CallerOf, platform: PlatformOf, tenant: str, body: wire.QuotaPut
) -> wire.QuotaAnswer:
    """Let more or fewer jobs of a tenant run and wait; what does already is left alone."""
    found = platform.access.tenants.get(tenant)
    quota = Quota(body.most_running, body.most_queued)
    platform.of(found.id).jobs.set_quota(quota, caller=caller)
    return wire.QuotaAnswer.model_validate(quota)
