"""Problem documents as answers of the API, and their place in its documentation.

Source: RFC 9457, Problem Details for HTTP APIs.
"""

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from fastapi import Response

from modelyard.domain.errors import ModelyardError, NotAuthorized
from modelyard.wire.problem_documents import document_of, fault_fields

MEDIA_TYPE = "application/problem+json"
SCHEMA = {"$ref": "#/components/schemas/Problem"}

_TOLD: Mapping[int, str] = MappingProxyType(
    {
        401: "No credential came, or one that does not hold.",
        403: "The caller may not do this.",
        404: "There is no such thing, or it is another tenant's.",
        408: "The body did not come whole in time.",
        409: "It does not go with what there is, or the first request of this key is on its way.",
        412: "The request speaks another version of the protocol.",
        413: "The body is too long.",
        415: "The body is not in a form that is read.",
        422: "The body or a parameter cannot be used; the answer names the place.",
        429: "More requests than are allowed; Retry-After says when to ask again.",
        500: "A fault of the platform; the log tells more about the request's id.",
        503: "The database or a worker is not there now; Retry-After says when to ask again.",
        507: "The disk is full, or cannot be written.",
    }
)


def problem_response(error: ModelyardError, request_id: str) -> Response:
    """Return the answer that tells an error."""
    document = document_of(error.status, error.to_dict(), request_id=request_id)
    headers = {}
    retry_after_s = getattr(error, "retry_after_s", None)
    if retry_after_s is not None or error.status == 503:
        headers["retry-after"] = str(retry_after_s or 1)
    if isinstance(error, NotAuthorized):
        headers["www-authenticate"] = "Bearer"
    return _response(document, headers)


def fault(request_id: str) -> Response:
    """Return the answer for an error that nobody foresaw."""
    return _response(document_of(500, fault_fields(request_id), request_id=request_id), {})


def responses_of(
    *, is_public: bool, is_named: bool, has_body: bool, changes: bool
) -> dict[int | str, dict[str, Any]]:
    """Return what the documentation tells of the problems that a route may answer.

    Args:
        is_public: whether no credential is looked at.
        is_named: whether its path names something that may not be there.
        has_body: whether it reads a JSON body.
        changes: whether it changes something.
    """
    statuses = {422, 500, 503, 507}
    statuses |= set() if is_public else {401, 403, 429}
    statuses |= {404} if is_named or has_body else set()
    statuses |= {408, 413, 415} if has_body else set()
    statuses |= {409} if changes else set()
    return problems(*sorted(statuses))


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return what the documentation tells of these problems, as `responses` of a route."""
    return {
        status: {"description": _TOLD[status], "content": {MEDIA_TYPE: {"schema": SCHEMA}}}
        for status in statuses
    }


def _response(document: Mapping[str, Any], headers: dict[str, str]) -> Response:
    # ASCII alone: what came may hold halves of surrogate pairs, which UTF-8 has no bytes for.
    return Response(
        json.dumps(document, default=str), document["status"], headers, media_type=MEDIA_TYPE
    )
