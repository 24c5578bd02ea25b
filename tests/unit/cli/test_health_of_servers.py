"""`modelyard health` tells scripts and containers by its exit code whether a server can answer."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from modelyard.cli._group import run

WELL = {"status": "ok", "models": {"penguins": "3"}}
PROBLEM = {"status": 503, "code": "overloaded", "detail": "Too much at once."}


@contextmanager
def answering(status: int, content: bytes) -> Iterator[str]:
    """Yield the address of a server that answers everything alike."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status if self.path == "/health" else 404)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the library's name
            pass

    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join(timeout=60)


def test_a_server_that_is_well_ends_with_0(capsys: pytest.CaptureFixture[str]) -> None:
    with answering(200, json.dumps(WELL).encode()) as url:
        assert run(["health", url]) == 0
        assert capsys.readouterr().out == "Well: penguins 3\n"
        assert run(["health", f"{url}/", "--json"]) == 0
        assert json.loads(capsys.readouterr().out) == WELL


def test_a_server_that_is_not_well_ends_with_8(capsys: pytest.CaptureFixture[str]) -> None:
    with answering(503, json.dumps(PROBLEM).encode()) as url:
        assert run(["health", url]) == 8
    assert capsys.readouterr().out == "Not well: Too much at once.\n"


@pytest.mark.parametrize("content", [b"<html>", b"[]", b"\xff"])
def test_what_is_no_server_of_ours_ends_with_5(content: bytes) -> None:
    with answering(200, content) as url:
        assert run(["health", url]) == 5


def test_where_no_server_is_it_ends_with_5(capsys: pytest.CaptureFixture[str]) -> None:
    with answering(200, b"{}") as url:
        pass
    assert run(["health", url]) == 5
    assert url in capsys.readouterr().err


@pytest.mark.parametrize("url", ["file:///etc/hostname", "127.0.0.1:8000", "http://a b"])
def test_what_is_no_address_of_a_server_is_refused(url: str) -> None:
    assert run(["health", url]) in {4, 5}


def test_a_proxy_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    with answering(200, json.dumps(WELL).encode()) as url:
        assert run(["health", url]) == 0
