"""Tallies of predictions add up, whatever they are grouped by."""

import math
import statistics
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelyard.domain.logged_predictions import LoggedPrediction
from modelyard.domain.traffic import MOST_POINTS, Step, Tally, Traffic

AT = datetime(2026, 3, 1, 12, 34, 56, tzinfo=UTC)


def _prediction(value: Any, **changes: Any) -> LoggedPrediction:
    told = {"probabilities": None if isinstance(value, float) else {str(value): 1.0}} | changes
    return LoggedPrediction(
        id="p",
        deployment="eu",
        model="churn@1",
        package_sha256="ab",
        at=AT,
        subject="key:1",
        request_id="r",
        features={},
        prediction=value,
        **told,
    )


@given(st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=30), st.integers(0, 30))
def test_mean_and_deviation_are_those_of_all_numbers_however_they_are_added(
    values: list[float], cut: int
) -> None:
    tallies = [Tally.of([_prediction(value)]) for value in values]
    numbers = Tally.sum((Tally.sum(tallies[:cut]), Tally.sum(tallies[cut:]))).numbers
    assert numbers is not None
    size = max(map(abs, values)) + 1
    assert math.isclose(numbers.mean, statistics.fmean(values), abs_tol=1e-9 * size)
    assert math.isclose(numbers.deviation, statistics.pstdev(values), abs_tol=1e-6 * size)
    assert (numbers.low, numbers.high) == (min(values), max(values))


def test_a_deviation_loses_no_digits_where_the_mean_is_large() -> None:
    numbers = Tally.sum([Tally.of([_prediction(1.7e9 + n % 2)]) for n in range(1000)]).numbers
    assert numbers is not None
    assert numbers.deviation == pytest.approx(0.5, abs=1e-6)


def test_labels_and_requests_are_counted_and_rows_of_one_request_are_one() -> None:
    rows = [_prediction("yes", request_ms=2.0), _prediction("yes"), _prediction("no")]
    tally = Tally.of(rows)
    assert (tally.n_rows, tally.n_requests) == (3, 1)
    assert (tally.labels, tally.numbers) == ({"yes": 2, "no": 1}, None)


def test_a_label_that_is_a_number_is_no_predicted_number() -> None:
    tally = Tally.of([_prediction(3, probabilities={"3": 1.0})])
    assert (tally.labels, tally.numbers) == ({"3": 1}, None)


@pytest.mark.parametrize("took", [0.01, 0.3, 7.7, 250.0, 20_000.0])
def test_latency_is_told_to_12_percent(took: float) -> None:
    tally = Tally.sum([Tally.of([_prediction("a", request_ms=took)]) for _ in range(10)])
    told = tally.latency_ms(0.95)
    assert told is not None
    # What is quicker than the first bin's end is told as its middle.
    assert told == pytest.approx(max(took, 0.045), rel=0.13)


def test_the_slowest_of_a_hundred_is_told_by_the_highest_share_alone() -> None:
    times = [1.0] * 98 + [500.0] * 2
    tally = Tally.of(_prediction("a", request_ms=each) for each in times)
    slow = [tally.latency_ms(share) for share in (0.5, 0.95, 0.99)]
    assert [each is not None and each > 100 for each in slow] == [False, False, True]
    assert Tally().latency_ms(0.5) is None


@pytest.mark.parametrize(
    ("value", "truth", "told"),
    [
        ("yes", "yes", (1, 1, 0, 0.0)),
        ("yes", "no", (1, 0, 0, 0.0)),
        (1, "1", (1, 1, 0, 0.0)),
        (2.5, 2, (0, 0, 1, 0.5)),
        (2.5, "n/a", (0, 0, 0, 0.0)),
        ("yes", None, (0, 0, 0, 0.0)),
    ],
)
def test_a_truth_is_judged_as_a_label_or_measured_as_a_number(
    value: Any, truth: Any, told: tuple[int, int, int, float]
) -> None:
    tally = Tally.of_truth(_prediction(value, truth=truth))
    assert (tally.n_judged, tally.n_right, tally.n_measured, tally.missed) == told


def test_another_truth_takes_the_place_of_the_one_before() -> None:
    before, after = (Tally.of_truth(_prediction("yes", truth=each)) for each in ("no", "yes"))
    tally = Tally.sum((Tally.of([_prediction("yes")]), before, after.without_truth(before)))
    assert (tally.n_rows, tally.n_judged, tally.n_right) == (1, 1, 1)


def test_a_tally_survives_being_written_as_json() -> None:
    tally = Tally.sum([Tally.of([_prediction(each, request_ms=1.0)]) for each in (1.5, 2.5)])
    assert Tally.from_dict(tally.to_dict()) == tally
    assert Tally.from_dict(Tally().to_dict()) == Tally()


@pytest.mark.parametrize(
    ("lasts", "step"),
    [
        (timedelta(hours=1), Step.MINUTE),
        (timedelta(days=1), Step.TEN_MINUTES),
        (timedelta(days=7), Step.HOUR),
        (timedelta(days=90), Step.DAY),
        (timedelta(days=3650), Step.DAY),
    ],
)
def test_the_step_is_the_shortest_that_a_picture_has_room_for(lasts: timedelta, step: Step) -> None:
    assert Step.between(AT, AT + lasts) is step
    assert step is Step.DAY or lasts / step.length <= MOST_POINTS


def test_tallies_of_minutes_add_up_to_those_of_steps_and_of_all() -> None:
    one = Tally.of([_prediction("yes")])
    minutes = [(AT + timedelta(minutes=n), one) for n in (0, 1, 30)]
    until = AT + timedelta(hours=20)
    traffic = Traffic.of(minutes, since=AT, until=until)
    starts = [(each.at.isoformat()[11:16], each.tally.n_rows) for each in traffic.points]
    assert starts == [("12:30", 2), ("13:00", 1)]
    assert traffic.total.n_rows == 3
