"""Writes one line for each request and each change, as JSON or for people; cheaply.

Lines are gathered for a tenth of a second and written together, since a call of the system for each
would cost more than a prediction. A process that is killed loses the lines of that time.
"""

import asyncio
import sys
from collections.abc import Mapping, MutableMapping
from datetime import UTC, datetime
from typing import Any, BinaryIO

import msgspec
import structlog

LOG_FORMATS = ("json", "console", "none")
_GATHER_S = 0.1
_MOST_BYTES = 1 << 16


class Lines:
    """Gathers lines and writes them together; looks like a file to structlog."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._held = bytearray()
        self._is_waiting = False

    def write(self, line: bytes) -> int:
        """Take a line."""
        self._held += line
        if len(self._held) > _MOST_BYTES:
            self.drain()
        elif not self._is_waiting:
            try:
                loop = asyncio.get_running_loop()
            except RuntimeError:
                self.drain()
            else:
                self._is_waiting = True
                loop.call_later(_GATHER_S, self.drain)
        return len(line)

    def flush(self) -> None:
        """Do nothing: structlog asks for it after each line."""

    def drain(self) -> None:
        """Write what is held."""
        self._is_waiting = False
        held, self._held = self._held, bytearray()
        if held:
            self._stream.write(held)
            self._stream.flush()


class RequestLine(msgspec.Struct, omit_defaults=True):
    """The line of one request; of a fixed form, so that writing it costs two microseconds."""

    timestamp: datetime
    event: str
    method: str
    path: str
    status: int
    duration_ms: float
    request_id: str
    client: str
    model: str | None = None
    n_rows: int | None = None


class ServerLog:
    """The log of a server."""

    def __init__(self, log_format: str, stream: BinaryIO | None = None) -> None:
        self._lines = Lines(stream or sys.stderr.buffer)
        self.is_silent = log_format == "none"
        self._is_json = log_format == "json"
        self._logger = structlog.wrap_logger(
            structlog.BytesLogger(self._lines),  # type: ignore[arg-type]  # it writes and flushes, more is not asked of it
            processors=[_json if log_format == "json" else _console],
            wrapper_class=structlog.make_filtering_bound_logger("info"),
            cache_logger_on_first_use=True,
        )

    def tell(self, event: str, **fields: Any) -> None:
        """Write one line."""
        if not self.is_silent:
            self._logger.info(event, **fields)

    def request(self, line: RequestLine) -> None:
        """Write the line of one request, in the form of all others but past structlog's stages."""
        if self._is_json:
            self._lines.write(_ENCODER.encode(line) + b"\n")
        else:
            self.tell(**msgspec.structs.asdict(line))

    def drain(self) -> None:
        """Write what is held, at the end."""
        self._lines.drain()


def _json(logger: object, name: str, event: MutableMapping[str, Any]) -> bytes:
    del logger, name
    return _ENCODER.encode({"timestamp": datetime.now(UTC), **event})


def _console(logger: object, name: str, event: MutableMapping[str, Any]) -> bytes:
    del logger, name
    told = " ".join(f"{key}={value}" for key, value in _without_event(event).items())
    return f"{datetime.now(UTC):%H:%M:%S} {event['event']} {told}".encode(errors="replace")


def _without_event(event: Mapping[str, Any]) -> dict[str, Any]:
    hidden = {"event", "timestamp"}
    return {key: value for key, value in event.items() if key not in hidden and value is not None}


_ENCODER = msgspec.json.Encoder(enc_hook=str)
