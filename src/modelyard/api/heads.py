"""Ends connections on which the head of a request does not come: each holds a place of the server.

uvicorn limits how long a connection may be idle after an answer, and nothing before one.
"""

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

# As long as a JSON body has; Apache gives a head 20 to 40 s (mod_reqtimeout), nginx 60 s.
HEAD_S = 30.0


class BoundedHead(HttpToolsProtocol):
    """A connection whose requests have so long to say what they ask for."""

    head_s = HEAD_S
    _waits: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as above it
        """Begin to wait for the first request."""
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Begin to wait for the rest where a request begins."""
        is_first = self.cycle is None
        if self._waits is None and (is_first or self.cycle.response_complete):
            self._wait()
        super().data_received(data)

    def on_headers_complete(self) -> None:
        """Wait no longer; what follows is for the application to limit."""
        self._stop_waiting()
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer."""
        self._stop_waiting()
        super().connection_lost(exc)

    def _wait(self) -> None:
        self._waits = self.loop.call_later(self.head_s, self.transport.close)

    def _stop_waiting(self) -> None:
        if self._waits is not None:
            self._waits.cancel()
            self._waits = None
