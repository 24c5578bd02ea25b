"""An answer with an id stands in the log of its server; where it does not, the answer says so."""

import asyncio
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from modelyard.domain.credentials import digest_of
from modelyard.domain.serving_keys import ServingKey
from modelyard.kit.segments import read_records
from modelyard.serving.door import Door
from modelyard.serving.keys import KeyRing, encode_keys
from modelyard.serving.logs import ServerLog
from modelyard.serving.options import ServerOptions
from modelyard.serving.prediction_log import RETRY_S, SEGMENT_BYTES, PredictionLog
from modelyard.serving.records import Record, decode_record
from modelyard.serving.shelf import Shelf

Rows = list[dict[str, Any]]


class _Told:
    """Takes the lines that a log tells."""

    def __init__(self) -> None:
        self.events: list[str] = []

    def __call__(self, event: str, **_: Any) -> None:
        self.events.append(event)


class _Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class _Served:
    """A door with a log in a folder."""

    def __init__(
        self,
        shelf: Shelf,
        folder: Path,
        segment_bytes: int = SEGMENT_BYTES,
        keys: KeyRing | None = None,
    ) -> None:
        self.folder, self.told, self.clock = folder, _Told(), _Clock()
        self.log = PredictionLog(
            folder, prefix="p", tell=self.told, segment_bytes=segment_bytes, clock=self.clock
        )
        options = ServerOptions(log_format="none")
        self.door = Door(shelf, options, log=ServerLog("none"), keys=keys, prediction_log=self.log)

    async def ask(
        self, path: str, body: Any, query: str = "", headers: Mapping[str, str] | None = None
    ) -> tuple[int, dict[str, str], Any]:
        """Return status, headers and document."""
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": json.dumps(body).encode(), "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)

        scope = {"type": "http", "method": "POST", "path": path, "query_string": query.encode()}
        all_headers = {"x-request-id": "r1"} | dict(headers or {})
        raw = [(name.encode(), value.encode()) for name, value in all_headers.items()]
        await self.door(scope | {"headers": raw}, receive, send)
        told = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
        return sent[0]["status"], told, json.loads(sent[1]["body"])

    def records(self) -> list[Record]:
        """Return what the segments hold."""
        return [
            decode_record(each.content)
            for path in sorted(self.folder.glob("*.log"))
            for each in read_records(path)
        ]


@pytest.fixture
def server(shelf: Shelf, tmp_path: Path) -> Any:
    """A door with a log."""
    served = _Served(shelf, tmp_path / "log")
    yield served
    served.door.close()


def test_an_answer_with_an_id_stands_in_the_log_when_it_is_told(
    server: _Served, rows: Rows
) -> None:
    _, headers, answer = asyncio.run(server.ask("/predict", {"row": rows[0]}))
    (record,) = server.records()
    assert record.id == headers["x-prediction-id"]
    assert (record.model, record.reference) == ("penguins", "")
    assert (record.subject, record.request_id) == ("local", "r1")
    assert json.loads(bytes(record.rows)) == {"row": rows[0]}
    assert json.loads(bytes(record.answer)) == answer
    assert "x-prediction-logged" not in headers


def test_every_row_of_one_turn_has_an_id_of_its_own(server: _Served, rows: Rows) -> None:
    async def ask() -> list[Any]:
        return await asyncio.gather(*(server.ask("/predict", {"row": row}) for row in rows[:8]))

    told = {headers["x-prediction-id"]: answer for _, headers, answer in asyncio.run(ask())}
    kept = {record.id: json.loads(bytes(record.answer)) for record in server.records()}
    assert len(kept) == 8
    assert kept == told


def test_what_is_refused_leaves_nothing(server: _Served, rows: Rows) -> None:
    bad = rows[0] | {"bill_length_mm": "wide"}
    status, headers, _ = asyncio.run(server.ask("/predict", {"row": bad}))
    assert status == 422
    assert "x-prediction-id" not in headers
    assert server.records() == []


def _columns(rows: Rows) -> dict[str, list[Any]]:
    return {name: [row[name] for row in rows] for name in rows[0]}


def _bare(rows: Rows, shelf: Shelf) -> list[list[Any]]:
    names = [column.name for column in shelf.models["penguins"].manifest.inputs]
    return [[row[name] for name in names] for row in rows]


def test_rows_of_every_form_are_kept_as_a_batch_takes_them(
    server: _Served, shelf: Shelf, rows: Rows
) -> None:
    some = rows[:3]
    tensors = [
        {"name": name, "shape": [3], "datatype": "BYTES", "data": cells}
        for name, cells in _columns(some).items()
    ]
    bodies = {
        "/predict-batch": {"rows": some},
        "/models/penguins/predict-batch": {"columns": _columns(some)},
        "/predict/tabular": {"features": _bare(some, shelf)},
        "/v2/models/penguins/infer": {"inputs": tensors},
    }

    async def ask() -> None:
        for path, body in bodies.items():
            status, headers, _ = await server.ask(path, body)
            assert (status, "x-prediction-id" in headers) == (200, True), path

    asyncio.run(ask())
    records = server.records()
    answers = [json.loads(bytes(record.answer)) for record in records]
    assert len(records) == len(bodies)
    for told in answers:
        assert told["predictions"] == answers[0]["predictions"]
        assert np.allclose(told["probabilities"], answers[0]["probabilities"])
    kept = [json.loads(bytes(record.rows)) for record in records]
    assert kept[0] == {"rows": some}
    assert {tuple(each) for each in kept[1:]} == {("columns",)}
    for each in kept[1:]:
        assert each["columns"] == _columns(some)


