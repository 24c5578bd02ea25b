"""A server with a snapshot of keys lets in whoever it names, and nobody without one."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from modelyard.domain.credentials import digest_of
from modelyard.domain.errors import Forbidden, NotAuthorized, Unavailable
from modelyard.domain.serving_keys import ServingKey
from modelyard.serving.describing import describe
from modelyard.serving.door import Door
from modelyard.serving.keys import LOOK_S, KeyRing, encode_keys, subject_of
from modelyard.serving.logs import ServerLog
from modelyard.serving.options import ServerOptions
from modelyard.serving.shelf import Shelf

NOW = datetime(2030, 1, 1, tzinfo=UTC).timestamp()
KEY = ServingKey("acme", "key:1", "viewer")


class _Clock:
    """Seconds that go on when they are told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def _put(path: Path, content: bytes) -> None:
    draft = path.with_suffix(".new")
    draft.write_bytes(content)
    draft.replace(path)


def _ring(path: Path, clock: _Clock | None = None) -> KeyRing:
    return KeyRing(path, "acme", clock=clock or _Clock(), now=lambda: NOW)


def _headers(key: str, scheme: str = "Bearer") -> dict[bytes, bytes]:
    return {b"authorization": f"{scheme} {key}".encode()}


def _ring_of(tmp_path: Path, key: ServingKey) -> KeyRing:
    path = tmp_path / "keys.json"
    _put(path, encode_keys({digest_of("secret"): key}))
    return _ring(path)


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_a_key_of_the_snapshot_is_let_in(tmp_path: Path, scheme: str) -> None:
    ring = _ring_of(tmp_path, KEY)
    assert ring.require(_headers("secret", scheme), ("any",)).subject == "key:1"


@pytest.mark.parametrize(
    "headers",
    [{}, _headers("other"), _headers(""), _headers("secret", "Basic"), _headers("secret2")],
)
def test_no_key_and_a_wrong_one_are_refused_alike(
    tmp_path: Path, headers: dict[bytes, bytes]
) -> None:
    with pytest.raises(NotAuthorized, match="needs a valid API key"):
        _ring_of(tmp_path, KEY).require(headers, ())


def test_the_digest_of_a_key_is_no_key(tmp_path: Path) -> None:
    with pytest.raises(NotAuthorized):
        _ring_of(tmp_path, KEY).require(_headers(digest_of("secret")), ())


def test_a_key_of_another_tenant_is_refused_as_if_there_were_none(tmp_path: Path) -> None:
    ring = _ring_of(tmp_path, ServingKey("other", "key:1", "admin"))
    with pytest.raises(NotAuthorized, match="needs a valid API key"):
        ring.require(_headers("secret"), ())


@pytest.mark.parametrize(("seconds", "is_in"), [(1, True), (0, False), (-1, False)])
def test_a_key_ends_at_its_time(tmp_path: Path, seconds: int, *, is_in: bool) -> None:
    ends = datetime.fromtimestamp(NOW + seconds, UTC)
    ring = _ring_of(tmp_path, ServingKey("acme", "key:1", "viewer", expires_at=ends))
    if is_in:
        assert ring.require(_headers("secret"), ()).expires_at == ends
    else:
        with pytest.raises(NotAuthorized, match="expired"):
            ring.require(_headers("secret"), ())


def test_a_key_for_some_models_is_for_no_other(tmp_path: Path) -> None:
    key = ServingKey("acme", "key:1", "viewer", models=frozenset({"iris"}))
    ring = _ring_of(tmp_path, key)
    assert ring.require(_headers("secret"), ("iris",)) == key
    with pytest.raises(Forbidden, match="penguins"):
        ring.require(_headers("secret"), ("iris", "penguins"))


