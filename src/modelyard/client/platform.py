"""The platform itself: its health, what can be trained there, its tenants, its record of deeds."""

from modelyard.client.flows import answer, each_of
from modelyard.client.operations import Noun, Via, asks, tells
from modelyard.client.requests import Request, create, get, put
from modelyard.client.steps import Feed, Flow
from modelyard.wire.analytics import AnalyticsAnswer, AnalyticsQuery
from modelyard.wire.bodies import PageQuery
from modelyard.wire.catalog import AlgorithmList, MetricList
from modelyard.wire.people import (
    AuditCheckAnswer,
    AuditEventAnswer,
    AuditPage,
    AuditQuery,
    DisabledPut,
    NewTenantAnswer,
    QuotaAnswer,
    QuotaPut,
    TenantAnswer,
    TenantPage,
    TenantPost,
)
from modelyard.wire.platform import HealthAnswer, VersionAnswer


class Platform(Noun[Via]):
    """What the platform tells of itself."""

    @asks
    def health(self) -> Flow[HealthAnswer]:
        """Return whether the platform can do its work.

        Raises:
            ModelyardError: if it cannot.
        """
        return answer(Request("GET", "/health"), HealthAnswer)

    @asks
    def version(self) -> Flow[VersionAnswer]:
        """Return which version answers."""
        return answer(Request("GET", "/version"), VersionAnswer)

    @asks
    def algorithms(self) -> Flow[AlgorithmList]:
        """Return every algorithm, with a JSON schema of its hyperparameters."""
        return answer(get("algorithms"), AlgorithmList)

    @asks
    def metrics(self) -> Flow[MetricList]:
        """Return every metric."""
        return answer(get("metrics"), MetricList)

    @asks
    def analytics(self, query: AnalyticsQuery | None = None) -> Flow[AnalyticsAnswer]:
        """Return trainings and predictions summed up since a time, and all models."""
        return answer(get("analytics", query=query), AnalyticsAnswer)


class Tenants(Noun[Via]):
    """The tenants of the platform, for its operators."""

    @tells
    def each(self) -> Feed[TenantAnswer]:
        """Iterate over the tenants by id."""
        return each_of(
            lambda cursor: answer(get("tenants", query=PageQuery(cursor=cursor)), TenantPage)
        )

    @asks
    def add(self, body: TenantPost) -> Flow[NewTenantAnswer]:
        """Make a tenant, and invite its first admin."""
        return answer(create("tenants", body=body), NewTenantAnswer)

    @asks
    def show(self, tenant: str) -> Flow[TenantAnswer]:
        """Return a tenant."""
        return answer(get("tenants", tenant), TenantAnswer)

    @asks
    def set_disabled(self, tenant: str, *, is_disabled: bool) -> Flow[TenantAnswer]:
        """Let nobody of a tenant in, or let them in again."""
        body = DisabledPut(is_disabled=is_disabled)
        return answer(put("tenants", tenant, "disabled", body=body), TenantAnswer)

    @asks
    def quota(self, tenant: str) -> Flow[QuotaAnswer]:
        """Return how many jobs of a tenant may run, and wait, at once."""
        return answer(get("tenants", tenant, "quota"), QuotaAnswer)

    @asks
    def set_quota(self, tenant: str, *, most_running: int, most_queued: int) -> Flow[QuotaAnswer]:
        """Let more or fewer jobs of a tenant run and wait."""
        body = QuotaPut(most_running=most_running, most_queued=most_queued)
        return answer(put("tenants", tenant, "quota", body=body), QuotaAnswer)


class Deeds(Noun[Via]):
    """The record of who did what, for admins of a tenant."""

    @asks
    def page(self, query: AuditQuery | None = None) -> Flow[AuditPage]:
        """Return one part of the list, the newest first."""
        return answer(get("audit", query=query), AuditPage)

    @tells
    def each(self, query: AuditQuery | None = None) -> Feed[AuditEventAnswer]:
        """Iterate over the deeds, the newest first."""
        asked = query or AuditQuery()
        return each_of(
            lambda cursor: answer(
                get("audit", query=asked.model_copy(update={"cursor": cursor})), AuditPage
            )
        )

    @asks
    def verify(self) -> Flow[AuditCheckAnswer]:
        """Return whether a deed was deleted, altered or moved, and which is the first."""
        return answer(get("audit", "verification"), AuditCheckAnswer)
