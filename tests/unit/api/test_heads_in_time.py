"""A connection whose request does not say in time what it asks for is ended, and no other."""

import asyncio
import http.client
import socket
import threading
import time
from collections.abc import Iterator

import pytest
import uvicorn
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from modelyard.api.heads import BoundedHead

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
