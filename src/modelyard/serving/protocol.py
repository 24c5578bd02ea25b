"""HTTP as uvicorn speaks it, with an end to patience: slow requests and long headers are cut off.

One timer for each connection, not for each request, and no look at the clock for a request that
comes whole keep this nearly free on the hot path.
"""

import asyncio
from typing import Any

from uvicorn import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from modelyard.serving.transports import JoiningTransport
from modelyard.wire.problem_documents import bare_answer, document_of

# As much as nginx and Apache take in all (8 lines of 8 kB).
_MOST_HEADER_BYTES = 65_536
# Under which the application leaves what is told of a request that a connection ends, and which
# returns the id of it.
ENDED = "ended"


class Configuration(Config):
    """A configuration of uvicorn that knows how long a request may take to come."""

    request_timeout_s: float = 30.0


class PatientProtocol(HttpToolsProtocol):
    """A connection whose requests must come whole within the time that is configured."""

    _begun_at: float | None = None
    _timer: asyncio.TimerHandle | None = None
    _n_header_bytes = 0
    _is_whole = False
    _has_bytes = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # uvicorn narrows it too
        super().connection_made(JoiningTransport(transport, self.loop))
        self._begun_at = self.loop.time()
        self._wait(self._patience_s)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._is_whole = False
        super().data_received(data)
        # The scope is made when a request begins, its cycle when its headers have ended.
        cycle: RequestResponseCycle | None = self.cycle
        is_in_headers = cycle is None or cycle.scope is not self.scope
        if self._is_whole and not is_in_headers:
            self._begun_at, self._n_header_bytes, self._has_bytes = None, 0, False
            return
        if self._begun_at is None or self._is_whole:
            self._begun_at = self.loop.time()
        self._has_bytes = True
        is_counted = is_in_headers and not self._is_whole
        self._n_header_bytes = self._n_header_bytes + len(data) if is_counted else 0
        if self._n_header_bytes > _MOST_HEADER_BYTES and not self.transport.is_closing():
            self._end(431, "headers-too-long", told=f"Send at most {_MOST_HEADER_BYTES} bytes.")

    def send_400_response(self, msg: str) -> None:
        del msg
        self._end(400, "malformed-request", told="The request is no HTTP/1.1. Send one (RFC 9112).")

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._is_whole = True

    @property
    def _patience_s(self) -> float:
        return float(getattr(self.config, "request_timeout_s", Configuration.request_timeout_s))

    def _wait(self, delay_s: float) -> None:
        self._timer = self.loop.call_later(delay_s, self._look)

    def _look(self) -> None:
        if self.transport.is_closing():
            return
        waited = 0.0 if self._begun_at is None else self.loop.time() - self._begun_at
        if waited < self._patience_s:
            self._wait(self._patience_s - waited)
            return
        if self._has_bytes:
            self._end(
                408, "request-too-slow", told=f"Send a request within {self._patience_s:g} s."
            )
        else:
            self.transport.close()

    def _end(self, status: int, code: str, *, told: str) -> None:
        """Answer, if nothing was answered yet, and end the connection."""
        cycle: RequestResponseCycle | None = self.cycle
        in_body = None if cycle is None or not cycle.more_body else cycle
        if in_body is None or not in_body.response_started:
            fields: dict[str, Any] = {"code": code, "detail": told}
            scope = None if in_body is None else in_body.scope
            tell = self.app_state.get(ENDED)
            request_id = "" if tell is None else tell(status, client=self.client, scope=scope)
            document = document_of(status, fields, request_id=request_id)
            self.transport.write(bare_answer(document))
        self.transport.close()
