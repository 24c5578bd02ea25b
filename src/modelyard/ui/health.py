"""Says whether the page runs, and whether the platform that it shows answers."""

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from modelyard.domain.errors import ModelyardError
from modelyard.kit.version import VERSION
from modelyard.ui.parts.problems import for_anybody
from modelyard.ui.process import held
from modelyard.wire.platform import HealthAnswer, HealthPart


def routes() -> list[Route]:
    """Return the route."""
    return [Route("/health", _answer, methods=["GET"])]


async def _answer(request: Request) -> Response:
    del request
    part = await run_in_threadpool(_platform)
    answer = HealthAnswer(is_healthy=True, version=VERSION, parts={"platform": part})
    return Response(answer.model_dump_json(), media_type="application/json")


def _platform() -> HealthPart:
    """Return whether the platform answers; the page runs without it, and says so to people."""
    try:
        health = held().sessions.anonymous.platform.health()
    except ModelyardError as error:
        return HealthPart(is_sound=False, is_vital=False, detail=str(for_anybody(error)))
    words = "well" if health.is_healthy else "not well"
    return HealthPart(is_sound=health.is_healthy, is_vital=False, detail=f"It answers: {words}.")
