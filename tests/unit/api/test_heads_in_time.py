"""A connection whose request does not come to say what it asks for is ended, and no other."""

import asyncio
import http.client
import json
import socket
import threading
import time
from collections.abc import Iterator

import pytest
import uvicorn
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send
from uvicorn.server import ServerState

from modelyard.api.heads import MOST_HEAD_BYTES, BoundedHead

PATIENCE_S = 60.0
HEAD = b"GET / HTTP/1.1\r\nhost: a\r\n"


class Hasty(BoundedHead):
    head_s = 0.3


async def _answer(scope: Scope, receive: Receive, send: Send) -> None:
    body = await Request(scope, receive).body()
    await PlainTextResponse(b"came: " + body)(scope, receive, send)


@pytest.fixture
def connection() -> Iterator[socket.socket]:
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(_answer, http=Hasty, lifespan="off", log_level="critical")
    server = uvicorn.Server(config)
    thread = threading.Thread(
        target=lambda: asyncio.run(server.serve(sockets=[listening])), daemon=True
    )
    thread.start()
    with socket.create_connection(listening.getsockname(), timeout=PATIENCE_S) as opened:
        yield opened
    server.should_exit = True
    thread.join(PATIENCE_S)
    listening.close()


def _answer_to(connection: socket.socket) -> bytes:
    response = http.client.HTTPResponse(connection)
    response.begin()
    return response.read()


@pytest.mark.parametrize("came", [b"", b"\r\n", HEAD], ids=["nothing", "a blank line", "a part"])
def test_a_head_that_does_not_come_whole_ends_its_connection(
    connection: socket.socket, came: bytes
) -> None:
    connection.sendall(came)
    assert connection.recv(1000) == b""


def test_the_next_head_on_a_connection_is_waited_for_no_longer(connection: socket.socket) -> None:
    connection.sendall(HEAD + b"\r\n")
    assert _answer_to(connection) == b"came: "
    connection.sendall(HEAD)
    assert connection.recv(1000) == b""


def test_a_body_may_take_longer_than_a_head(connection: socket.socket) -> None:
    connection.sendall(b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\n\r\na")
    time.sleep(3 * Hasty.head_s)
    connection.sendall(b"b")
    assert _answer_to(connection) == b"came: ab"


class Wire(asyncio.Transport):
    """A connection that keeps what is written on it."""

    def __init__(self) -> None:
        super().__init__({"peername": ("127.0.0.1", 1), "sockname": ("127.0.0.1", 2)})
        self.written = b""
        self.is_closed = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written += bytes(data)

    def close(self) -> None:
        self.is_closed = True

    def is_closing(self) -> bool:
        return self.is_closed


async def _sent_in_parts(*parts: bytes) -> Wire:
    config = uvicorn.Config(_answer, http=BoundedHead, lifespan="off", log_level="critical")
    config.load()
    wire = Wire()
    protocol = BoundedHead(config, ServerState(), {})
    protocol.connection_made(wire)
    for part in parts:
        protocol.data_received(part)
    await asyncio.sleep(0)
    protocol.connection_lost(None)
    return wire


@pytest.mark.parametrize(
    "begun", [b"GET / HTTP/1.1\r\nlong: ", b"GET /"], ids=["header", "address"]
)
def test_a_head_without_end_is_refused_and_ends_its_connection(begun: bytes) -> None:
    wire = asyncio.run(_sent_in_parts(begun, MOST_HEAD_BYTES * b"a", b"a"))
    head, _, body = wire.written.partition(b"\r\n\r\n")
    assert wire.is_closed
    assert head.startswith(b"HTTP/1.1 431 ")
    assert json.loads(body)["code"] == "headers-too-long"


def test_what_is_no_request_is_answered_by_a_problem() -> None:
    wire = asyncio.run(_sent_in_parts(b"\x16\x03\x01 hello\r\n"))
    head, _, body = wire.written.partition(b"\r\n\r\n")
    assert wire.is_closed
    assert head.startswith(b"HTTP/1.1 400 ")
    assert json.loads(body)["code"] == "malformed-request"


def test_a_head_without_end_behind_a_request_that_is_not_answered_ends_the_connection() -> None:
    first = HEAD + b"\r\nGET / HTTP/1.1\r\nlong: "
    wire = asyncio.run(_sent_in_parts(first, MOST_HEAD_BYTES * b"a", b"a"))
    assert wire.is_closed
    assert b"431" not in wire.written


def test_a_long_head_is_heard(connection: socket.socket) -> None:
    connection.sendall(HEAD + b"long: " + (MOST_HEAD_BYTES - 1000) * b"a")
    connection.sendall(b"\r\n\r\n")
    assert _answer_to(connection) == b"came: "


def test_a_long_body_does_not_count_as_a_head(connection: socket.socket) -> None:
    n_bytes = 10 * MOST_HEAD_BYTES
    connection.sendall(f"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: {n_bytes}\r\n\r\n".encode())
    connection.sendall(n_bytes * b"b")
    assert len(_answer_to(connection)) == n_bytes + len("came: ")
    connection.sendall(HEAD + b"\r\n")
    assert _answer_to(connection) == b"came: "
