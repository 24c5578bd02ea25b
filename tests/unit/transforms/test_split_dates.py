"""The transform of dates, which keeps the parts that vary."""

import numpy as np
import pytest

from modelyard.components.transforms.date_parts import COMPONENT
from modelyard.protocols.transforms import Lesson

DAY_US = 86_400e6


def lesson(block):
    return Lesson(np.random.default_rng(0), np.zeros(len(block)))


def outputs(*days):
    block = np.array(days)[:, None] * DAY_US
    return COMPONENT.fit(block, ["at"], lesson(block)).outputs


def test_parts_that_never_change_are_left_out():
    assert outputs(0.0, 1.0) == ("at.day", "at.weekday", "at.days")


def test_the_hour_stays_where_the_time_of_day_varies():
    assert "at.hour" in outputs(0.0, 0.5)


def test_the_names_follow_the_columns_of_the_step():
    block = np.array([[0.0, 0.0], [DAY_US, 400 * DAY_US]])
    fitted = COMPONENT.fit(block, ["a", "b"], lesson(block))
    made = dict(zip(fitted.outputs, fitted.step.apply(block)[1], strict=True))
    assert made["a.days"] == 1.0
    assert made["b.days"] == 400.0
    assert made["b.year"] == 1971.0


@pytest.mark.parametrize("days", [(np.nan, np.nan), ()])
def test_without_a_moment_only_the_days_remain(days):
    assert outputs(*days) == ("at.days",)
