"""A request that creates something may be repeated under its key: it is done once."""

import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from fastapi import Depends, FastAPI
from starlette.testclient import TestClient

from modelyard.api.idempotency import tells_a_secret
from modelyard.api.policies import needs
from modelyard.api.routing import every_route, router
from modelyard.domain.errors import InvalidValue
from modelyard.domain.identities import Role
from modelyard.wire.bodies import RequestBody

Ask = Callable[..., TestClient]

THINGS = "/api/v1/ml/things"
EDITOR = {"authorization": "Bearer editor"}


class Thing(RequestBody):
    name: str


class Maker:
    """Makes things, and counts them; one called "bad" is refused."""

    def __init__(self) -> None:
        self.made: Counter[str] = Counter()
        self.may_go_on = threading.Event()
        self.may_go_on.set()

    def make(self, name: str) -> dict[str, Any]:
        if name == "bad":
            raise InvalidValue("A thing is not called so.", fix="Call it otherwise.")
        if name == "broken":
            raise KeyError(name)
        self.made[name] += 1
        self.may_go_on.wait(10)
        return {"name": name, "number": sum(self.made.values())}


@pytest.fixture
def maker() -> Maker:
    return Maker()


@pytest.fixture(autouse=True)
def _with_things(app: FastAPI, maker: Maker) -> None:
    extra = router("Things")

    @extra.post("/things", status_code=201, dependencies=[needs(Role.EDITOR)])
    def make_thing(body: Thing) -> dict[str, Any]:
        return maker.make(body.name)

    guarded = [needs(Role.EDITOR), Depends(tells_a_secret)]

    @extra.post("/secrets", status_code=201, dependencies=guarded)
    def make_secret(body: Thing) -> dict[str, Any]:
        return maker.make(body.name) | {"secret": "hunter2"}

    app.include_router(extra)


def test_a_repeated_request_is_answered_as_the_first_one_was(ask: Ask, maker: Maker) -> None:
    client, key = ask("editor"), {"idempotency-key": "k1"}
    first = client.post(THINGS, json={"name": "a"}, headers=key)
    again = client.post(THINGS, json={"name": "a"}, headers=key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert again.headers["idempotency-replayed"] == "true"
    assert maker.made == {"a": 1}


def test_without_a_key_each_request_makes_its_own(ask: Ask, maker: Maker) -> None:
    for _ in range(2):
        ask("editor").post(THINGS, json={"name": "a"})
    assert maker.made == {"a": 2}


def test_another_request_under_the_same_key_is_refused(ask: Ask, maker: Maker) -> None:
    client, key = ask("editor"), {"idempotency-key": "k1"}
    client.post(THINGS, json={"name": "a"}, headers=key)
    other = client.post(THINGS, json={"name": "b"}, headers=key)
    assert (other.status_code, other.json()["code"]) == (422, "invalid-value")
    assert maker.made == {"a": 1}


def test_callers_do_not_share_keys(ask: Ask, maker: Maker) -> None:
    for caller in ("editor", "admin", "stranger"):
        answer = ask(caller).post(THINGS, json={"name": "a"}, headers={"idempotency-key": "k1"})
        assert answer.status_code == 201
        assert "idempotency-replayed" not in answer.headers
    assert maker.made == {"a": 3}


@pytest.mark.parametrize("name", ["bad", 7])
def test_a_request_that_was_refused_leaves_its_key_free(
    ask: Ask, maker: Maker, name: object
) -> None:
    client, key = ask("editor"), {"idempotency-key": "k1"}
    assert client.post(THINGS, json={"name": name}, headers=key).status_code == 422
    assert client.post(THINGS, json={"name": "good"}, headers=key).status_code == 201


def test_a_request_that_broke_is_not_done_again(ask: Ask) -> None:
    client, key = ask("editor"), {"idempotency-key": "k1"}
    assert client.post(THINGS, json={"name": "broken"}, headers=key).status_code == 500
    again = client.post(THINGS, json={"name": "broken"}, headers=key)
    assert (again.status_code, again.json()["code"]) == (409, "conflict")


def test_an_answer_that_holds_a_secret_is_given_once(ask: Ask, maker: Maker) -> None:
    client, key = ask("editor"), {"idempotency-key": "k1"}
    first = client.post("/api/v1/ml/secrets", json={"name": "a"}, headers=key)
    again = client.post("/api/v1/ml/secrets", json={"name": "a"}, headers=key)
    assert "hunter2" in first.text
    assert again.status_code == 409
    assert "hunter2" not in again.text
    assert maker.made == {"a": 1}


@pytest.mark.parametrize("key", ["", "x" * 256, "é"])
def test_a_key_that_is_none_is_refused(ask: Ask, maker: Maker, key: str) -> None:
    headers = {"idempotency-key": key.encode()}
    answer = ask("editor").post(THINGS, json={"name": "a"}, headers=headers)
    assert answer.status_code == 422
    assert maker.made == {}


def test_fifty_at_once_make_one_thing(app: FastAPI, maker: Maker) -> None:
    maker.may_go_on.clear()
    answers: list[Any] = []
    start = threading.Barrier(51, timeout=60)

    def send() -> None:
        # One portal for each: a client of its own, as fifty programs would have.
        client = TestClient(app, headers=EDITOR | {"idempotency-key": "k1"})
        start.wait()
        answers.append(client.post(THINGS, json={"name": "a"}))

    threads = [threading.Thread(target=send) for _ in range(50)]
    for thread in threads:
        thread.start()
    start.wait()
    maker.may_go_on.set()
    for thread in threads:
        thread.join(timeout=60)
    assert maker.made == {"a": 1}
    statuses = Counter(answer.status_code for answer in answers)
    assert set(statuses) <= {201, 409}
    assert len({answer.content for answer in answers if answer.status_code == 201}) == 1
    final = TestClient(app, headers=EDITOR).post(
        THINGS, json={"name": "a"}, headers={"idempotency-key": "k1"}
    )
    assert (final.status_code, maker.made) == (201, {"a": 1})


def test_every_route_that_creates_documents_the_key(app: FastAPI) -> None:
    paths = app.openapi()["paths"]  # type: ignore[attr-defined]
    creating = [route for route in every_route() if route.creates and route.include_in_schema]
    assert creating
    for route in creating:
        parameters = paths[route.path_format]["post"]["parameters"]
        assert "Idempotency-Key" in {each["name"] for each in parameters}, route.name
