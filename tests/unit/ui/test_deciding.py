"""What another threshold would answer, and the one that costs least, are counted exactly."""

import pytest

from modelyard.ui.results.deciding import cheapest, nearest, outcomes
from modelyard.wire.results import TradeOffsAnswer

pytestmark = pytest.mark.extras

TRADE = TradeOffsAnswer(
    thresholds=[0.0, 0.3, 0.5, 1.0],
    found=[10, 9, 6, 0],
    alarms=[20, 6, 1, 0],
    n_found=10,
    n_alarms=20,
)
EVERY = outcomes(TRADE)


def test_rows_are_found_or_missed_alarmed_or_passed():
    at = nearest(EVERY, 0.31)

    assert (at.threshold, at.found, at.missed, at.alarms, at.passed) == (0.3, 9, 1, 6, 14)
    assert at.accuracy == pytest.approx(23 / 30)
    assert at.recall == pytest.approx(0.9)
    assert at.precision == pytest.approx(0.6)
    assert at.f1 == pytest.approx(2 * 0.9 * 0.6 / 1.5)


def test_a_share_of_nothing_is_not_known():
    assert EVERY[-1].precision is None


@pytest.mark.parametrize(
    ("of_alarm", "of_miss", "threshold"), [(1, 1, 0.5), (1, 5, 0.3), (1, 100, 0.0), (100, 1, 1.0)]
)
def test_the_cheapest_threshold_follows_what_mistakes_cost(of_alarm, of_miss, threshold):
    assert cheapest(EVERY, of_alarm=of_alarm, of_miss=of_miss).threshold == threshold


def test_of_equal_costs_the_threshold_nearest_to_even_is_taken():
    assert cheapest(EVERY, of_alarm=0, of_miss=0).threshold == 0.5
