"""Date parts, against Python's own calendar."""

from datetime import UTC, datetime, timedelta

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from modelyard.runtime.steps.date_parts import PARTS, DateParts

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def microseconds(moment: datetime) -> float:
    return (moment - EPOCH) / timedelta(microseconds=1)


def parts_by_python(moment: datetime) -> list[float]:
    days = (moment.date() - EPOCH.date()).days
    return [moment.year, moment.month, moment.day, moment.weekday(), moment.hour, days]


# Whole seconds: a float64 of microseconds holds them exactly over the whole calendar.
@given(st.datetimes(timezones=st.just(UTC)).map(lambda moment: moment.replace(microsecond=0)))
@example(datetime(1, 1, 1, tzinfo=UTC))
@example(datetime(1600, 2, 29, 23, 59, 59, tzinfo=UTC))
@example(datetime(1900, 2, 28, tzinfo=UTC))
@example(datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC))
@example(datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC))
def test_every_second_of_the_calendar_has_the_parts_that_python_gives_it(moment):
    parts = DateParts().apply(np.array([[microseconds(moment)]]))
    assert parts[0].tolist() == parts_by_python(moment)


@given(
    st.datetimes(datetime(1700, 1, 1), datetime(2250, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
)
@example(datetime(2243, 10, 16, 23, 59, 59, 999_999, tzinfo=UTC))
def test_a_microsecond_before_midnight_is_still_the_old_day(moment):
    parts = DateParts().apply(np.array([[microseconds(moment)]]))
    assert parts[0].tolist() == parts_by_python(moment)


def test_missing_stays_missing_in_every_part():
    parts = DateParts().apply(np.array([[np.nan, 0.0]]))
    assert np.isnan(parts[0, : len(PARTS)]).all()
    assert parts[0, len(PARTS) :].tolist() == [1970, 1, 1, 3, 0, 0]


def test_the_parts_of_a_column_stand_together_in_the_order_asked_for():
    block = np.array([[microseconds(datetime(2024, 2, 29, 5, tzinfo=UTC)), 0.0]])
    assert DateParts(("hour", "year")).apply(block).tolist() == [[5.0, 2024.0, 0.0, 1970.0]]


def test_no_rows_give_no_rows():
    assert DateParts().apply(np.empty((0, 2))).shape == (0, 2 * len(PARTS))


def test_december_is_as_near_to_january_as_january_to_february():
    months = [datetime(2024, month, 1, tzinfo=UTC) for month in (12, 1, 2)]
    block = np.array([[microseconds(month)] for month in months])
    december, january, february = DateParts(("month_sin", "month_cos")).apply(block)
    assert np.allclose(np.hypot(*(december - january)), np.hypot(*(january - february)))


def test_a_circle_ends_where_it_begins():
    parts = ("hour_sin", "hour_cos", "weekday_sin", "weekday_cos")
    block = np.array([[microseconds(datetime(2024, 1, 1, 6, tzinfo=UTC))]])
    assert np.allclose(DateParts(parts).apply(block), [[1.0, 0.0, 0.0, 1.0]])
