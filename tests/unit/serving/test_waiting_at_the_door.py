"""Nobody who is slow, or who asks for much, holds up those who ask for a row."""

import asyncio
import json
import threading
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from modelyard.domain.errors import InvalidValue
from modelyard.runtime.explaining.explainer import Explainer
from modelyard.serving.door import Door
from modelyard.serving.logs import ServerLog
from modelyard.serving.options import ServerOptions
from modelyard.serving.reasons import LONGEST_S, explained
from modelyard.serving.shelf import Served, Shelf

Rows = list[dict[str, Any]]
Message = dict[str, Any]


class _Kept:
    """A shelf with a model that notes in which thread it is asked for reasons."""

    def __init__(self, served: Served) -> None:
        self.threads: list[str] = []
        self.models: Mapping[str, Served] = {served.name: self._noting(served)}

    def _noting(self, served: Served) -> Served:
        threads = self.threads

        class Noting(Served):
            @property
            def explainer(self) -> Explainer:  # type: ignore[override]  # it is cached there
                threads.append(threading.current_thread().name)
                return served.explainer

        return Noting(served.package, served.predictor, name=served.name, version=served.version)


def _door(shelf: Any, **options: Any) -> Door:
    return Door(shelf, replace(ServerOptions(log_format="none"), **options), log=ServerLog("none"))


async def _ask(door: Door, body: bytes, query: bytes = b"", waits: Any = None) -> tuple[int, Any]:
    """Ask for a row; the last part of the body comes when what is waited for has come."""
    parts = [body] if waits is None else [body[:5], body[5:]]
    sent: list[Message] = []

    async def receive() -> Message:
        if waits is not None and len(parts) == 1:
            await waits.wait()
        part = parts.pop(0)
        return {"type": "http.request", "body": part, "more_body": bool(parts)}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/predict",
        "query_string": query,
        "headers": [],
    }
    await door(scope, receive, send)
    return sent[0]["status"], json.loads(sent[1]["body"])


def test_who_sends_a_body_slowly_takes_no_place(shelf: Shelf, rows: Rows) -> None:
    body = json.dumps({"row": rows[0]}).encode()

    async def ask() -> tuple[int, list[int]]:
        door, whole = _door(shelf, max_in_flight=1), asyncio.Event()
        slow = [asyncio.ensure_future(_ask(door, body, waits=whole)) for _ in range(3)]
        await asyncio.sleep(0)
        assert door.meters.counts.in_flight == 3
        status, _ = await _ask(door, body)
        whole.set()
        return status, sorted([(await each)[0] for each in slow])

    status, of_slow = asyncio.run(ask())
    assert status == 200
    # They come in one turn, and one place is there.
    assert of_slow == [200, 503, 503]


def test_bodies_that_are_held_do_not_shut_out_a_row(shelf: Shelf, rows: Rows) -> None:
    body = json.dumps({"row": rows[0]}).encode()

    async def ask() -> int:
        door = _door(shelf, max_body_bytes=len(body))
        door.gate.hold(4 * len(body))
        return (await _ask(door, body))[0]

    assert asyncio.run(ask()) == 200


@pytest.mark.parametrize("query", [b"explain=1", b"%65xplain=1"])
def test_reasons_are_worked_out_beside_the_loop_and_the_batches(
    shelf: Shelf, rows: Rows, query: bytes
) -> None:
    kept = _Kept(shelf.models["penguins"])

    async def ask() -> tuple[int, Any]:
        return await _ask(_door(kept), json.dumps({"row": rows[0]}).encode(), query)

    status, answer = asyncio.run(ask())
    assert status == 200
    assert len(answer["explanation"]["contributions"]) == 1
    assert [name.partition("_")[0] for name in kept.threads] == ["explain"]


def test_reasons_end_when_a_request_has_taken_its_time(shelf: Shelf, rows: Rows) -> None:
    served = shelf.models["penguins"]
    blocks = served.predictor.reader.read_rows(rows[:4])
    times = iter([0.0, 0.0, LONGEST_S, LONGEST_S + 0.1])
    with pytest.raises(InvalidValue, match="Send no more than 2 rows") as caught:
        explained(served.explainer, [blocks], n_reasons=1, clock=lambda: next(times))
    assert "2 rows were explained" in caught.value.message
    assert len(explained(served.explainer, [blocks], n_reasons=1)) == 4
