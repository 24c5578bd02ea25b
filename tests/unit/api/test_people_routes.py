"""People over HTTP: setting up, logging in, inviting, keys, and the record of deeds."""

import pytest
from starlette.testclient import TestClient

from modelyard.api.app import make_app
from modelyard.bootstrap import Project
from modelyard.domain.jobs import Quota

PHRASE = "green kettle under stairs"
API = "/api/v1/ml"


@pytest.fixture
def door(project: Project) -> TestClient:
    """Return a client of a platform where people log in."""
    return TestClient(make_app(project, callers=project.access.identity))


@pytest.fixture
def ada(door, project):
    """Set the platform up, and return the first user's credentials."""
    token = project.access.invitations.begin_setup().text
    body = {"token": token, "email": "ada@example.org", "password": PHRASE, "title": "Ada"}
    return door.post(f"{API}/auth/setup", json=body).json()


@pytest.fixture
def ask(door, ada):
    """Return a function that asks as the first user, or with another credential."""

    def send(method, path, body=None, *, credential=None):
        headers = {"authorization": f"Bearer {credential or ada['access_token']}"}
        return door.request(method, API + path, json=body, headers=headers)

    return send


def _join(door, ask, email, role="viewer"):
    token = ask("POST", "/users", {"email": email, "role": role}).json()["token"]
    return door.post(f"{API}/auth/password", json={"token": token, "password": PHRASE}).json()


def test_before_anybody_is_there_nobody_is_let_in(door):
    body = {"email": "admin", "password": "admin"}
    assert door.post(f"{API}/auth/login", json=body).status_code == 401
    assert door.get(f"{API}/models").status_code == 401


def test_whoever_set_the_platform_up_is_told_who_they_are(ask, ada):
    told = ask("GET", "/auth/me").json()
    assert told["subject"] == f"user:{ada['user_id']}"
    assert (told["tenant"], told["role"], told["is_operator"]) == ("local", "admin", True)


def test_a_login_is_renewed_and_ended(door, ada):
    body = {"email": "ada@example.org", "password": PHRASE}
    login = door.post(f"{API}/auth/login", json=body).json()
    renewed = door.post(
        f"{API}/auth/refresh", json={"refresh_token": login["refresh_token"]}
    ).json()
    newest = {"refresh_token": renewed["refresh_token"]}
    assert door.post(f"{API}/auth/logout", json=newest).status_code == 204
    assert door.post(f"{API}/auth/refresh", json=newest).status_code == 401


def test_too_many_logins_are_told_when_to_come_again(door, ada):
    body = {"email": "ada@example.org", "password": "no"}
    answers = [door.post(f"{API}/auth/login", json=body) for _ in range(11)]
    assert {answer.status_code for answer in answers[:10]} == {401}
    assert answers[10].status_code == 429
    assert 1 <= int(answers[10].headers["retry-after"]) <= 900


def test_an_invited_person_logs_in_with_the_role_they_were_given(door, ask):
    vi = _join(door, ask, "vi@example.org")
    assert ask("GET", "/auth/me", credential=vi["access_token"]).json()["role"] == "viewer"
    assert ask("GET", "/users", credential=vi["access_token"]).status_code == 403


def test_a_key_is_told_once(ask):
    made = ask("POST", "/keys", {"title": "ci", "role": "viewer"}).json()
    assert ask("GET", "/models", credential=made["key"]).status_code == 200
    kept = ask("GET", f"/keys/{made['id']}")
    assert "key" not in kept.json()
    assert made["key"] not in kept.text


def test_a_revoked_key_is_refused_at_once(ask):
    made = ask("POST", "/keys", {"title": "ci"}).json()
    assert ask("DELETE", f"/keys/{made['id']}").status_code == 204
    assert ask("GET", "/models", credential=made["key"]).status_code == 401


def test_a_key_that_is_bound_to_models_reads_nothing(ask):
    made = ask("POST", "/keys", {"title": "ci", "models": ["iris"]}).json()
    assert ask("GET", "/models", credential=made["key"]).status_code == 403
    assert ask("GET", "/auth/me", credential=made["key"]).json()["is_predict_only"]


def test_a_viewer_is_refused_a_model_and_given_it_again(door, ask):
    vi = _join(door, ask, "vi@example.org")
    path = f"/users/{vi['user_id']}/grants"
    assert ask("PUT", path, {"models": {"iris": False}}).json() == {"models": {"iris": False}}
    told = ask("GET", "/auth/me", credential=vi["access_token"]).json()
    assert told["models"] == {"iris": False}
    assert ask("DELETE", f"{path}/iris").status_code == 204
    assert ask("GET", path).json() == {"models": {}}


