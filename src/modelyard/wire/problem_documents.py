"""The document that tells an error over HTTP, the same at every server of the product, and back.

Source: RFC 9457, Problem Details for HTTP APIs.
"""

import json
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from modelyard.domain.errors import (
    BlockingFindings,
    ModelyardError,
    RequestError,
    StoreUnavailable,
    TooManyRequests,
    Unavailable,
)


def document_of(status: int, fields: dict[str, Any], *, request_id: str) -> dict[str, Any]:
    """Return a problem document."""
    return {
        "type": f"urn:modelyard:problem:{fields['code']}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        **fields,
        "request_id": request_id,
    }


def bare_answer(document: dict[str, Any]) -> bytes:
    """Return a problem document as a whole HTTP/1.1 answer, after which the connection ends.

    For what is refused before any application has heard of it.
    """
    body = json.dumps(document).encode()
    head = (
        f"HTTP/1.1 {document['status']} {document['title']}\r\n"
        "content-type: application/problem+json\r\n"
        f"content-length: {len(body)}\r\nconnection: close\r\n\r\n"
    )
    return head.encode() + body


def fault_fields(request_id: str) -> dict[str, Any]:
    """Return what is told of an error that nobody foresaw; what it was stands in the log alone."""
    return {
        "code": "internal",
        "detail": "The server failed inside.",
        "fix": f"This is a fault of Modelyard; the log tells more about request {request_id}.",
    }


def error_from(content: bytes, *, retry_after_s: int) -> ModelyardError:
    """Return the error that a problem document tells; one of a code that is not known is the root.

    Args:
        content: the document.
        retry_after_s: what the header of this name says, whole seconds.
    """
    try:
        fields = json.loads(content)
    except ValueError:
        fields = None
    if not isinstance(fields, dict) or "detail" not in fields:
        return Unavailable("The answer is no problem document.", fix="Check the address.")
    return _error_of(fields, retry_after_s)


def _error_of(fields: dict[str, Any], retry_after_s: int) -> ModelyardError:
    kinds = {kind.code: kind for kind in _kinds(ModelyardError)}
    kind = kinds.get(str(fields.get("code")), ModelyardError)
    message, fix = str(fields["detail"]), fields.get("fix")
    if issubclass(kind, BlockingFindings):
        return kind(message, findings=(), fix=fix or "")
    if issubclass(kind, StoreUnavailable):
        return kind(message, fix=fix or "", retry_after_s=retry_after_s)
    if issubclass(kind, TooManyRequests):
        return kind(message, retry_after_s=retry_after_s)
    if issubclass(kind, RequestError):
        return kind(message, fix=fix, path=fields.get("path"))
    place = {name: fields.get(name) for name in ("row", "column", "sample")}
    return kind(message, fix=fix, **place)


def _kinds(kind: type[ModelyardError]) -> Iterator[type[ModelyardError]]:
    yield kind
    for below in kind.__subclasses__():
        yield from _kinds(below)
