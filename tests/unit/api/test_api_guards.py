"""What looks at requests before the application: names, origins, proxies, and careful headers."""

import pytest
from starlette.testclient import TestClient

from modelyard.api.app import make_app
from modelyard.api.guards import guards_of
from modelyard.domain.perimeters import Perimeter, parse_proxies

LOGIN = "/api/v1/ml/auth/login"
NOBODY = {"email": "eve@example.org", "password": "x"}
PAGE = "https://app.example.org"


@pytest.fixture
def client_of(project):
    """Return a maker of clients of a platform with a perimeter, for whoever asks without login."""

    def make(perimeter=None, *, peer="127.0.0.1", base="http://localhost:8000"):
        app = make_app(project, guards=guards_of(perimeter or Perimeter()))
        return TestClient(app, base_url=base, client=(peer, 50000))

    return make


@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1:1", "[::1]:8000", "LocalHost"])
def test_a_browser_of_this_machine_asks_by_a_name_of_loopback(client_of, host):
    assert client_of().get("/version", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "localhost.evil.example",
        "localhost@evil.example",
        "evil.example:8000#localhost",
        "127.0.0.1.nip.io",
        "",
        "localhost:8000,evil.example",
        "[::1",
        "localhost:99999999",
    ],
)
def test_a_name_that_was_made_to_lead_here_is_not_answered(client_of, host):
    assert client_of().get("/version", headers={"host": host}).status_code == 403


def test_two_names_at_once_are_not_answered(client_of):
    headers = [("host", "localhost"), ("host", "evil.example")]
    assert client_of().get("/version", headers=headers).status_code == 403


def test_a_declared_name_is_answered(client_of):
    client = client_of(Perimeter(hosts=("ml.example.org",)))
    assert client.get("/version", headers={"host": "ML.example.org"}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://localhost:3000"},
        {"origin": "https://localhost:8000"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_a_page_elsewhere_changes_nothing_even_where_nobody_logs_in(client_of, headers, method):
    told = client_of().request(method, "/api/v1/ml/users", headers=headers, json={})
    assert told.status_code == 403
    assert "page that sends this" in told.json()["detail"]


@pytest.mark.parametrize(
    "headers", [{}, {"origin": "http://localhost:8000"}, {"sec-fetch-site": "same-origin"}]
)
def test_a_page_of_ours_and_a_program_are_answered(client_of, headers):
    assert client_of().post(LOGIN, headers=headers, json=NOBODY).status_code == 401


def test_by_default_no_page_elsewhere_may_read_an_answer(client_of):
    told = client_of().get("/version", headers={"origin": PAGE})
    asked = client_of().options(
        LOGIN, headers={"origin": PAGE, "access-control-request-method": "POST"}
    )
    assert "access-control-allow-origin" not in {*told.headers, *asked.headers}


def test_a_declared_page_may_read_and_change(client_of):
    client = client_of(Perimeter(origins=(PAGE,)))
    assert (
        client.get("/version", headers={"origin": PAGE}).headers["access-control-allow-origin"]
        == PAGE
    )
    assert client.post(LOGIN, headers={"origin": PAGE}, json=NOBODY).status_code == 401


def test_a_declared_page_lets_no_other_one_in(client_of):
    client = client_of(Perimeter(origins=(PAGE,)))
    for origin in ("https://evil.example", f"{PAGE}.evil.example", "null"):
        told = client.get("/version", headers={"origin": origin})
        assert "access-control-allow-origin" not in told.headers
        assert client.post(LOGIN, headers={"origin": origin}, json=NOBODY).status_code == 403


def test_no_answer_asks_a_browser_to_send_credentials_by_itself(client_of):
    told = client_of(Perimeter(origins=(PAGE,))).get("/version", headers={"origin": PAGE})
    assert "access-control-allow-credentials" not in told.headers


@pytest.mark.parametrize("path", ["/version", "/nowhere", "/api/v1/ml/models/none"])
def test_every_answer_tells_browsers_to_be_careful(client_of, path):
    headers = client_of().get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == "no-store"


def test_a_refusal_tells_browsers_to_be_careful_too(client_of):
    headers = client_of().get("/version", headers={"host": "evil.example"}).headers
    assert headers["x-frame-options"] == "DENY"


def test_over_tls_browsers_are_told_to_stay_there(client_of):
    plain, secure = client_of(), client_of(base="https://localhost")
    assert "strict-transport-security" not in plain.get("/version").headers
    assert "max-age" in secure.get("/version").headers["strict-transport-security"]


class _Seen:
    """An application that remembers what it was asked."""

    async def __call__(self, scope, receive, send):
        self.scope, self.receive = scope, receive
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})


def _seen(peer, headers, *, proxies="10.0.0.0/24"):
    app = _Seen()
    proxy_guard = guards_of(Perimeter(proxies=parse_proxies(proxies)))[0]
    TestClient(proxy_guard(app), client=(peer, 50000)).get("/", headers=headers)
    return app.scope


def test_what_a_stranger_says_of_a_client_is_dropped():
    told = {"x-forwarded-for": "127.0.0.1", "x-forwarded-proto": "https", "forwarded": "for=::1"}
    scope = _seen("203.0.113.9", told)
    assert (scope["client"][0], scope["scheme"]) == ("203.0.113.9", "http")
    assert not [name for name, _ in scope["headers"] if b"forwarded" in name]


def test_what_a_declared_proxy_says_of_a_client_counts():
    told = {"x-forwarded-for": "203.0.113.9", "x-forwarded-proto": "https"}
    scope = _seen("10.0.0.5", told)
    assert (scope["client"][0], scope["scheme"]) == ("203.0.113.9", "https")


@pytest.mark.parametrize(
    "hops", ["127.0.0.1, 203.0.113.9", "10.0.0.7, 203.0.113.9, 10.0.0.6", "a, 203.0.113.9"]
)
def test_what_a_client_wrote_before_its_own_address_is_not_believed(hops):
    assert _seen("10.0.0.5", {"x-forwarded-for": hops})["client"][0] == "203.0.113.9"


@pytest.mark.parametrize("told", [{}, {"x-forwarded-for": ""}, {"x-forwarded-for": "10.0.0.6"}])
def test_a_proxy_that_names_no_stranger_is_the_client_itself(told):
    assert _seen("10.0.0.5", told)["client"][0] == "10.0.0.5"


def test_a_name_that_a_proxy_forwards_is_no_name_of_the_platform(client_of):
    client = client_of(Perimeter(proxies=parse_proxies("10.0.0.5")), peer="10.0.0.5")
    told = {"host": "evil.example", "x-forwarded-host": "localhost"}
    assert client.get("/version", headers=told).status_code == 403
