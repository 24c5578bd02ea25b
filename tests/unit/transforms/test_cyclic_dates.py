"""Circles stand beside the parts of dates that vary."""

import numpy as np

from modelyard.components.transforms.cyclic_dates import COMPONENT
from modelyard.protocols.transforms import Lesson

DAY_US = 86_400e6


def outputs(*days):
    block = np.array(days)[:, None] * DAY_US
    return COMPONENT.fit(block, ["at"], Lesson(np.random.default_rng(0), block[:, 0])).outputs


def test_what_goes_in_circles_has_sine_and_cosine_beside_it():
    assert outputs(0.0, 1.0) == (
        *("at.day", "at.weekday", "at.days"),
        *("at.weekday_sin", "at.weekday_cos"),
    )


def test_what_never_changes_has_no_circle():
    assert not any(name.endswith("_sin") for name in outputs(0.0, 7.0))
