"""The page answers to its own names and pages alone, and tells browsers to be careful."""

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from modelyard.domain.perimeters import Perimeter, parse_proxies
from modelyard.ui.guards import Guard, headers_of

URL = "http://localhost:8501"
SOCKET = "ws://localhost:8501/socket"
HOSTILE_HOSTS = ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", ""]


async def _answer(request):
    return PlainTextResponse(f"{request.url.scheme} {request.client.host}")


async def _socket(websocket):
    await websocket.accept()
    await websocket.send_text("open")
    await websocket.close()


def browser(perimeter=None, *, is_open=True, peer="127.0.0.1", url=URL):
    """Return a client of a guarded application."""
    app = Starlette(
        routes=[
            Route("/", _answer, methods=["GET", "POST"]),
            WebSocketRoute("/socket", _socket),
        ]
    )
    guard = Guard(
        app, perimeter or Perimeter(), headers={"x-frame-options": "DENY"}, is_open=is_open
    )
    return TestClient(guard, base_url=url, client=(peer, 1234))


@pytest.mark.parametrize("host", HOSTILE_HOSTS)
def test_a_name_that_is_not_its_own_is_not_answered(host):
    answer = browser().get("/", headers={"host": host})
    assert answer.status_code == 403
    assert answer.headers["x-frame-options"] == "DENY"


def test_a_declared_name_is_answered():
    perimeter = Perimeter(hosts=("ml.example.org",))
    answer = browser(perimeter, is_open=False).get("/", headers={"host": "ml.example.org:8501"})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://localhost:9999"},
        {"sec-fetch-site": "cross-site"},
    ],
    ids=["foreign", "null", "other-port", "without-origin"],
)
def test_a_page_elsewhere_changes_nothing(headers):
    assert browser().post("/", headers=headers).status_code == 403


def test_its_own_page_and_a_program_may_send_something():
    assert browser().post("/", headers={"origin": URL}).status_code == 200
    assert browser().post("/").status_code == 200


@pytest.mark.parametrize("headers", [{"origin": "https://evil.example"}, {"host": "evil.example"}])
def test_a_socket_is_opened_neither_from_elsewhere_nor_by_another_name(headers):
    with (
        pytest.raises(WebSocketDisconnect),
        browser().websocket_connect(SOCKET, headers=headers) as socket,
    ):
        socket.receive_text()


def test_a_socket_is_opened_from_its_own_page():
    with browser().websocket_connect(SOCKET, headers={"origin": URL}) as socket:
        assert socket.receive_text() == "open"


def test_who_comes_through_a_proxy_is_refused_where_nobody_logs_in():
    assert browser().get("/", headers={"x-forwarded-for": "8.8.8.8"}).status_code == 403


def test_the_word_of_a_declared_proxy_counts_and_that_of_others_does_not():
    perimeter = Perimeter(proxies=parse_proxies("10.0.0.5"))
    told = {"x-forwarded-for": "8.8.8.8", "x-forwarded-proto": "https"}
    through = browser(perimeter, is_open=False, peer="10.0.0.5").get("/", headers=told)
    assert through.text == "https 8.8.8.8"
    assert "strict-transport-security" in through.headers
    pretended = browser(perimeter, is_open=False, peer="10.0.0.6").get("/", headers=told)
    assert pretended.text == "http 10.0.0.6"


def test_the_policy_lets_in_the_first_document_its_own_scripts_and_uploads_and_no_more(tmp_path):
    index = tmp_path / "index.html"
    index.write_text("<script>window.ready = 1</script><script type='module' src='a.js'></script>")
    policy = headers_of(index, api_origin="http://localhost:8000")["content-security-policy"]
    found = dict(each.split(" ", 1) for each in policy.split("; "))
    assert found["default-src"] == "'none'"
    assert found["frame-ancestors"] == "'none'"
    assert found["connect-src"] == "'self' http://localhost:8000"
    assert found["script-src"].count("'sha256-") == 1
    assert "unsafe-inline" not in found["script-src"]
    assert "unsafe-eval" not in found["script-src"].replace("wasm-unsafe-eval", "")