def test_the_people_and_keys_of_another_tenant_are_not_there(door, ask, ada):
    body = {"id": "acme", "title": "Acme", "admin_email": "boss@acme.org"}
    token = ask("POST", "/tenants", body).json()["admin"]["token"]
    key = ask("POST", "/keys", {"title": "ci"}).json()
    boss = door.post(f"{API}/auth/password", json={"token": token, "password": PHRASE}).json()
    theirs = boss["access_token"]
    for path in (
        f"/users/{ada['user_id']}",
        f"/users/{ada['user_id']}/grants",
        f"/keys/{key['id']}",
    ):
        assert ask("GET", path, credential=theirs).status_code == 404
    assert len(ask("GET", "/users", credential=theirs).json()["items"]) == 1
    assert ask("GET", "/keys", credential=theirs).json()["items"] == []
    assert ask("DELETE", f"/keys/{key['id']}", credential=theirs).status_code == 404
    cursor = ask("GET", "/audit?limit=1").json()["next_cursor"]
    told = ask("GET", f"/audit?limit=1&cursor={cursor}", credential=theirs)
    assert told.status_code == 422


def test_an_admin_who_runs_nothing_makes_no_tenants(door, ask):
    bo = _join(door, ask, "bo@example.org", "admin")["access_token"]
    body = {"id": "acme", "title": "Acme", "admin_email": "boss@acme.org"}
    assert ask("POST", "/tenants", body, credential=bo).status_code == 403
    assert ask("GET", "/tenants", credential=bo).status_code == 403


def test_an_operator_gives_a_tenant_another_quota(door, ask, project):
    body = {"id": "acme", "title": "Acme", "admin_email": "boss@acme.org"}
    ask("POST", "/tenants", body)
    path = "/tenants/acme/quota"
    assert ask("GET", path).json() == {"most_running": 8, "most_queued": 1000}
    fewer = {"most_running": 2, "most_queued": 5}
    assert ask("PUT", path, fewer).json() == fewer == ask("GET", path).json()
    assert project.of("acme").jobs.quota() == Quota(2, 5)
    assert ask("PUT", path, fewer | {"most_running": 0}).status_code == 422
    assert ask("GET", "/tenants/none/quota").status_code == 404
    bo = _join(door, ask, "bo@example.org", "admin")["access_token"]
    assert ask("PUT", path, fewer, credential=bo).status_code == 403


def test_a_disabled_person_is_let_in_again(door, ask):
    vi = _join(door, ask, "vi@example.org")
    path = f"/users/{vi['user_id']}/disabled"
    body = {"email": "vi@example.org", "password": PHRASE}
    assert ask("PUT", path, {"is_disabled": True}).json()["disabled_at"] is not None
    assert door.post(f"{API}/auth/login", json=body).status_code == 401
    ask("PUT", path, {"is_disabled": False})
    assert door.post(f"{API}/auth/login", json=body).status_code == 200


def test_the_record_of_deeds_is_listed_and_holds(ask):
    ask("POST", "/users", {"email": "vi@example.org", "role": "viewer"})
    deeds = ask("GET", "/audit?action=user.create").json()["items"]
    assert [deed["details"] for deed in deeds] == [{"role": "viewer"}]
    assert ask("GET", "/audit/verification").json()["is_sound"]


def test_a_token_that_is_told_once_is_kept_under_no_idempotency_key(door, ask, ada, project):
    headers = {"authorization": f"Bearer {ada['access_token']}", "idempotency-key": "k1"}
    made = [door.post(f"{API}/keys", json={"title": "ci"}, headers=headers) for _ in range(2)]
    assert [answer.status_code for answer in made] == [201, 409]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/users", {"email": "vi@example.org", "role": "owner"}),
        ("/users", {"email": "vi", "role": "viewer"}),
        ("/users", {"email": "vi@example.org", "role": "viewer", "is_operator": True}),
        ("/keys", {"title": ""}),
        ("/keys", {"title": "ci", "models": []}),
        ("/keys", {"title": "ci", "expires_in_days": 0}),
        ("/tenants", {"id": "Acme Inc", "title": "A", "admin_email": "b@acme.org"}),
    ],
)
def test_what_cannot_be_made_is_told_where_it_is_wrong(ask, path, body):
    assert ask("POST", path, body).status_code == 422
