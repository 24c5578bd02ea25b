"""Writes one line for each request and each change, as JSON or for people; cheaply.

Lines are gathered for a tenth of a second and written together, since a call of the system for each
would cost more than a prediction. A process that is killed loses the lines of that time. Lines that
cannot be written are lost and counted: no request fails for its line.
"""

import asyncio
from collections.abc import Callable, Mapping, MutableMapping
from datetime import UTC, datetime
from io import FileIO, RawIOBase
from typing import Any, BinaryIO

import msgspec
import structlog

LOG_FORMATS = ("json", "console", "none")
_GATHER_S = 0.1
_MOST_BYTES = 1 << 16
_STDERR = 2


class Lines:
    """Gathers lines and writes them together; looks like a file to structlog."""

    def __init__(self, stream: RawIOBase | BinaryIO, *, lost: Callable[[int], bytes]) -> None:
        """Take what is written to, and what tells how many lines were lost."""
        self._stream = stream
        self._lost = lost
        self._n_lost = 0
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
        if not held:
            return
        n_lines = held.count(b"\n")
        try:
            if self._n_lost:
                self._write(self._lost(self._n_lost))
                self._n_lost = 0
            self._write(held)
        except OSError:
            self._n_lost += n_lines

    def _write(self, content: bytes | bytearray) -> None:
        left = memoryview(content)
        while left:
            n_bytes = self._stream.write(left)
            if not n_bytes:
                raise BlockingIOError("the stream takes nothing now")
            left = left[n_bytes:]


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
        self.is_silent = log_format == "none"
        self._is_json = log_format == "json"
        written = _json if log_format == "json" else _console
        # Past Python's buffer, which keeps what could not be written and fails again at the end.
        self._lines = Lines(
            stream or FileIO(_STDERR, "w", closefd=False),
            lost=lambda n: written(None, "", {"event": "lines-lost", "n_lines": n}) + b"\n",
        )
        self._logger = structlog.wrap_logger(
            structlog.BytesLogger(self._lines),  # type: ignore[arg-type]  # it writes and flushes, more is not asked of it
            processors=[written],
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
    fields = _without_event(event)
    trace = str(fields.pop("trace", "")).splitlines()
    told = [f"{key}={_shown(str(value))}" for key, value in fields.items()]
    line = " ".join([f"{datetime.now(UTC):%H:%M:%S}", event["event"], *told])
    return "\n    ".join([line, *map(_printable, trace)]).encode(errors="replace")


def _shown(text: str) -> str:
    """Return a text that came from anybody: it neither ends a line nor looks like a field."""
    return text if text.isprintable() and not {" ", "'", '"'} & set(text) else repr(text)


def _printable(line: str) -> str:
    return line if line.isprintable() else repr(line)


def _without_event(event: Mapping[str, Any]) -> dict[str, Any]:
    hidden = {"event", "timestamp"}
    return {key: value for key, value in event.items() if key not in hidden and value is not None}


_ENCODER = msgspec.json.Encoder(enc_hook=str)
