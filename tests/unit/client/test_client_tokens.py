"""A client says who asks: by one token, or by the one that holds when a request is sent."""

import pytest

from modelyard.client.clients import Client
from modelyard.domain.errors import NotAuthorized


@pytest.fixture
def heard(serve):
    """Return a server's address, and the credentials that it has heard."""
    seen = []

    async def answer(scope, receive, send):
        if scope["type"] != "http":
            return
        seen.append(dict(scope["headers"]).get(b"authorization", b"").decode())
        headers = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        body = b'{"product": "modelyard", "version": "1"}'
        await send({"type": "http.response.body", "body": body})

    return serve(answer), seen


def test_a_token_that_is_renewed_is_sent_as_it_is_then(heard):
    url, seen = heard
    tokens = iter(["first", "second"])
    with Client(url, token=lambda: next(tokens)) as client:
        client.platform.version()
        client.platform.version()
    assert seen == ["Bearer first", "Bearer second"]


def test_without_a_token_nothing_is_said(heard):
    url, seen = heard
    with Client(url) as client:
        client.platform.version()
    assert seen == [""]


def test_a_login_that_has_ended_is_told_as_such(heard):
    url, seen = heard

    def ended():
        raise NotAuthorized("The login has ended.", fix="Log in.")

    with Client(url, token=ended) as client, pytest.raises(NotAuthorized):
        client.platform.version()
    assert seen == []


def test_an_answer_is_passed_on_head_first_and_in_pieces(heard):
    url, _ = heard
    with Client(url) as client:
        head, *pieces = client.pass_on("/version", {"x-asked": "for"})
    assert (head.status, head.content) == (200, b"")
    assert b"".join(each.content for each in pieces).startswith(b'{"product"')