@pytest.mark.parametrize(
    "content",
    [
        None,
        b"",
        b"{",
        b"[]",
        b'{"format": 2, "keys": {}}',
        b'{"format": 1, "keys": {"x": {}}}',
        b'{"format": 1, "keys": {}, "more": 1}',
        b'\xff{"format": 1, "keys": {}}',
    ],
)
def test_without_a_snapshot_that_can_be_read_nobody_is_let_in(
    tmp_path: Path, content: bytes | None
) -> None:
    path, clock = tmp_path / "keys.json", _Clock()
    _put(path, encode_keys({digest_of("secret"): KEY}))
    ring = _ring(path, clock)
    ring.require(_headers("secret"), ())
    if content is None:
        path.unlink()
    else:
        _put(path, content)
    clock.now += LOOK_S
    with pytest.raises(Unavailable):
        ring.require(_headers("secret"), ())


def test_a_key_that_was_taken_out_is_refused_after_the_next_look(tmp_path: Path) -> None:
    path, clock = tmp_path / "keys.json", _Clock()
    _put(path, encode_keys({digest_of("secret"): KEY}))
    ring = _ring(path, clock)
    ring.require(_headers("secret"), ())
    _put(path, encode_keys({}))
    clock.now += LOOK_S
    with pytest.raises(NotAuthorized):
        ring.require(_headers("secret"), ())


def test_a_snapshot_that_could_not_be_opened_is_read_when_it_can(tmp_path: Path) -> None:
    path, clock = tmp_path / "keys.json", _Clock()
    path.symlink_to(tmp_path / "later.json")
    ring = _ring(path, clock)
    with pytest.raises(Unavailable):
        ring.require(_headers("secret"), ())
    _put(tmp_path / "later.json", encode_keys({digest_of("secret"): KEY}))
    clock.now += LOOK_S
    assert ring.require(_headers("secret"), ()) == KEY


def test_the_platform_alone_may_say_whom_it_asks_for(tmp_path: Path) -> None:
    named = {b"x-modelyard-subject": b"user:7"}
    assert subject_of(KEY, named) == "key:1"
    platform = ServingKey("acme", "platform", "viewer", speaks_for_others=True)
    assert subject_of(platform, named) == "user:7"
    assert subject_of(platform, {}) == "platform"


def test_a_snapshot_holds_no_key(tmp_path: Path) -> None:
    assert b"secret" not in encode_keys({digest_of("secret"): KEY})


async def _asked(door: Door, path: str, headers: list[tuple[bytes, bytes]]) -> tuple[int, Any]:
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    method = "POST" if "predict" in path or "infer" in path else "GET"
    scope = {"type": "http", "method": method, "path": path, "query_string": b""}
    await door(scope | {"headers": headers, "scheme": "http"}, receive, send)
    return sent[0]["status"], json.loads(sent[1]["body"] or b"null")


@pytest.mark.parametrize(
    "path",
    [
        "/predict",
        "/predict-batch",
        "/predict/tabular",
        "/models/penguins/predict",
        "/v2/models/penguins/infer",
        "/",
        "/info",
        "/models",
        "/metrics",
        "/docs",
        "/openapi.json",
        "/v2",
        "/nothing",
    ],
)
def test_every_path_that_tells_of_a_model_asks_for_a_key(
    tmp_path: Path, shelf: Shelf, path: str
) -> None:
    door = Door(shelf, ServerOptions(), log=ServerLog("none"), keys=_ring_of(tmp_path, KEY))
    status, problem = asyncio.run(_asked(door, path, []))
    assert (status, problem["code"]) == (401, "not-authorized")


def test_the_document_says_which_paths_ask_for_a_key(tmp_path: Path, shelf: Shelf) -> None:
    document = describe(shelf.models, ServerOptions(keys=tmp_path / "keys.json"))
    told = {
        path: [operation.get("security") for operation in operations.values()]
        for path, operations in document["paths"].items()
    }
    is_open = {path for path, security in told.items() if security == [None]}
    assert is_open == {"/health", "/v2/health/live", "/v2/health/ready"}
    assert {"401", "403"} <= set(document["paths"]["/predict"]["post"]["responses"])
    assert "securitySchemes" not in describe(shelf.models, ServerOptions())["components"]
