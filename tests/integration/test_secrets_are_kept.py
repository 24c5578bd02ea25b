"""What is secret is told once, to whom it is for: in no log, no error, no record, no database."""

import logging
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from modelyard.api.openings import open_to_people
from modelyard.bootstrap import open_project
from modelyard.settings import read_settings

API = "/api/v1/ml"
PHRASE, OTHER = "green kettle under stairs", "blue teapot over ladders"
ALMOST = "green kettle under stair"


class Told:
    """A client that remembers every answer, and what was secret in it."""

    def __init__(self, client):
        self._client = client
        self.answers: list[str] = []
        self.secrets = {PHRASE, OTHER, ALMOST}

    def __call__(self, method, path, body=None, *, credential=None, secret=()):
        headers = {"authorization": f"Bearer {credential}"} if credential else {}
        answer = self._client.request(method, path, json=body, headers=headers)
        text = answer.text
        told = answer.json() if text.startswith("{") else {}
        for name in secret:
            self.secrets.add(told[name])
            text = text.replace(told[name], "")
        self.answers.append(f"{text} {answer.headers}")
        return told


PAIR = ("access_token", "refresh_token")


@pytest.fixture
def project(capfd):
    settings = replace(read_settings(), log_level="debug", log_format="json")
    opened = open_project(settings)
    yield opened
    opened.database.close()


@pytest.fixture
def told(project, capfd):
    """Live through a day of a platform, and return all that it told but to whom it was for."""
    logging.getLogger().setLevel(logging.DEBUG)
    app = open_to_people(project, host="127.0.0.1", has_tls=False)
    ask = Told(TestClient(app, base_url="http://localhost", raise_server_exceptions=False))
    setup = project.access.invitations.begin_setup()
    ask.secrets.add(setup.text)
    _come_in(ask, setup.text)
    _go_wrong(ask, setup.text)
    for path in ("/openapi.json", "/metrics", "/health", "/"):
        ask("GET", path)
    yield ask
    out, err = capfd.readouterr()
    ask.answers += [out, err]
    logging.getLogger().setLevel(logging.WARNING)


def _come_in(ask, setup):
    body = {"token": setup, "email": "ada@example.org", "password": PHRASE}
    ada = ask("POST", f"{API}/auth/setup", body, secret=PAIR)
    ada = ask("POST", f"{API}/auth/refresh", {"refresh_token": ada["refresh_token"]}, secret=PAIR)
    admin = ada["access_token"]
    body = {"email": "vi@example.org", "role": "viewer"}
    invited = ask("POST", f"{API}/users", body, credential=admin, secret=["token"])
    body = {"token": invited["token"], "password": OTHER}
    ask("POST", f"{API}/auth/password", body, secret=PAIR)
    ask("POST", f"{API}/auth/login", {"email": "vi@example.org", "password": OTHER}, secret=PAIR)
    key = ask("POST", f"{API}/keys", {"title": "ci"}, credential=admin, secret=["key"])
    for path in ("/auth/me", "/users", "/keys", "/audit", "/audit/verification"):
        ask("GET", API + path, credential=admin)
        ask("GET", API + path, credential=key["key"])
    ask("DELETE", f"{API}/keys/{key['id']}", credential=admin)
    ask("GET", f"{API}/models", credential=key["key"])
    ask("POST", f"{API}/auth/logout", {"refresh_token": ada["refresh_token"]})


def _go_wrong(ask, setup):
    wrong = {"email": "ada@example.org", "password": ALMOST}
    for body in (
        wrong,
        {"email": "ada@example.org", "pasword": PHRASE},
        {"email": "ada@example.org", "password": [PHRASE]},
        {"email": PHRASE, "password": PHRASE},
        [PHRASE],
    ):
        ask("POST", f"{API}/auth/login", body)
    ask("POST", f"{API}/auth/setup", {"token": setup, "email": "e@e.org", "password": OTHER})
    ask("POST", f"{API}/auth/setup", {"token": [setup], "email": "e@e.org", "password": OTHER})
    for path in ("refresh", "logout"):
        ask("POST", f"{API}/auth/{path}", {"refresh_token": [max(ask.secrets)]})
    for secret in tuple(ask.secrets):
        ask("GET", f"{API}/models", credential=f"{secret}x".replace(" ", ""))


def _files(folder: Path):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_no_answer_tells_a_secret_but_the_one_that_it_was_asked_for(told):
    leaked = {secret for secret in told.secrets for answer in told.answers if secret in answer}
    # Whoever sends a password as an e-mail address is told what is wrong with the address.
    assert leaked == set()


def test_no_log_line_tells_a_secret(told, capfd):
    out, err = capfd.readouterr()
    assert '"event": "request"' in err
    assert {secret for secret in told.secrets if secret in out + err} == set()


def test_no_file_of_the_project_holds_a_secret(told, project):
    files = _files(project.settings.home)
    assert any(path.name == "modelyard.db" for path in files)
    leaked = {
        (path.name, secret)
        for path, content in files.items()
        for secret in told.secrets
        if secret.encode() in content
    }
    assert leaked == set()


def test_no_object_shows_a_secret_when_it_is_printed(project):
    token = project.access.invitations.begin_setup()
    ada = project.access.invitations.set_up(
        token.text, email="ada@example.org", password=PHRASE, title="Ada"
    )
    shown = f"{ada!r} {ada} {token!r} {token} {project.people.page()!r} {project!r}"
    kept = project.people.get(ada.user.id).password_hash
    for secret in (ada.access.text, ada.refresh.text, token.text, kept, PHRASE):
        assert secret not in shown