def test_where_the_disk_takes_nothing_predictions_go_on_and_say_so(
    shelf: Shelf, tmp_path: Path, rows: Rows
) -> None:
    folder = tmp_path / "log"
    folder.write_bytes(b"a file where the folder should be")
    server = _Served(shelf, folder)

    async def ask() -> list[Any]:
        return [await server.ask("/predict", {"row": rows[0]}) for _ in range(2)]

    for status, headers, answer in asyncio.run(ask()):
        assert (status, answer["model"]) == (200, "penguins")
        assert headers["x-prediction-logged"] == "false"
        assert "x-prediction-id" not in headers
    assert server.told.events == ["predictions-not-logged"]
    server.door.close()


def test_a_log_that_failed_is_tried_again_after_a_while(
    shelf: Shelf, tmp_path: Path, rows: Rows
) -> None:
    folder = tmp_path / "log"
    folder.write_bytes(b"")
    server = _Served(shelf, folder)

    async def ask() -> list[bool]:
        found = []
        for seconds in (0.0, 0.0, RETRY_S):
            server.clock.now += seconds
            _, headers, _ = await server.ask("/predict", {"row": rows[0]})
            found.append("x-prediction-id" in headers)
            folder.unlink(missing_ok=True) if folder.is_file() else None
        return found

    assert asyncio.run(ask()) == [False, False, True]
    assert server.told.events == ["predictions-not-logged", "predictions-logged-again"]
    assert len(server.records()) == 1
    server.door.close()


def test_a_segment_that_is_long_enough_is_followed_by_another(
    shelf: Shelf, tmp_path: Path, rows: Rows
) -> None:
    server = _Served(shelf, tmp_path / "log", segment_bytes=1_000)

    async def ask() -> None:
        for row in rows[:4]:
            await server.ask("/predict", {"row": row})

    asyncio.run(ask())
    assert len(list(server.folder.glob("*.log"))) == 2
    assert len(server.records()) == 4
    server.door.close()


def test_a_segment_that_can_be_neither_written_nor_closed_holds_up_no_answer(
    shelf: Shelf, tmp_path: Path, rows: Rows
) -> None:
    server = _Served(shelf, tmp_path / "log")

    async def ask() -> list[bool]:
        found = []
        for seconds in (0.0, 0.0, RETRY_S):
            server.clock.now += seconds
            asked = server.ask("/predict", {"row": rows[0]})
            _, headers, _ = await asyncio.wait_for(asked, timeout=30)
            found.append("x-prediction-id" in headers)
            if len(found) == 1:
                _close_under(server.folder)
        return found

    assert asyncio.run(ask()) == [True, False, True]
    server.door.close()


def _close_under(folder: Path) -> None:
    """Take the open segment from its writer, as a file system does that has gone."""
    (segment,) = folder.glob("*.log")
    for descriptor in Path("/proc/self/fd").iterdir():
        if descriptor.exists() and descriptor.samefile(segment):
            os.close(int(descriptor.name))


def test_a_client_that_went_away_loses_no_answer_of_another(server: _Served, rows: Rows) -> None:
    async def ask() -> dict[str, str]:
        gone = asyncio.ensure_future(server.ask("/predict", {"row": rows[0]}))
        waits = asyncio.ensure_future(server.ask("/predict", {"row": rows[1]}))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        gone.cancel()
        return (await waits)[1]

    assert "x-prediction-id" in asyncio.run(ask())


@pytest.mark.parametrize("body", ["row", "rows"])
def test_what_the_platform_says_is_a_trial_is_answered_and_not_written_down(
    shelf: Shelf, rows: Rows, tmp_path: Path, body: str
) -> None:
    platform = ServingKey("local", "platform", "admin", speaks_for_others=True)
    held = {digest_of("p"): platform, digest_of("k"): ServingKey("local", "key:1", "viewer")}
    (tmp_path / "keys.json").write_bytes(encode_keys(held))
    served = _Served(shelf, tmp_path / "log", keys=KeyRing(tmp_path / "keys.json", "local"))
    path, sent = ("/predict", rows[0]) if body == "row" else ("/predict-batch", rows[:2])

    def ask(key: str) -> tuple[int, dict[str, str], Any]:
        trying = {"authorization": f"Bearer {key}", "x-modelyard-trial": "true"}
        return asyncio.run(served.ask(path, {body: sent}, headers=trying))

    status, headers, _ = ask("p")
    assert (status, headers["x-prediction-logged"], served.records()) == (200, "false", [])
    # Another key's word does not count.
    _, headers, _ = ask("k")
    assert "x-prediction-id" in headers
    assert len(served.records()) == 1
    served.door.close()
