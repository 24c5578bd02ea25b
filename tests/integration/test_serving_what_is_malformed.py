"""What is no request, or never becomes one, is answered, logged and counted as all others are."""

import json
import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest
from serving_servers import PENGUINS, SIGNER, Running, running

Row = dict[str, Any]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("malformed")
    env = {"MODELYARD_SERVING_TOKEN": "hush"}
    options = ("--trust", SIGNER, "--timeout", "1")
    with running(folder, [f"penguins={PENGUINS}"], *options, env=env) as found:
        yield found


def _raw(server: Running, content: bytes) -> tuple[bytes, dict[str, Any]]:
    """Send bytes as they are, and return head and document of what comes."""
    host, port = server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=60) as link:
        link.sendall(content)
        answer = b""
        while part := link.recv(65_536):
            answer += part
    head, _, body = answer.partition(b"\r\n\r\n")
    told: dict[str, Any] = json.loads(body)
    return head, told


def _counted(server: Running, status: int) -> float:
    told = server.client.get("/metrics", headers={"accept": "application/json"}).json()
    return sum(
        each["value"] for each in told["requests_total"] if each["labels"]["status"] == str(status)
    )


def _line(server: Running, request_id: str) -> dict[str, Any]:
    """Return the one line of a request, which is written a tenth of a second later."""
    for _ in range(600):
        found = [each for each in server.events("request") if each["request_id"] == request_id]
        if found:
            [line] = found
            return line
        time.sleep(0.05)
    pytest.fail("the log has no such line")


_HEAD = b"POST /predict HTTP/1.1\r\nhost: x\r\n"


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"GET /gr\xc3\xb6\xc3\x9fe HTTP/1.1\r\nhost: x\r\n\r\n", 400),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400),
        (_HEAD + b"content-length: 2\r\ncontent-length: 3\r\n\r\n{}", 400),
        (_HEAD + b"transfer-encoding: chunked\r\n\r\nzz\r\n{}\r\n", 400),
        (_HEAD + b"content-length: 9\r\n\r\n{", 408),
        (_HEAD + b"content-len", 408),
        (_HEAD + b"x-a: " + b"b" * 70_000, 431),
    ],
    ids=["address", "tls", "two lengths", "chunk", "slow body", "slow headers", "long headers"],
)
def test_what_is_no_request_is_a_problem_in_the_answer_the_log_and_the_counts(
    server: Running, content: bytes, status: int
) -> None:
    before = _counted(server, status)
    head, told = _raw(server, content)
    assert head.startswith(b"HTTP/1.1 %d " % status)
    assert b"content-type: application/problem+json" in head
    assert (told["status"], bool(told["request_id"])) == (status, True)
    assert _counted(server, status) == before + 1
    line = _line(server, told["request_id"])
    assert (line["status"], line["client"]) == (status, "127.0.0.1")


def test_every_line_of_the_log_is_json(server: Running) -> None:
    _raw(server, b"no request\r\n\r\n")
    asked = {"connection": "upgrade", "upgrade": "h2c", "x-request-id": "last"}
    server.client.get("/health", headers=asked)
    _line(server, "last")
    for line in server.log_path.read_text(encoding="utf-8").splitlines():
        assert json.loads(line)["event"]


@pytest.mark.parametrize("path", ["/", "/health", "/docs", "/info", "/metrics", "/v2/health/live"])
def test_head_is_answered_as_get_without_the_body(server: Running, path: str) -> None:
    answer = server.client.head(path)
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-type"] == server.client.get(path).headers["content-type"]


def test_nobody_is_led_to_a_host_that_the_client_names(server: Running) -> None:
    answer = server.client.get("/health/", headers={"host": "evil.example"})
    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")


def test_a_coding_is_named_and_identity_is_none(server: Running) -> None:
    zipped = server.client.post("/predict", content=b"{}", headers={"content-encoding": "gzip"})
    assert (zipped.status_code, zipped.json()["code"]) == (415, "unsupported-media")
    assert "Content-Encoding: gzip came" in zipped.json()["detail"]
    assert "Content-Type" not in zipped.json()["fix"]
    plain = server.client.post("/predict", content=b"{}", headers={"content-encoding": "Identity"})
    assert plain.json()["code"] == "malformed-body"


def test_the_scheme_of_the_token_is_the_same_in_any_case(server: Running) -> None:
    for given, status in (("bearer hush", 200), ("Bearer hushed", 401), ("hush", 401)):
        answer = server.client.post("/admin/reload", headers={"authorization": given})
        assert answer.status_code == status
