"""Turns what goes wrong on the way through a route into problem documents."""

import json
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, get_args

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from starlette.exceptions import HTTPException

from modelyard.api.problems import problem_response
from modelyard.api.routing import Route, every_route
from modelyard.domain.errors import (
    DamagedFile,
    InvalidValue,
    MalformedBody,
    ModelyardError,
    NotFound,
    StoreError,
    StoreUnavailable,
    UnknownKey,
    WrongMethod,
)
from modelyard.kit.matching import known_names
from modelyard.wire.problems import dotted_keys, rule_of

_MOST_SHOWN = 80
# What came under these names is not told back: it would stand in somebody's log.
_SECRETS = frozenset({"password", "new_password", "token", "refresh_token", "secret", "key"})


def handle_errors(app: FastAPI) -> None:
    """Let the application answer every foreseen error with a problem document."""
    app.add_exception_handler(ModelyardError, _told)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _refused)


async def _told(request: Request, error: Exception) -> Response:
    if not isinstance(error, ModelyardError):
        raise error
    if isinstance(error, StoreError) and not isinstance(error, DamagedFile):
        error = _without_place(error)
    return problem_response(error, request.state.request_id)


def _without_place(error: StoreError) -> StoreError:
    """Return what callers are told, who may be anybody; the log tells what lies where."""
    structlog.get_logger().warning("the store cannot be used", error=str(error))
    if not isinstance(error, StoreUnavailable):
        return StoreError(
            error.elsewhere,
            fix="Where it has no room, delete what nobody needs any more: that can be done on a "
            "full disk too. Whoever runs the platform finds more in its log.",
        )
    return StoreUnavailable(
        "The platform's database does not answer now, or all its connections are taken.",
        fix="Try again in a moment: what was on its way is kept whole or not at all. If it stays "
        "so, whoever runs the platform finds more in its log.",
        retry_after_s=error.retry_after_s,
    )


async def _invalid(request: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise error
    # A misspelt name explains the one that then lacks, and not the other way round.
    found = min(error.errors(), key=lambda each: each["type"] != "extra_forbidden")
    return await _told(request, _explained(found, request.scope.get("route")))


async def _refused(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    path, method = request.url.path, request.method
    if error.status_code == 405:
        allowed = ", ".join(_methods_at(path))
        wrong = WrongMethod(
            f"{path[:200]} answers {allowed}; {method[:20]} came.", fix="/docs shows every path."
        )
        response = await _told(request, wrong)
        response.headers["allow"] = allowed
        return response
    missing = NotFound(f"There is nothing at {path[:200]}.", fix="/docs shows every path.")
    return await _told(request, missing)


def _methods_at(path: str) -> Sequence[str]:
    """Return every method that a path answers: FastAPI tells those of one route alone."""
    routes = (route for route in every_route() if route.path_regex.match(path))
    return sorted({method for route in routes for method in route.verbs})


def _explained(found: Mapping[str, Any], route: object) -> ModelyardError:
    """Return one of pydantic's errors in our words; a misspelt name with the nearest right one."""
    source, *parts = found["loc"]
    is_unknown, is_missing = found["type"] == "extra_forbidden", found["type"] == "missing"
    rule = "is not known" if is_unknown else "is required" if is_missing else rule_of(found)
    is_whole = isinstance(found["input"], dict)
    came = "" if is_unknown or is_missing or is_whole else f"; {_shown(found['input'], parts)} came"
    fix = "Correct it; /docs shows what may stand there."
    if is_unknown:
        fix = known_names(str(parts[-1]), _names_in(route, source, parts[:-1]))
    elif is_missing:
        fix = _what_lacks(parts, _field_at(route, source, parts))
    if source == "body":
        path = "$" + "".join(_step(part) for part in parts)
        return MalformedBody(f"{path} {rule}{came}.", fix=fix, path=path)
    name = ".".join(map(str, parts))
    refused = UnknownKey if is_unknown else InvalidValue
    return refused(f"The {_SOURCES[source]} '{name[:60]}' {rule}{came}.", fix=fix, sample=name)


def _what_lacks(parts: Sequence[str | int], field: FieldInfo | None) -> str:
    """Say what is to be added, with an example where its field has one."""
    name = next((part for part in reversed(parts) if isinstance(part, str)), "a JSON body")
    told, examples = ("", []) if field is None else (field.description, field.examples or [])
    about = f": {told[:1].lower()}{told[1:]}" if told else "."
    example = f" For example: {json.dumps({name: examples[0]})}" if examples else ""
    return f"Add {name}{about}{example}"


def _field_at(route: object, source: str, parts: Sequence[str | int]) -> FieldInfo | None:
    """Return the field of a body or of parameters at a path."""
    found, models = None, _models_of(route, source)
    for part in parts:
        if isinstance(part, int):
            continue
        found = next(
            (each.model_fields[part] for each in models if part in each.model_fields), None
        )
        models = [] if found is None else _models_in(found.annotation)
    return found


def _models_in(annotation: object) -> list[type[BaseModel]]:
    kinds = (annotation, *get_args(annotation))
    return [each for each in kinds if isinstance(each, type) and issubclass(each, BaseModel)]


def _models_of(route: object, source: str) -> list[type[BaseModel]]:
    if not isinstance(route, Route):
        return []
    fields = [route.body_field] if source == "body" else route.dependant.query_params
    kinds = (field.field_info.annotation for field in fields if field is not None)
    return [each for each in kinds if isinstance(each, type) and issubclass(each, BaseModel)]


def _names_in(route: object, source: str, parts: Sequence[str | int]) -> list[str]:
    """Return what may stand where something unknown stood."""
    models = _models_of(route, source)
    path = "".join(f"{part}." for part in parts if isinstance(part, str))
    known = [key for model in models for key in dotted_keys(model)]
    below = [key.removeprefix(path) for key in known if key.startswith(path)]
    return sorted({key for key in below if "." not in key})


_SOURCES: Mapping[str, str] = MappingProxyType(
    {"query": "parameter", "path": "part of the path", "header": "header", "cookie": "cookie"}
)


def _step(part: str | int) -> str:
    return f"[{part}]" if isinstance(part, int) else f".{part}"


def _shown(came: object, parts: Sequence[str | int]) -> str:
    # A body as a whole may hold a secret under whatever name.
    if not parts or _SECRETS.intersection(map(str, parts)) or isinstance(came, dict):
        return "something else"
    told = repr(came)
    return told if len(told) <= _MOST_SHOWN else f"{told[:_MOST_SHOWN]}…"
