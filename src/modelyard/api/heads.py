"""Ends connections on which the head of a request has no end: each holds a place of the server.

uvicorn limits how long a connection may be idle after an answer, and nothing before one.
"""

import asyncio
import secrets

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from modelyard.wire.problem_documents import bare_answer, document_of

# As long as a JSON body has; Apache gives a head 20 to 40 s (mod_reqtimeout), nginx 60 s.
HEAD_S = 30.0
# As much as nginx and Apache take in all (8 lines of 8 kB), and as a server of predictions takes.
# What is read of it in one go (256 kB at most: asyncio) is passed on as it came.
MOST_HEAD_BYTES = 65_536


class BoundedHead(HttpToolsProtocol):
    """A connection whose requests have so long, and so many bytes, to say what they ask for."""

    head_s = HEAD_S
    _waits: asyncio.TimerHandle | None = None
    _is_in_head = False
    _n_head_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as above it
        """Begin to wait for the first request."""
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Begin to wait for the rest where a request begins, and count what came of its head."""
        if self._waits is None and self._is_free:
            self._wait()
        began_before = self._is_in_head
        super().data_received(data)
        if began_before and self._is_in_head:
            self._n_head_bytes += len(data)
            if self._n_head_bytes > MOST_HEAD_BYTES:
                told = f"The head of a request has at most {MOST_HEAD_BYTES:,} bytes."
                fix = "Send shorter headers, and what is long in the body."
                self._refuse(431, "headers-too-long", told=told, fix=fix)

    def on_message_begin(self) -> None:
        """Begin to count."""
        self._is_in_head, self._n_head_bytes = True, 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Wait no longer; what follows is for the application to limit."""
        self._is_in_head = False
        self._stop_waiting()
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:
        """Tell it as every problem is told."""
        del msg
        told = "The request is no HTTP/1.1."
        self._refuse(400, "malformed-request", told=told, fix="Send one (RFC 9112).")

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer."""
        self._stop_waiting()
        super().connection_lost(exc)

    @property
    def _is_free(self) -> bool:
        """Whether no answer is on its way."""
        cycle: RequestResponseCycle | None = self.cycle
        return cycle is None or cycle.response_complete

    def _refuse(self, status: int, code: str, *, told: str, fix: str) -> None:
        """Say what is wrong, unless another answer is on its way, and hear no more."""
        if self.transport.is_closing():
            return
        if self._is_free:
            fields = {"code": code, "detail": told, "fix": fix}
            document = document_of(status, fields, request_id=secrets.token_hex(8))
            self.transport.write(bare_answer(document))
        self.transport.close()

    def _wait(self) -> None:
        self._waits = self.loop.call_later(self.head_s, self.transport.close)

    def _stop_waiting(self) -> None:
        if self._waits is not None:
            self._waits.cancel()
            self._waits = None
