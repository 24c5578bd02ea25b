"""Lets a request that creates something be repeated: what it makes is made once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from modelyard.domain.idempotency import KeptAnswer, KeyedRequest
from modelyard.domain.identities import Caller
from modelyard.store.idempotency import KeyedRequests


@dataclass(frozen=True)
class IdempotencyService:
    """Keeps what the keyed requests of a tenant were answered."""

    requests: KeyedRequests
    now: Callable[[], datetime]
    new_id: Callable[[datetime], str]

    def keyed(self, caller: Caller, key: str, *, fingerprint: str) -> KeyedRequest:
        """Return a request under its key."""
        return KeyedRequest(caller.subject, key, fingerprint, self.new_id(self.now()))

    def begin(self, request: KeyedRequest) -> KeptAnswer | None:
        """Return the answer to give again, or None where this request is the first of its key.

        Raises:
            InvalidValue: if another request came under this key.
            Conflict: if the first one has not been answered, or its answer held a secret.
        """
        return self.requests.begin(request, at=self.now())

    def finish(
        self, request: KeyedRequest, *, status: int, headers: Mapping[str, str], body: bytes | None
    ) -> None:
        """Keep the answer of the first request."""
        self.requests.finish(request, KeptAnswer(status, headers, body))

    def forget(self, request: KeyedRequest) -> None:
        """Let the key be used again, after a request that made nothing."""
        self.requests.forget(request)
