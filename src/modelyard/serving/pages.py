"""The pages behind the door: what the server tells of itself and its models."""

import hmac
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from modelyard.domain.errors import ModelyardError, NotAuthorized, NotFound, WrongMethod
from modelyard.kit.matching import suggestion
from modelyard.kit.version import VERSION
from modelyard.serving.describing import describe
from modelyard.serving.door import Door
from modelyard.serving.exchanges import Reply
from modelyard.serving.facts import health_facts, model_facts
from modelyard.serving.guide import render
from modelyard.serving.meters import CONTENT_TYPE
from modelyard.serving.problems import fault, problem_of
from modelyard.serving.protocol import ENDED
from modelyard.serving.shelf import Served
from modelyard.serving.tensors import metadata

# Told where several models are asked as one.
_BY_NAME = "Ask for one of them: /models/{name}."


class Json(Response):
    """A response that msgspec writes."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        """Return the content as JSON."""
        return msgspec.json.encode(content)


def pages_of(door: Door, *, opened: Callable[[], None], closed: Callable[[], None]) -> Starlette:
    """Return the pages of a door.

    Args:
        door: whose models are told of.
        opened: called when the server begins.
        closed: called when it ends.
    """

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[Mapping[str, Any]]:
        opened()
        try:
            # What each connection of the server is told.
            yield {ENDED: door.end}
        finally:
            closed()

    routes = [*_server(door), *_documentation(door), *_models(door), *_protocol(door)]
    if door.options.token is not None:
        routes.append(_admin(door, door.options.token))
    handlers: Any = {ModelyardError: _told, HTTPException: _refused, Exception: _failed}
    pages = Starlette(routes=routes, lifespan=lifespan, exception_handlers=handlers)
    # A redirection would lead to whatever host the client has named.
    pages.router.redirect_slashes = False
    return pages


def _server(door: Door) -> Iterator[Route]:
    started_at = datetime.now(UTC)

    async def root(_: Request) -> Response:
        names = list(door.shelf.models)
        links = {"health": "/health", "info": "/info", "metrics": "/metrics", "docs": "/docs"}
        return Json({"product": "modelyard", "version": VERSION, "models": names, "links": links})

    async def health(_: Request) -> Response:
        n_in_flight = door.meters.counts.in_flight
        return Json(health_facts(door.shelf.models, n_in_flight=n_in_flight, started_at=started_at))

    async def metrics(request: Request) -> Response:
        if "application/json" in request.headers.get("accept", ""):
            return Json(door.meters.as_json())
        return Response(door.meters.as_text(), headers={"content-type": CONTENT_TYPE})

    yield _page("/", root)
    yield _page("/health", health)
    yield _page("/metrics", metrics)


def _documentation(door: Door) -> Iterator[Route]:
    async def document(_: Request) -> Response:
        return Json(describe(door.shelf.models, door.options))

    async def guide(request: Request) -> Response:
        address = f"{request.url.scheme}://{request.headers.get('host', '')}"
        page = render(door.shelf.models, door.options, address=address)
        return Response(page.html, headers=page.headers, media_type="text/html")

    yield _page("/openapi.json", document)
    yield _page("/docs", guide)


def _models(door: Door) -> Iterator[Route]:
    async def info(_: Request) -> Response:
        only = door.shelf.only
        if only is not None:
            return Json(model_facts(only))
        return Json({"models": [model_facts(each) for each in door.shelf.models.values()]})

    async def models(_: Request) -> Response:
        return Json([_short(each) for each in door.shelf.models.values()])

    async def model(request: Request) -> Response:
        return Json(model_facts(_named(door.shelf.models, request.path_params["name"])))

    yield _page("/info", info)
    yield _page("/models", models)
    yield _page("/models/{name}", model)


def _protocol(door: Door) -> Iterator[Route]:
    async def server(_: Request) -> Response:
        told = {"name": "modelyard", "version": VERSION, "extensions": ["binary_tensor_data"]}
        return Json(told)

    async def live(_: Request) -> Response:
        return Json({"live": True})

    async def ready(_: Request) -> Response:
        return Json({"ready": True})

    async def model(request: Request) -> Response:
        return Json(metadata(_versioned(door.shelf.models, **request.path_params)))

    async def model_ready(request: Request) -> Response:
        served = _versioned(door.shelf.models, **request.path_params)
        return Json({"name": served.name, "ready": True})

    yield _page("/v2", server)
    yield _page("/v2/health/live", live)
    yield _page("/v2/health/ready", ready)
    for path in ("/v2/models/{name}", "/v2/models/{name}/versions/{version}"):
        yield _page(path, model)
        yield _page(f"{path}/ready", model_ready)


def _admin(door: Door, token: str) -> Route:
    async def reload(request: Request) -> Response:
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        is_right = hmac.compare_digest(given.strip().encode(), token.encode())
        # Names of schemes are the same in any case (RFC 9110, 11.1).
        if scheme.lower() != "bearer" or not is_right:
            raise NotAuthorized(
                "The call needs the token of this server.",
                fix="Send the header Authorization: Bearer TOKEN.",
            )
        renewed = await door.renew()
        door.after_renewal()
        models = [_short(each) for each in door.shelf.models.values()]
        names = [each["model"] for each in renewed]
        return Json({"renewed": names, "changes": renewed, "models": models})

    return _page("/admin/reload", reload, method="POST")


def _page(
    path: str, answer: Callable[[Request], Awaitable[Response]], *, method: str = "GET"
) -> Route:
    # GET is answered to HEAD as well (RFC 9110, 9.1): without its body, which uvicorn leaves out.
    return Route(path, answer, methods=[method])


async def _told(request: Request, error: ModelyardError) -> Response:
    return _response(problem_of(error, **_manner(request)))


async def _refused(request: Request, error: HTTPException) -> Response:
    path, method = request.url.path, request.method
    if error.status_code == 405:
        allow = ", ".join(sorted((error.headers or {}).get("Allow", "GET").split(", ")))
        wrong = WrongMethod(
            f"{path} answers {allow}; {method} came.", fix=f"Send {allow.partition(',')[0]}."
        )
        response = _response(problem_of(wrong, **_manner(request)))
        response.headers["allow"] = allow
        return response
    fix = _BY_NAME if path.startswith("/predict") else "/docs shows every path."
    missing = NotFound(f"There is nothing at {path[:200]}.", fix=fix)
    return _response(problem_of(missing, **_manner(request)))


async def _failed(request: Request, error: Exception) -> Response:
    del error
    return _response(fault(**_manner(request)))


def _manner(request: Request) -> dict[str, Any]:
    request_id = request.scope.get("modelyard.request_id", "")
    return {"request_id": request_id, "is_of_protocol": request.url.path.startswith("/v2")}


def _response(reply: Reply) -> Response:
    headers = {name.decode(): value.decode("latin-1") for name, value in reply.headers}
    headers["content-type"] = reply.media_type.decode()
    return Response(reply.body, reply.status, headers)


def _short(served: Served) -> dict[str, Any]:
    return {"name": served.name, "version": served.version, "task": served.manifest.task}


def _named(models: Mapping[str, Served], name: str) -> Served:
    if name not in models:
        known = f"Served here: {', '.join(models)}."
        raise NotFound(
            f"There is no model '{name[:60]}'.", fix=suggestion(name, list(models), otherwise=known)
        )
    return models[name]


def _versioned(models: Mapping[str, Served], name: str, version: str | None = None) -> Served:
    served = _named(models, name)
    if version is not None and version != served.version:
        raise NotFound(
            f"'{name}' is served in version {served.version}, not {version[:60]}.",
            fix="Leave the version out.",
        )
    return served
