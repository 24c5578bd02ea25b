"""The traffic of deployments is counted as it is loaded, once, and told by steps of time."""

from datetime import timedelta
from typing import Any

import pytest

from conftest import START
from modelyard.domain.errors import NotFound
from modelyard.domain.identities import ModelAccess
from modelyard.domain.logged_predictions import LoggedPrediction, SegmentPlace
from modelyard.domain.traffic import Step, Traffic
from modelyard.store.databases import Database, TenantDatabase
from modelyard.store.predictions import Predictions
from modelyard.store.traffic import TrafficCounts

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def _prediction(number: int, **changes: Any) -> LoggedPrediction:
    told = {
        "id": f"p-{number}",
        "deployment": "eu",
        "model": "churn@1",
        "package_sha256": "ab",
        "at": START + timedelta(minutes=20 * number),
        "subject": "key:1",
        "request_id": "r",
        "features": {},
        "prediction": "yes" if number % 2 else "no",
        "confidence": 0.75,
        "probabilities": {"no": 0.25, "yes": 0.75},
        "request_ms": 1.0,
    }
    return LoggedPrediction(**told | changes)


@pytest.fixture
def store(records: TenantDatabase) -> Predictions:
    """Six predictions of two hours, one every 20 minutes, which came in two loads."""
    store = Predictions(records)
    places = [SegmentPlace("s.log", at) for at in (0, 400, 600)]
    store.load([_prediction(n) for n in range(4)], before=places[0], after=places[1])
    store.load([_prediction(n) for n in (4, 5)], before=places[1], after=places[2])
    return store


def _told(records: TenantDatabase, lasts: timedelta = DAY, **changes: Any) -> Traffic:
    asked: dict[str, Any] = {"since": START, "until": START + lasts, "access": ModelAccess()}
    return TrafficCounts(records).of("eu", **asked | changes)


def test_rows_requests_and_labels_are_told_by_steps(
    store: Predictions, records: TenantDatabase
) -> None:
    hours = _told(records, 7 * DAY)
    assert hours.step is Step.HOUR
    assert [(each.at, each.tally.n_rows) for each in hours.points] == [
        (START, 3),
        (START + HOUR, 3),
    ]
    assert hours.total.labels == {"no": 3, "yes": 3}
    assert hours.total.n_requests == 6
    minutes = _told(records, HOUR)
    assert [each.at for each in minutes.points] == [START, START + HOUR / 3, START + 2 * HOUR / 3]


def test_a_load_that_was_not_kept_is_not_counted(
    store: Predictions, records: TenantDatabase
) -> None:
    begin = SegmentPlace("s.log", 0)
    assert not store.load([_prediction(9)], before=begin, after=SegmentPlace("s.log", 9))
    assert _told(records).total.n_rows == 6


def test_truths_are_counted_when_they_are_attached_and_once_when_they_change(
    store: Predictions, records: TenantDatabase
) -> None:
    store.set_truths({"p-0": "yes", "p-1": "yes"}, at=START)
    store.set_truths({"p-0": "no"}, at=START)
    total = _told(records).total
    assert (total.n_judged, total.n_right, total.n_rows) == (2, 2, 6)
    with pytest.raises(NotFound):
        store.set_truths({"p-1": "no", "p-99": "no"}, at=START)
    assert _told(records).total.n_right == 2


def test_numbers_are_told_by_mean_and_deviation(
    store: Predictions, records: TenantDatabase
) -> None:
    rows = [
        _prediction(n, prediction=10.0 * n, probabilities=None, confidence=None, deployment="eu-2")
        for n in (7, 9)
    ]
    store.load(rows, before=SegmentPlace("t.log", 0), after=SegmentPlace("t.log", 1))
    store.set_truths({"p-7": 71}, at=START)
    traffic = TrafficCounts(records).of(
        "eu-2", since=START, until=START + DAY, access=ModelAccess()
    )
    assert traffic.total.numbers is not None
    assert (traffic.total.numbers.mean, traffic.total.numbers.deviation) == (80.0, 10.0)
    assert (traffic.total.n_measured, traffic.total.missed) == (1, 1.0)


def test_a_time_that_begins_within_a_step_tells_the_whole_step(
    store: Predictions, records: TenantDatabase
) -> None:
    since = START + timedelta(minutes=20, seconds=30)
    assert _told(records, HOUR, since=since).total.n_rows == 2


def test_models_that_are_not_given_and_other_tenants_are_left_out(
    store: Predictions, records: TenantDatabase, database: Database
) -> None:
    hidden = [_prediction(20, model="hidden@1")]
    store.load(hidden, before=SegmentPlace("t.log", 0), after=SegmentPlace("t.log", 1))
    assert _told(records).total.n_rows == 7
    assert _told(records, access=ModelAccess.to_only("churn")).total.n_rows == 6
    assert _told(database.of("globex")).points == []
