"""A server holds no more than it can, and counts what it did, whichever worker is asked."""

import io
import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelyard.domain.errors import BodyTooLarge, Overloaded
from modelyard.serving.exchanges import Work
from modelyard.serving.gate import Gate
from modelyard.serving.logs import RequestLine, ServerLog
from modelyard.serving.meters import Counts, Meters
from modelyard.serving.shelf import Shelf

WORK = Work("m", 3, {"yes": 2, "no": 1}, 1e-5, 2e-3, 40.0)


def test_as_many_requests_as_may_be_are_let_in() -> None:
    gate = Gate(max_in_flight=2, max_body_bytes=10)
    gate.enter()
    gate.enter()
    with pytest.raises(Overloaded):
        gate.enter()
    gate.leave()
    gate.enter()
    assert gate.n_in_flight == 2


def test_bodies_together_are_bounded_and_each_alone() -> None:
    gate = Gate(max_in_flight=9, max_body_bytes=10)
    gate.require_size(10)
    with pytest.raises(BodyTooLarge):
        gate.require_size(11)
    for _ in range(4):
        gate.hold(10)
    with pytest.raises(Overloaded):
        gate.hold(1)
    gate.release(10)
    gate.hold(10)


def test_what_was_counted_is_told_as_text_and_as_json(shelf: Shelf) -> None:
    meters = Meters()
    meters.show(shelf.models)
    meters.count("/predict", 200, seconds=50.0, work=WORK)
    meters.count("/predict", 422, seconds=1e-3, work=None)
    text = meters.as_text().decode()
    for line in (
        'requests_total{endpoint="/predict",status="422"} 1.0',
        'predictions_total{class="yes",model="m"} 2.0',
        'prediction_latency_seconds_bucket{le="30",model="m",stage="total"} 0.0',
        'prediction_latency_seconds_bucket{le="+Inf",model="m",stage="total"} 1.0',
        'prediction_latency_seconds_sum{model="m",stage="predict"} 0.002',
        'model_accuracy{model="penguins"} 1.0',
    ):
        assert line in text
    [answered] = [
        each
        for each in meters.as_json()["predictions_total"]
        if each["labels"] == {"model": "m", "class": "no"}
    ]
    assert answered["value"] == 1


def test_workers_are_summed_and_a_dead_one_has_nothing_in_flight(tmp_path: Path) -> None:
    here, other = Meters(tmp_path), Meters(tmp_path)
    other.count("/predict", 200, seconds=1.0, work=WORK)
    other.counts.in_flight = 5
    other.share()
    # No process has this number: Linux gives none beyond 2^22.
    (tmp_path / f"{os.getpid()}.json").rename(tmp_path / f"{2**22 + 1}.json")
    here.count("/predict", 200, seconds=1.0, work=WORK)
    told = here.as_json()
    assert [each["value"] for each in told["requests_total"]] == [2]
    assert sum(each["value"] for each in told["predictions_total"]) == 6
    assert told["requests_in_flight"][0]["value"] == 0


def test_counts_are_left_again_when_their_folder_was_taken(tmp_path: Path) -> None:
    folder = tmp_path / "counts"
    meters = Meters(folder)
    meters.share()
    [left] = folder.iterdir()
    left.unlink()
    folder.rmdir()
    meters.share()
    assert [path.name for path in folder.iterdir()] == [left.name]


@given(st.lists(st.floats(0, 100), max_size=20))
def test_every_time_falls_into_one_cell(seconds: list[float]) -> None:
    counts = Counts()
    for each in seconds:
        counts.observe("m", (each,))
    assert sum(counts.times.get("m", [[]])[0]) == len(seconds)


def test_a_request_is_one_line_of_json_and_one_for_people() -> None:
    line = RequestLine(
        timestamp=datetime(2026, 1, 31, tzinfo=UTC),
        event="request",
        method="POST",
        path="/predict",
        status=200,
        duration_ms=0.2,
        request_id="a-1",
        client="127.0.0.1",
        n_rows=1,
    )
    written = io.BytesIO()
    ServerLog("json", written).request(line)
    told = json.loads(written.getvalue())
    assert (told["status"], told["request_id"], told["n_rows"]) == (200, "a-1", 1)
    assert "model" not in told
    written = io.BytesIO()
    ServerLog("console", written).request(line)
    assert b"path=/predict status=200" in written.getvalue()
