"""To whom the API is opened: to people who log in, or to this machine alone."""

from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from modelyard.api.openings import (
    has_to_ask_for_login,
    open_to_people,
    open_to_this_machine,
    words_at_start,
)
from modelyard.bootstrap import Project
from modelyard.domain.errors import InvalidValue, UsageError
from modelyard.domain.perimeters import Perimeter, parse_proxies

API = "/api/v1/ml"
PHRASE = "green kettle under stairs"


def _within(project, perimeter):
    return Project(replace(project.settings, perimeter=perimeter))


def _client(app):
    return TestClient(app, base_url="http://localhost:8000")


def test_on_this_machine_nobody_logs_in(project):
    told = _client(open_to_this_machine(project, host="127.0.0.1")).get(f"{API}/auth/me").json()
    assert (told["subject"], told["tenant"], told["is_operator"]) == ("local", "local", True)


def test_where_people_log_in_nobody_else_is_answered(project):
    client = _client(open_to_people(project, host="127.0.0.1", has_tls=False))
    assert client.get(f"{API}/auth/me").status_code == 401


def test_on_this_machine_people_log_in_from_the_first_user_on(project):
    client = _client(open_to_this_machine(project, host="127.0.0.1"))
    assert client.get(f"{API}/models").status_code == 200
    token = project.access.invitations.begin_setup()
    first = {"token": token.text, "email": "ada@example.org", "password": PHRASE}
    admission = client.post(f"{API}/auth/setup", json=first).json()
    assert client.get(f"{API}/models").status_code == 401
    bearer = {"authorization": f"Bearer {admission['access_token']}"}
    assert client.get(f"{API}/models", headers=bearer).status_code == 200


def test_without_a_login_it_opens_to_nobody_elsewhere(project):
    with pytest.raises(UsageError, match="login"):
        open_to_this_machine(project, host="192.0.2.1")


@pytest.mark.parametrize(
    "perimeter",
    [Perimeter(hosts=("ml.example.org",)), Perimeter(proxies=parse_proxies("10.0.0.5"))],
)
def test_without_a_login_nothing_is_declared_by_which_others_come(project, perimeter):
    with pytest.raises(UsageError, match="log in"):
        open_to_this_machine(_within(project, perimeter), host="127.0.0.1")


@pytest.mark.parametrize("header", ["x-forwarded-for", "x-forwarded-host", "forwarded"])
def test_without_a_login_nobody_comes_through_a_proxy(project, header):
    client = _client(open_to_this_machine(project, host="127.0.0.1"))
    assert client.get("/version", headers={header: "192.0.2.1"}).status_code == 403


def test_without_a_login_a_page_that_leads_its_own_name_here_reads_nothing(project):
    client = _client(open_to_this_machine(project, host="127.0.0.1"))
    told = client.get(f"{API}/models", headers={"host": "evil.example:8000"})
    assert told.status_code == 403


def test_where_others_could_listen_in_it_does_not_open(project):
    with pytest.raises(UsageError, match="in the clear"):
        open_to_people(project, host="192.0.2.1", has_tls=False)


def test_with_a_short_key_it_does_not_open(project):
    short = Project(replace(project.settings, token_key="k" * 31))
    with pytest.raises(InvalidValue, match="32 bytes"):
        open_to_people(short, host="127.0.0.1", has_tls=False)


@pytest.mark.parametrize(
    ("host", "perimeter"),
    [
        ("192.0.2.1", Perimeter()),
        ("127.0.0.1", Perimeter(hosts=("ml.example.org",))),
        ("localhost", Perimeter(proxies=parse_proxies("10.0.0.5"))),
    ],
)
def test_where_others_come_in_people_have_to_log_in(project, host, perimeter):
    assert has_to_ask_for_login(_within(project, perimeter), host=host)


def test_where_this_machine_alone_comes_in_people_log_in_once_there_is_a_user(project):
    assert not has_to_ask_for_login(project, host="localhost")
    token = project.access.invitations.begin_setup()
    project.access.invitations.set_up(
        token.text, email="ada@example.org", password=PHRASE, title=""
    )
    assert has_to_ask_for_login(project, host="localhost")


def test_whoever_starts_it_is_told_that_nobody_logs_in(project):
    assert "Nobody logs in" in "\n".join(words_at_start(project, asks_for_login=False))


def test_whoever_starts_it_first_is_told_the_token_that_makes_the_first_user(project):
    words = "\n".join(words_at_start(project, asks_for_login=True))
    token = next(word for word in words.split() if word.startswith("mdo_"))
    project.access.invitations.set_up(
        token,
        email="ada@example.org",
        password=PHRASE,
        title="",
    )
    assert list(words_at_start(project, asks_for_login=True)) == []
