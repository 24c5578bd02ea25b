"""Requests are repeated where that does no harm, and only there; both clients alike."""

import asyncio
import json
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from modelyard.client.clients import AsyncClient, Client
from modelyard.client.patience import Patience
from modelyard.domain.errors import (
    Conflict,
    ModelyardError,
    QuotaExceeded,
    TooManyRequests,
    Unavailable,
)
from modelyard.wire.jobs import TrainingRequest
from modelyard.wire.platform import VersionAnswer
from modelyard.wire.predictions import PredictRequest

EAGER = Patience(retries=3, first_s=0.01)
TRAINING = TrainingRequest.model_validate(
    {"dataset": "d", "configuration": {"data": {"tabular": {"target_column": "y"}}}}
)
VERSION = (200, {}, {"product": "modelyard", "version": "1"})
DEPLOYED = (
    202,
    {},
    {
        **dict.fromkeys(("url", "predict_url", "reason", "ready_at")),
        "name": "d",
        "model": "churn@3",
        "state": "ready",
        "is_wanted": True,
        "n_restarts": 0,
        "created_by": "local",
        **dict.fromkeys(("created_at", "changed_at"), "2026-01-01T00:00:00Z"),
    },
)
CUT = None
WORD = "only-for-this-platform"


def problem(error: ModelyardError, **headers: str) -> tuple[int, dict[str, str], Any]:
    return error.status, headers, error.to_dict()


class Scripted:
    """A platform that answers what it is told, one answer after the other."""

    def __init__(self, *answers: Any) -> None:
        self._answers = list(answers)
        self.seen: list[dict[str, str]] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        del receive
        self.seen.append({name.decode(): value.decode() for name, value in scope["headers"]})
        answer = self._answers.pop(0)
        if answer is CUT:
            # More is declared than comes: the server ends the connection.
            headers = [(b"content-length", b"9999")]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.body", "body": b"{"})
            return
        status, headers, body = answer
        kind = "application/json" if status < HTTPStatus.BAD_REQUEST else "application/problem+json"
        written = {"content-type": kind, **{k.replace("_", "-"): v for k, v in headers.items()}}
        named = [(name.encode(), value.encode()) for name, value in written.items()]
        await send({"type": "http.response.start", "status": status, "headers": named})
        await send({"type": "http.response.body", "body": json.dumps(body).encode()})


@pytest.fixture(params=["waiting", "asyncio"])
def carry_out(
    request: pytest.FixtureRequest, serve: Callable[[ASGIApp], str]
) -> Callable[..., Any]:
    """Return a function that asks a scripted platform by one of the clients."""

    def waiting(app: Scripted, ask: Callable[[Client], Any]) -> Any:
        with Client(serve(app), patience=EAGER) as client:
            return ask(client)

    def in_a_loop(app: Scripted, ask: Callable[[AsyncClient], Any]) -> Any:
        async def main() -> Any:
            async with AsyncClient(serve(app), patience=EAGER) as client:
                return await ask(client)

        return asyncio.run(main())

    return waiting if request.param == "waiting" else in_a_loop


def _version(client: Any) -> Any:
    return client.platform.version()


def _deploy(client: Any) -> Any:
    return client.models.deploy("churn@3")


def _predict(client: Any) -> Any:
    return client.predictions.ask("churn", PredictRequest(row={"age": 41}))


def test_what_reads_is_asked_again_after_a_cut_and_after_a_503(carry_out: Any) -> None:
    app = Scripted(CUT, problem(Unavailable("Not now."), retry_after="0"), VERSION)
    assert carry_out(app, _version) == VersionAnswer(product="modelyard", version="1")
    assert len(app.seen) == 3


def test_what_creates_is_sent_again_under_the_same_key(carry_out: Any) -> None:
    app = Scripted(CUT, problem(Conflict("The first is on its way.")), DEPLOYED)
    assert carry_out(app, _deploy).name == "d"
    keys = {seen["idempotency-key"] for seen in app.seen}
    assert (len(app.seen), len(keys)) == (3, 1)


def test_two_things_are_created_under_two_keys(serve: Callable[[ASGIApp], str]) -> None:
    app = Scripted(DEPLOYED, DEPLOYED)
    with Client(serve(app), patience=EAGER) as client:
        _deploy(client)
        _deploy(client)
    assert app.seen[0]["idempotency-key"] != app.seen[1]["idempotency-key"]


def test_a_conflict_that_follows_no_cut_is_told_at_once(carry_out: Any) -> None:
    app = Scripted(problem(Conflict("The name is taken.")))
    with pytest.raises(Conflict, match="taken"):
        carry_out(app, _deploy)


def test_a_prediction_that_was_cut_off_is_not_asked_for_twice(carry_out: Any) -> None:
    app = Scripted(CUT)
    with pytest.raises(Unavailable):
        carry_out(app, _predict)
    assert len(app.seen) == 1


def test_what_was_refused_for_its_rate_is_always_sent_again(carry_out: Any) -> None:
    refusal = problem(TooManyRequests("Too many.", retry_after_s=1), retry_after="0")
    app = Scripted(refusal, (200, {}, {"model": "churn", "version": "3", "prediction": "no"}))
    assert carry_out(app, _predict).version == "3"


def test_a_quota_is_not_asked_again(carry_out: Any) -> None:
    app = Scripted(problem(QuotaExceeded("1,000 jobs wait.")))
    with pytest.raises(QuotaExceeded):
        carry_out(app, lambda client: client.jobs.train(TRAINING))


def test_who_is_told_to_wait_for_long_is_not_kept_waiting(carry_out: Any) -> None:
    app = Scripted(problem(TooManyRequests("Too many.", retry_after_s=600), retry_after="600"))
    with pytest.raises(TooManyRequests) as caught:
        carry_out(app, _version)
    assert caught.value.retry_after_s == 600


def test_patience_ends(carry_out: Any) -> None:
    app = Scripted(CUT, CUT, CUT, CUT, VERSION)
    with pytest.raises(Unavailable):
        carry_out(app, _version)
    assert len(app.seen) == 1 + EAGER.retries


def test_a_redirection_takes_no_token_elsewhere(serve: Callable[[ASGIApp], str]) -> None:
    elsewhere = Scripted(VERSION)
    app = Scripted((307, {"location": f"{serve(elsewhere)}/version"}, {}))
    with (
        Client(serve(app), token=WORD, patience=EAGER) as client,
        pytest.raises(Unavailable, match="redirection"),
    ):
        client.platform.version()
    assert elsewhere.seen == []


def test_a_token_is_sent_and_told_to_nobody(serve: Callable[[ASGIApp], str]) -> None:
    app = Scripted(VERSION)
    with Client(serve(app), token=WORD, patience=EAGER) as client:
        client.platform.version()
        assert WORD not in repr(vars(client))
    assert app.seen[0]["authorization"] == f"Bearer {WORD}"


@pytest.mark.parametrize("attempt", range(8))
def test_a_pause_grows_up_to_a_bound(attempt: int) -> None:
    patience = Patience(retries=9, first_s=1.0, longest_s=4.0)
    bound = min(2.0**attempt, 4.0)
    assert bound / 2 <= (patience.pause_s(attempt, None) or 0.0) <= bound


def test_an_answer_of_another_form_is_said_to_be_none(carry_out: Any) -> None:
    app = Scripted((200, {}, {"name": "nginx"}))
    with pytest.raises(ModelyardError, match="VersionAnswer"):
        carry_out(app, _version)
