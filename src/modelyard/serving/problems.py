"""Turns errors into problem documents.

Source: RFC 9457, Problem Details for HTTP APIs.
"""

from typing import Any

import msgspec

from modelyard.domain.errors import (
    ModelyardError,
    NotAuthorized,
    Overloaded,
    Unavailable,
    WrongMethod,
)
from modelyard.serving.exchanges import PROBLEM_TYPE, Reply
from modelyard.wire.problem_documents import document_of, fault_fields

# Seconds after which a server that cannot answer now is worth asking again.
RETRY_AFTER = b"1"


def problem_of(error: ModelyardError, request_id: str, *, is_of_protocol: bool = False) -> Reply:
    """Return the reply that tells an error.

    Args:
        error: what went wrong.
        request_id: of the request, to be found in the log.
        is_of_protocol: whether to tell it in the words of the Open Inference Protocol too.
    """
    fields = error.to_dict()
    fields["detail"] = str(fields["detail"])
    headers = []
    if isinstance(error, Overloaded | Unavailable):
        headers.append((b"retry-after", RETRY_AFTER))
    if isinstance(error, WrongMethod):
        headers.append((b"allow", b"POST"))
    if isinstance(error, NotAuthorized):
        headers.append((b"www-authenticate", b"Bearer"))
    document = document_of(error.status, fields, request_id=request_id)
    return _reply(document, headers, is_of_protocol=is_of_protocol)


def fault(request_id: str, *, is_of_protocol: bool = False) -> Reply:
    """Return the reply for an error that nobody foresaw; what it was stands in the log alone."""
    document = document_of(500, fault_fields(request_id), request_id=request_id)
    return _reply(document, [], is_of_protocol=is_of_protocol)


def _reply(
    document: dict[str, Any], headers: list[tuple[bytes, bytes]], *, is_of_protocol: bool
) -> Reply:
    if is_of_protocol:
        document["error"] = document["detail"]
    return Reply(msgspec.json.encode(document), document["status"], PROBLEM_TYPE, headers)
