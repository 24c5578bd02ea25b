"""What a tenant has trained, registered and answered, summed up."""

from typing import Annotated

from fastapi import Query

from modelyard.api.callers import CallerOf, ProjectOf
from modelyard.api.policies import needs
from modelyard.api.routing import router
from modelyard.domain.identities import Role
from modelyard.wire import analytics as wire

ROUTER = router("Platform")


@ROUTER.get("/analytics", dependencies=[needs(Role.VIEWER)])
def show_analytics(
    caller: CallerOf, project: ProjectOf, query: Annotated[wire.AnalyticsQuery, Query()]
) -> wire.AnalyticsAnswer:
    """Sum up trainings and predictions since a time, and all models."""
    return wire.AnalyticsAnswer.of(project.analytics.tell(caller, since=query.since))
