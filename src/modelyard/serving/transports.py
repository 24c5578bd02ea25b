"""A transport that sends the head of an answer together with its body, in one call of the system.

uvicorn writes them one after the other, and with TCP_NODELAY each is a packet of its own: sending
and hearing of the second cost as much as reading a row.
"""

import asyncio
from typing import Any


class JoiningTransport(asyncio.Transport):
    """Holds what is written first until more is written, at most until the loop's next turn."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self._transport = transport
        self._loop = loop
        self._held = b""
        self.is_closing = transport.is_closing  # type: ignore[method-assign]  # asked for each request: the very method saves a call
        self.pause_reading = transport.pause_reading  # type: ignore[method-assign]  # as above
        self.resume_reading = transport.resume_reading  # type: ignore[method-assign]  # as above

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Send with what is held, or hold if nothing is."""
        if self._held:
            held, self._held = self._held, b""
            self._transport.write(held + data)
        else:
            self._held = bytes(data)
            self._loop.call_soon(self._flush)

    def close(self) -> None:
        """Send what is held, and close."""
        self._flush()
        self._transport.close()

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """Return what is known of the connection."""
        return self._transport.get_extra_info(name, default)

    def _flush(self) -> None:
        held, self._held = self._held, b""
        if held:
            self._transport.write(held)
