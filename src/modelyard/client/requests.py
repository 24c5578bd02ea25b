"""Requests as values: which method and path, what is sent, and whether they may be repeated."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from urllib.parse import quote, urlencode
from uuid import uuid4

from pydantic import BaseModel

from modelyard.domain.errors import InvalidValue

PREFIX = "/api/v1/ml"
_JSON = MappingProxyType({"content-type": "application/json"})
_NONE: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Request:
    """One request.

    Attributes:
        method: of HTTP.
        path: with its parameters, below the address of the platform.
        headers: beside those of every request.
        content: the body.
        is_repeatable: whether it may be sent again where it is not known what became of it.
    """

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=lambda: _NONE)
    content: bytes = field(default=b"", repr=False)
    is_repeatable: bool = True


def path_of(*segments: str, query: BaseModel | None = None) -> str:
    """Return a path of the API.

    Args:
        segments: names, which are quoted.
        query: parameters; those that were not given are left to the platform.

    Raises:
        InvalidValue: if a name is none that a path can hold.
    """
    for segment in segments:
        if segment in {"", ".", ".."}:
            raise InvalidValue(
                f"A name, id or reference is expected; '{segment}' came.", fix="Name what is meant."
            )
    path = "/".join((PREFIX, *(quote(each, safe="@") for each in segments)))
    if query is None:
        return path
    given = query.model_dump(mode="json", exclude_unset=True, exclude_none=True)
    words = {name: str(value).lower() for name, value in given.items() if isinstance(value, bool)}
    written = urlencode(given | words, doseq=True)
    return f"{path}?{written}" if written else path


def get(*segments: str, query: BaseModel | None = None) -> Request:
    """Return a request that reads."""
    return Request("GET", path_of(*segments, query=query))


def post(*segments: str, body: BaseModel | None = None, is_repeatable: bool = False) -> Request:
    """Return a POST that creates nothing.

    Args:
        segments: of its path.
        body: that is sent as JSON.
        is_repeatable: whether asking twice does no more than asking once.
    """
    return Request(
        "POST", path_of(*segments), _headers(body), _json(body), is_repeatable=is_repeatable
    )


def create(
    *segments: str, body: BaseModel | None = None, query: BaseModel | None = None
) -> Request:
    """Return a POST that creates something, once however often it is sent."""
    keyed = {**_headers(body), "idempotency-key": str(uuid4())}
    return Request("POST", path_of(*segments, query=query), keyed, _json(body))


def put(*segments: str, body: BaseModel) -> Request:
    """Return a request that sets something."""
    return Request("PUT", path_of(*segments), _JSON, _json(body))


def patch(*segments: str, body: BaseModel) -> Request:
    """Return a request that changes parts; those of the API do no more when they come twice."""
    return Request("PATCH", path_of(*segments), _JSON, _json(body))


def delete(*segments: str, query: BaseModel | None = None) -> Request:
    """Return a request that deletes; sent twice it would say that there is nothing to delete."""
    return Request("DELETE", path_of(*segments, query=query), is_repeatable=False)


def _headers(body: BaseModel | None) -> Mapping[str, str]:
    return _NONE if body is None else _JSON


def _json(body: BaseModel | None) -> bytes:
    if body is None:
        return b""
    return body.model_dump_json(exclude_unset=True, by_alias=True).encode()
