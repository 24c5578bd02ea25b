"""Uploads over real connections that break, to servers that are killed, at flat memory."""

import hashlib
import http.client
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

pytestmark = pytest.mark.processes

_SERVER = """
import asyncio, socket, sys
import uvicorn
from modelyard.api.app import make_app
from modelyard.bootstrap import open_project
server = uvicorn.Server(uvicorn.Config(make_app(open_project()), log_level="error"))
asyncio.run(server.serve(sockets=[socket.socket(fileno=int(sys.argv[1]))]))
"""
UPLOADS = "/api/v1/ml/uploads"
BYTES = {"Content-Type": "application/offset+octet-stream"}
_LINE = b"%08d,Oslo,17.25,2026-01-01,some words that fill a line\n"
_BATCH = 20_000
# Above what it has when it has answered once; the largest part of it is what libraries load.
MOST_GROWTH_BYTES = 64 << 20


def _head(place, *, offset, n_bytes) -> bytes:
    return (
        f"PATCH {place} HTTP/1.1\r\nHost: localhost\r\nUpload-Offset: {offset}\r\n"
        f"Content-Type: {BYTES['Content-Type']}\r\nContent-Length: {n_bytes}\r\n\r\n"
    ).encode()


class Server:
    """An API in a process of its own, at an address of its own for as long as it lives."""

    def __init__(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        handle = self._listening.fileno()
        self.address = self._listening.getsockname()
        self._process = subprocess.Popen(
            [sys.executable, "-c", _SERVER, str(handle)], pass_fds=[handle]
        )
        # Whoever connects is answered as soon as it listens.
        assert self.ask("GET", "/version").status == 200

    def ask(self, method, path, *, body=None, **headers) -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection(*self.address, timeout=120)
        connection.request(method, path, body=body, headers=headers)
        answer = connection.getresponse()
        answer.content = answer.read()
        connection.close()
        return answer

    def begin(self, size_bytes, sha256="") -> str:
        path = f"{UPLOADS}?name=big&filename=big.csv&sha256={sha256}"
        return self.ask("POST", path, **{"Upload-Length": str(size_bytes)}).headers["location"]

    def offset(self, place) -> int:
        return int(self.ask("HEAD", place).headers["upload-offset"])

    def send(self, place, pieces, *, offset, size_bytes, is_cut=False) -> int | None:
        """Send bytes on a connection of their own; None where it breaks before the answer."""
        connection = socket.create_connection(self.address, timeout=120)
        with connection:
            connection.sendall(_head(place, offset=offset, n_bytes=size_bytes - offset))
            for piece in pieces:
                connection.sendall(piece)
            if is_cut:
                # A reset, as a lost network makes it, and no orderly end.
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                return None
            answer = http.client.HTTPResponse(connection)
            answer.begin()
            return answer.status

    def memory(self, what) -> int:
        text = Path(f"/proc/{self._process.pid}/status").read_text(encoding="ascii")
        found = next(line for line in text.splitlines() if line.startswith(what))
        return int(found.split()[1]) << 10

    def kill(self) -> None:
        self._process.kill()
        self._process.wait(timeout=60)
        self._listening.close()


@contextmanager
def serving() -> Iterator[Server]:
    server = Server()
    try:
        yield server
    finally:
        server.kill()


class Table:
    """A CSV file that exists only as it is sent, of so many batches of lines."""

    def __init__(self, n_batches) -> None:
        self._n_batches = n_batches
        digest, self.size_bytes = hashlib.sha256(), 0
        for piece in self._pieces():
            digest.update(piece)
            self.size_bytes += len(piece)
        self.sha256 = digest.hexdigest()

    def between(self, start, end) -> Iterator[bytes]:
        at = 0
        for piece in self._pieces():
            if at + len(piece) > start and at < end:
                yield piece[max(start - at, 0) : end - at]
            at += len(piece)

    def _pieces(self) -> Iterator[bytes]:
        yield b"number,city,price,day,words\n"
        for batch in range(self._n_batches):
            first = batch * _BATCH
            yield b"".join(_LINE % number for number in range(first, first + _BATCH))


def _patiently(server, place, table, *, end):
    """Go on from wherever the server says, until it has all up to `end` or takes no more."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        offset = server.offset(place)
        status = server.send(
            place,
            table.between(offset, end),
            offset=offset,
            size_bytes=table.size_bytes,
            is_cut=end < table.size_bytes,
        )
        # The connection before may not have been found broken yet.
        if status != 409:
            return status
        time.sleep(0.05)
    raise TimeoutError(place)


def _upload_with_cuts(server, table, n_cuts):
    place = server.begin(table.size_bytes, table.sha256)
    for cut in range(1, n_cuts + 1):
        _patiently(server, place, table, end=table.size_bytes * cut // (n_cuts + 1) + cut)
    assert _patiently(server, place, table, end=table.size_bytes) == 204
    return place


def _check_arrived(server, table):
    shown = server.ask("GET", "/api/v1/ml/datasets/big")
    assert table.sha256.encode() in shown.content
    connection = http.client.HTTPConnection(*server.address, timeout=120)
    connection.request("GET", "/api/v1/ml/datasets/big/versions/1/data")
    answer, digest = connection.getresponse(), hashlib.sha256()
    while piece := answer.read(1 << 20):
        digest.update(piece)
    connection.close()
    assert digest.hexdigest() == table.sha256


def _check_memory(n_batches, n_cuts):
    table = Table(n_batches)
    with serving() as server:
        server.ask("GET", "/health")
        before = server.memory("VmRSS")
        started = time.monotonic()
        _upload_with_cuts(server, table, n_cuts)
        taken_s = time.monotonic() - started
        _check_arrived(server, table)
        growth = server.memory("VmHWM") - before
    print(
        f"\n{table.size_bytes / 1e6:,.0f} MB in {n_cuts + 1} parts: {taken_s:.1f} s with its hash; "
        f"the API had {before / 1e6:,.0f} MB, at most {growth / 1e6:,.1f} MB more"
    )
    assert growth < MOST_GROWTH_BYTES


def test_a_file_whose_connections_break_arrives_as_it_was_sent_at_flat_memory():
    _check_memory(n_batches=20, n_cuts=4)


@pytest.mark.slow
def test_300_megabytes_cut_ten_times_arrive_at_flat_memory():
    _check_memory(n_batches=260, n_cuts=10)


def test_an_upload_goes_on_after_the_server_was_killed():
    table = Table(2)
    with serving() as server:
        place = server.begin(table.size_bytes, table.sha256)
        half = table.between(0, table.size_bytes // 2)
        server.send(place, half, offset=0, size_bytes=table.size_bytes // 2)
        told = server.offset(place)
        assert told == table.size_bytes // 2
    with serving() as server:
        assert server.offset(place) >= told
        assert _patiently(server, place, table, end=table.size_bytes) == 204
        _check_arrived(server, table)


def test_while_one_connection_writes_another_is_refused_and_the_first_goes_on():
    table = Table(4)
    half = table.size_bytes // 2
    with serving() as server:
        place = server.begin(table.size_bytes)
        slow = socket.create_connection(server.address, timeout=60)
        with slow:
            slow.sendall(_head(place, offset=0, n_bytes=table.size_bytes))
            slow.sendall(b"".join(table.between(0, half)))
            deadline = time.monotonic() + 60
            while server.offset(place) == 0 and time.monotonic() < deadline:
                time.sleep(0.05)
            told = {"Upload-Offset": str(server.offset(place))}
            refused = server.ask("PATCH", place, body=b"x", **BYTES, **told)
            assert refused.status == 409
            assert b"Another request is writing" in refused.content
            for piece in table.between(half, table.size_bytes):
                slow.sendall(piece)
            answer = http.client.HTTPResponse(slow)
            answer.begin()
            assert answer.status == 204
        _check_arrived(server, table)
