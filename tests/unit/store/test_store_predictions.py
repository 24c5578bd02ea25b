"""A logged prediction is kept once, found by what is known of it, and never by another tenant."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from conftest import START
from modelyard.domain.errors import InvalidValue, NotFound
from modelyard.domain.identities import ModelAccess
from modelyard.domain.logged_predictions import LoggedPrediction, PredictionQuery, SegmentPlace
from modelyard.store.databases import Database, TenantDatabase
from modelyard.store.predictions import Predictions

BEGIN = SegmentPlace("s.log", 0)


def _prediction(number: int, **changes: Any) -> LoggedPrediction:
    made = LoggedPrediction(
        id=f"p-{number}",
        deployment="flowers",
        model="iris@2",
        package_sha256="ab" * 32,
        at=START + timedelta(seconds=number // 2),
        subject="key:1",
        request_id="r",
        features={"length": 1.5, "note": "\x00 ü", "missing": None},
        prediction="setosa" if number % 2 else "other",
        confidence=0.75,
        probabilities={"setosa": 0.75, "other": 0.25},
        details={"flags": [{"column": "length"}]},
    )
    return replace(made, **changes)


@pytest.fixture
def predictions(records: TenantDatabase) -> Predictions:
    """Six predictions, two each second, that were loaded from one segment."""
    store = Predictions(records)
    many = [_prediction(number) for number in range(6)]
    assert store.load(many, before=BEGIN, after=SegmentPlace("s.log", 600))
    return store


def _ids(found: Sequence[LoggedPrediction]) -> list[str]:
    return [each.id for each in found]


def test_a_prediction_is_told_as_it_was_logged(predictions: Predictions) -> None:
    assert predictions.get("p-3") == _prediction(3)


@pytest.mark.parametrize("prediction", [4, 4.5, True, "x", "4"])
def test_a_prediction_keeps_its_kind(records: TenantDatabase, prediction: Any) -> None:
    plain = _prediction(9, prediction=prediction, probabilities=None, confidence=None)
    store = Predictions(records)
    store.load([plain], before=BEGIN, after=SegmentPlace("s.log", 1))
    told = store.get("p-9").prediction
    assert (told, type(told)) == (prediction, type(prediction))


def test_what_was_loaded_once_is_not_loaded_again(predictions: Predictions) -> None:
    again = [_prediction(number) for number in range(6)]
    assert not predictions.load(again, before=BEGIN, after=SegmentPlace("s.log", 600))
    assert predictions.count() == 6


def test_the_place_and_the_rows_appear_together_or_not_at_all(predictions: Predictions) -> None:
    place = predictions.place("s.log")
    clash = [_prediction(7), _prediction(0)]
    with pytest.raises(InvalidValue):
        predictions.load(clash, before=place, after=SegmentPlace("s.log", 900))
    assert predictions.place("s.log") == place
    assert predictions.count() == 6


def test_a_segment_is_done_when_that_was_said(predictions: Predictions) -> None:
    place = predictions.place("s.log")
    predictions.load((), before=place, after=replace(place, is_done=True))
    assert predictions.place("s.log") == SegmentPlace("s.log", 600, is_done=True)
    assert predictions.place("unseen.log") == SegmentPlace("unseen.log", 0)


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        (PredictionQuery(), [5, 4, 3, 2, 1, 0]),
        (PredictionQuery(is_descending=False), [0, 1, 2, 3, 4, 5]),
        (PredictionQuery(label="setosa"), [5, 3, 1]),
        (PredictionQuery(since=START + timedelta(seconds=1)), [5, 4, 3, 2]),
        (PredictionQuery(until=START + timedelta(seconds=1)), [1, 0]),
        (PredictionQuery(deployment="flowers", subject="key:1"), [5, 4, 3, 2, 1, 0]),
        (PredictionQuery(deployment="other"), []),
        (PredictionQuery(subject="key:2"), []),
        (PredictionQuery(model="iris"), [5, 4, 3, 2, 1, 0]),
        (PredictionQuery(model="iris@2"), [5, 4, 3, 2, 1, 0]),
        (PredictionQuery(model="iris@1"), []),
        (PredictionQuery(has_truth=True), []),
        (PredictionQuery(access=ModelAccess.to_only("churn")), []),
    ],
)
def test_predictions_are_found_by_what_is_known_of_them(
    predictions: Predictions, query: PredictionQuery, numbers: list[int]
) -> None:
    assert _ids(predictions.page(query).items) == [f"p-{number}" for number in numbers]
    assert predictions.count(query) == len(numbers)


def test_pages_hold_every_prediction_once_though_some_are_of_one_moment(
    predictions: Predictions,
) -> None:
    query, seen = PredictionQuery(limit=1), []
    for _ in range(6):
        page = predictions.page(query)
        seen += _ids(page.items)
        query = replace(query, cursor=page.next_cursor)
    assert (seen, page.next_cursor) == ([f"p-{number}" for number in (5, 4, 3, 2, 1, 0)], None)


def test_a_cursor_is_good_for_its_own_list_alone(
    predictions: Predictions, database: Database
) -> None:
    cursor = predictions.page(PredictionQuery(limit=2)).next_cursor
    foreign = Predictions(database.of("globex"))
    for store, query in (
        (predictions, PredictionQuery(cursor=cursor, label="setosa")),
        (predictions, PredictionQuery(cursor="x")),
        (foreign, PredictionQuery(cursor=cursor)),
    ):
        with pytest.raises(InvalidValue, match="cursor"):
            store.page(query)


def test_a_model_is_filtered_by_name_or_version_and_not_by_alias(predictions: Predictions) -> None:
    with pytest.raises(InvalidValue, match="one version"):
        predictions.page(PredictionQuery(model="iris@champion"))


def test_a_truth_is_attached_later_and_over_an_earlier_one(predictions: Predictions) -> None:
    predictions.set_truths({"p-1": "other", "p-2": "other"}, at=START)
    (changed,) = predictions.set_truths({"p-1": "setosa"}, at=START + timedelta(days=1))
    assert (changed.truth, changed.truth_at) == ("setosa", START + timedelta(days=1))
    known = predictions.page(PredictionQuery(has_truth=True)).items
    assert {each.id: each.truth for each in known} == {"p-1": "setosa", "p-2": "other"}


@pytest.mark.parametrize("truth", ["much", "4", True])
def test_the_truth_of_a_number_is_a_number(records: TenantDatabase, truth: Any) -> None:
    store = Predictions(records)
    plain = _prediction(9, prediction=4.5, probabilities=None, confidence=None)
    store.load([plain], before=BEGIN, after=SegmentPlace("s.log", 1))
    store.set_truths({"p-9": 4}, at=START)
    with pytest.raises(InvalidValue, match="so is its truth"):
        store.set_truths({"p-9": truth}, at=START)
    assert store.get("p-9").truth == 4


def test_truths_are_attached_all_or_none(predictions: Predictions) -> None:
    with pytest.raises(NotFound, match="p-99"):
        predictions.set_truths({"p-1": "other", "p-99": "other"}, at=START)
    assert predictions.get("p-1").truth_at is None


def test_nobody_reaches_the_predictions_of_another_tenant(
    predictions: Predictions, database: Database
) -> None:
    others = Predictions(database.of("globex"))
    assert others.page(PredictionQuery()).items == ()
    assert others.place("s.log") == BEGIN
    with pytest.raises(NotFound):
        others.get("p-1")
    with pytest.raises(NotFound):
        others.set_truths({"p-1": "x"}, at=START)
    # The same ids are another tenant's own.
    assert others.load([_prediction(1)], before=BEGIN, after=SegmentPlace("s.log", 1))
