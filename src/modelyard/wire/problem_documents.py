"""The document that tells an error over HTTP, the same at every server of the product.

Source: RFC 9457, Problem Details for HTTP APIs.
"""

from http import HTTPStatus
from typing import Any


def document_of(status: int, fields: dict[str, Any], *, request_id: str) -> dict[str, Any]:
    """Return a problem document."""
    return {
        "type": f"urn:modelyard:problem:{fields['code']}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        **fields,
        "request_id": request_id,
    }


def fault_fields(request_id: str) -> dict[str, Any]:
    """Return what is told of an error that nobody foresaw; what it was stands in the log alone."""
    return {
        "code": "internal",
        "detail": "The server failed inside.",
        "fix": f"This is a fault of Modelyard; the log tells more about request {request_id}.",
    }
