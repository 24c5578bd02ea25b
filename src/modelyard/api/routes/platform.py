"""What the platform tells of itself: where things are, whether it works, and what it counts."""

from typing import Any

from fastapi import Request, Response
from fastapi.responses import HTMLResponse

from modelyard.api.callers import PlatformOf
from modelyard.api.guide import guide_of
from modelyard.api.meters import CONTENT_TYPE, Meters
from modelyard.api.policies import public
from modelyard.api.routing import PREFIX, router
from modelyard.kit.version import VERSION
from modelyard.wire.platform import Entrance, HealthAnswer, HealthPart, VersionAnswer

ROUTER = router("Platform", prefix="")


@ROUTER.get("/", dependencies=[public()])
async def show_entrance() -> Entrance:
    """Say where things are."""
    paths = ("health", "version", "metrics", "docs", "openapi.json")
    links = {path: f"/{path}" for path in paths} | {"api": PREFIX}
    return Entrance(product="modelyard", version=VERSION, links=links)


@ROUTER.get("/version", dependencies=[public()])
async def tell_version() -> VersionAnswer:
    """Say which version answers."""
    return VersionAnswer(product="modelyard", version=VERSION)


@ROUTER.get(
    "/health",
    dependencies=[public()],
    responses={503: {"model": HealthAnswer, "description": "A vital part is not sound."}},
)
def show_health(platform: PlatformOf, response: Response) -> HealthAnswer:
    """Say whether the platform can do its work; 503 where it cannot."""
    parts = platform.platform_health.examine()
    answer = HealthAnswer(
        is_healthy=all(each.is_sound for each in parts if each.is_vital),
        version=VERSION,
        parts={each.name: HealthPart.model_validate(each) for each in parts},
    )
    response.status_code = 200 if answer.is_healthy else 503
    return answer


@ROUTER.get(
    "/metrics",
    dependencies=[public()],
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
async def show_metrics(request: Request) -> Response:
    """Tell what was counted, for Prometheus."""
    meters: Meters = request.app.state.meters
    return Response(meters.as_text(), headers={"content-type": CONTENT_TYPE})


@ROUTER.get("/openapi.json", dependencies=[public()], include_in_schema=False)
async def show_openapi(request: Request) -> dict[str, Any]:
    """Describe every route."""
    document: dict[str, Any] = request.app.openapi()
    return document


@ROUTER.get("/docs", dependencies=[public()], include_in_schema=False, response_class=HTMLResponse)
async def show_guide(request: Request) -> HTMLResponse:
    """Show every route, on a page that needs no other server."""
    page = guide_of(request.app.openapi())
    return HTMLResponse(page.html, headers=dict(page.headers))
