"""The FastAPI application behind the door: what the server tells of itself, and its paths."""

import hmac
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import msgspec
from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException

from modelyard.domain.errors import ModelyardError, NotAuthorized, NotFound, WrongMethod
from modelyard.kit.matching import suggestion
from modelyard.kit.version import VERSION
from modelyard.serving.describing import describe
from modelyard.serving.door import Door
from modelyard.serving.exchanges import Reply
from modelyard.serving.facts import health_facts, model_facts
from modelyard.serving.meters import CONTENT_TYPE
from modelyard.serving.problems import fault, problem_of
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


def pages_of(door: Door, *, opened: Callable[[], None], closed: Callable[[], None]) -> FastAPI:
    """Return the pages of a door.

    Args:
        door: whose models are told of.
        opened: called when the server begins.
        closed: called when it ends.
    """

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        opened()
        try:
            yield
        finally:
            closed()

    pages = FastAPI(title="Modelyard", version=VERSION, lifespan=lifespan, redoc_url=None)
    pages.openapi = lambda: describe(door.shelf.models, door.options)  # type: ignore[method-assign]  # FastAPI's own way to hand out another document
    _add_server(pages, door)
    _add_models(pages, door)
    _add_protocol(pages, door)
    if door.options.token is not None:
        _add_admin(pages, door, door.options.token)
    _add_errors(pages)
    return pages


def _add_server(pages: FastAPI, door: Door) -> None:
    started_at = datetime.now(UTC)

    @pages.get("/")
    async def root() -> Response:
        names = list(door.shelf.models)
        links = {"health": "/health", "info": "/info", "metrics": "/metrics", "docs": "/docs"}
        return Json({"product": "modelyard", "version": VERSION, "models": names, "links": links})

    @pages.get("/health")
    async def health() -> Response:
        n_in_flight = door.gate.n_in_flight
        return Json(health_facts(door.shelf.models, n_in_flight=n_in_flight, started_at=started_at))

    @pages.get("/metrics")
    async def metrics(request: Request) -> Response:
        if "application/json" in request.headers.get("accept", ""):
            return Json(door.meters.as_json())
        return Response(door.meters.as_text(), headers={"content-type": CONTENT_TYPE})


def _add_models(pages: FastAPI, door: Door) -> None:
    @pages.get("/info")
    async def info() -> Response:
        only = door.shelf.only
        if only is not None:
            return Json(model_facts(only))
        return Json({"models": [model_facts(each) for each in door.shelf.models.values()]})

    @pages.get("/models")
    async def models() -> Response:
        return Json([_short(each) for each in door.shelf.models.values()])

    @pages.get("/models/{name}")
    async def model(name: str) -> Response:
        return Json(model_facts(_named(door.shelf.models, name)))


def _add_protocol(pages: FastAPI, door: Door) -> None:
    @pages.get("/v2")
    async def server() -> Response:
        told = {"name": "modelyard", "version": VERSION, "extensions": ["binary_tensor_data"]}
        return Json(told)

    @pages.get("/v2/health/live")
    async def live() -> Response:
        return Json({"live": True})

    @pages.get("/v2/health/ready")
    async def ready() -> Response:
        return Json({"ready": True})

    @pages.get("/v2/models/{name}")
    @pages.get("/v2/models/{name}/versions/{version}")
    async def model(name: str, version: str | None = None) -> Response:
        return Json(metadata(_versioned(door.shelf.models, name, version)))

    @pages.get("/v2/models/{name}/ready")
    @pages.get("/v2/models/{name}/versions/{version}/ready")
    async def model_ready(name: str, version: str | None = None) -> Response:
        served = _versioned(door.shelf.models, name, version)
        return Json({"name": served.name, "ready": True})


def _add_admin(pages: FastAPI, door: Door, token: str) -> None:
    @pages.post("/admin/reload")
    async def reload(request: Request) -> Response:
        given = request.headers.get("authorization", "").encode()
        if not hmac.compare_digest(given, f"Bearer {token}".encode()):
            raise NotAuthorized(
                "The call needs the token of this server.",
                fix="Send the header Authorization: Bearer TOKEN.",
            )
        renewed = await door.renew()
        door.after_renewal()
        models = [_short(each) for each in door.shelf.models.values()]
        return Json({"renewed": [each.name for each in renewed], "models": models})


def _add_errors(pages: FastAPI) -> None:
    @pages.exception_handler(ModelyardError)
    async def told(request: Request, error: ModelyardError) -> Response:
        return _response(problem_of(error, **_manner(request)))

    @pages.exception_handler(HTTPException)
    async def refused(request: Request, error: HTTPException) -> Response:
        path, method = request.url.path, request.method
        if error.status_code == 405:
            allow = (error.headers or {}).get("Allow", "GET")
            wrong = WrongMethod(f"{path} answers {allow}; {method} came.", fix=f"Send {allow}.")
            response = _response(problem_of(wrong, **_manner(request)))
            response.headers["allow"] = allow
            return response
        fix = _BY_NAME if path.startswith("/predict") else "/docs shows every path."
        missing = NotFound(f"There is nothing at {path[:200]}.", fix=fix)
        return _response(problem_of(missing, **_manner(request)))

    @pages.exception_handler(Exception)
    async def failed(request: Request, error: Exception) -> Response:
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


def _versioned(models: Mapping[str, Served], name: str, version: str | None) -> Served:
    served = _named(models, name)
    if version is not None and version != served.version:
        raise NotFound(
            f"'{name}' is served in version {served.version}, not {version[:60]}.",
            fix="Leave the version out.",
        )
    return served
