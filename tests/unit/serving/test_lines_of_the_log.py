"""A line of the log says what happened, cannot be forged, and fails no request."""

import asyncio
import errno
import io
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelyard.serving.logs import RequestLine, ServerLog


def _line(path: str) -> RequestLine:
    return RequestLine(
        timestamp=datetime(2026, 1, 31, tzinfo=UTC),
        event="request",
        method="POST",
        path=path,
        status=404,
        duration_ms=0.2,
        request_id="a-1",
        client="127.0.0.1",
    )


class _Full(io.BytesIO):
    """A disk that is full for a while."""

    is_full = True

    def write(self, content: object) -> int:
        if self.is_full:
            raise OSError(errno.ENOSPC, "No space left on device")
        return super().write(content)  # type: ignore[arg-type]  # it is bytes


class _Narrow(io.BytesIO):
    """A pipe that takes a few bytes at a time."""

    def write(self, content: memoryview) -> int:  # type: ignore[override]  # all that comes here
        return super().write(content[:7])


@given(st.text())
def test_a_line_for_people_stays_one_line_of_its_fields(path: str) -> None:
    written = io.BytesIO()
    ServerLog("console", written).request(_line(f"/{path}"))
    told = written.getvalue().decode()
    assert told.endswith("\n")
    assert told[:-1].isprintable()


def test_a_path_forges_no_line_and_no_field() -> None:
    written = io.BytesIO()
    log = ServerLog("console", written)
    log.request(_line("/x\n12:00:00 request path=/predict status=200\x1b[31m"))
    told = written.getvalue().decode()
    assert told.count("\n") == 1
    assert "\x1b" not in told
    assert "path='/x\\n12:00:00 request path=/predict status=200\\x1b[31m' status=404" in told


def test_a_trace_for_people_keeps_its_lines_below_its_event() -> None:
    written = io.BytesIO()
    ServerLog("console", written).tell("fault", trace="Traceback:\n  File x\nOops\x1b[31m")
    lines = written.getvalue().decode().splitlines()
    assert lines[0].endswith(" fault")
    assert lines[1:] == ["    Traceback:", "      File x", "    'Oops\\x1b[31m'"]


@pytest.mark.parametrize("log_format", ["json", "console"])
def test_lines_that_cannot_be_written_are_counted_and_fail_nobody(log_format: str) -> None:
    disk = _Full()
    log = ServerLog(log_format, disk)
    for _ in range(3):
        log.request(_line("/lost"))
    assert disk.getvalue() == b""
    disk.is_full = False
    log.request(_line("/kept"))
    first, second = disk.getvalue().decode().splitlines()
    assert "lines-lost" in first
    assert "3" in first.partition("lines-lost")[2]
    assert "/kept" in second


def test_more_than_is_held_is_written_within_a_turn_and_fails_nobody() -> None:
    disk = _Full()

    async def ask() -> None:
        log = ServerLog("json", disk)
        for _ in range(2_000):
            log.request(_line("/lost"))
        disk.is_full = False
        log.request(_line("/kept"))
        log.drain()

    asyncio.run(ask())
    told = [json.loads(line) for line in disk.getvalue().splitlines()]
    n_lost = told[0]["n_lines"]
    assert told[0]["event"] == "lines-lost"
    assert n_lost + len(told) - 1 == 2_001


def test_what_a_pipe_takes_in_pieces_comes_whole() -> None:
    pipe = _Narrow()
    ServerLog("json", pipe).request(_line("/kept"))
    assert json.loads(pipe.getvalue())["path"] == "/kept"
