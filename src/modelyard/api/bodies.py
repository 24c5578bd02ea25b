"""Reads the JSON bodies of requests: in bounded memory and time, and strictly.

FastAPI would read any length and take what two readers could understand differently; bodies of
other forms, as uploads, are streamed by their own routes and do not come here.
"""

import asyncio
from typing import Any

from fastapi import Request

from modelyard.domain.errors import BodyTooLarge, RequestTimedOut, UnsupportedMedia
from modelyard.wire.jsons import read_json

# A configuration with the rules of 10,000 columns is smaller; a place in a longer body is not
# looked for (`wire.places`).
MOST_BYTES = 1 << 20
# As long as the server of predictions waits for a request.
TIMEOUT_S = 30.0


class JsonRequest(Request):
    """A request whose body has come whole and is JSON."""

    _value: Any

    @classmethod
    async def read(cls, request: Request) -> "JsonRequest":
        """Return the request with its body read.

        Raises:
            UnsupportedMedia: if the body is declared to be something else.
            BodyTooLarge: if it is longer than a JSON body may be.
            RequestTimedOut: if it does not come whole in time.
            MalformedBody: if it is no JSON, or could be read in two ways.
        """
        read = cls(request.scope, request.receive)
        body = await read.whole_body()
        if body:
            _require_json(read)
            read._value = read_json(body)
        return read

    async def whole_body(self) -> bytes:
        """Return the body, unless it is too long or too slow."""
        declared = self.headers.get("content-length", "")
        _require_size(int(declared) if declared.isascii() and declared.isdigit() else 0)
        try:
            async with asyncio.timeout(TIMEOUT_S):
                self._body = await self._collected()
        except TimeoutError as error:
            raise RequestTimedOut(
                f"The body did not come whole within {TIMEOUT_S:g} s.", fix="Send it again."
            ) from error
        return self._body

    async def _collected(self) -> bytes:
        parts = bytearray()
        async for part in self.stream():
            _require_size(len(parts) + len(part))
            parts += part
        return bytes(parts)

    async def json(self) -> Any:
        """Return the value of the body, as FastAPI asks for it."""
        return self._value


def _require_size(n_bytes: int) -> None:
    if n_bytes > MOST_BYTES:
        raise BodyTooLarge(
            f"A JSON body may have {MOST_BYTES} bytes; at least {n_bytes} came.",
            fix="Send less at a time; files are uploaded as they are.",
        )


def _require_json(request: Request) -> None:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    coding = request.headers.get("content-encoding", "identity").strip().lower()
    if coding != "identity":
        raise UnsupportedMedia(
            f"The body must come as it is; Content-Encoding: {coding[:60]} came.",
            fix="Send it uncompressed, without the header Content-Encoding.",
        )
    if kind != "application/json":
        raise UnsupportedMedia(
            f"The body must be application/json; {kind[:60]!r} came.",
            fix="Send the header Content-Type: application/json.",
        )
