"""A run begins where a fit has time, and is refused with a longer limit where it has none."""

from dataclasses import replace

import numpy as np
import pytest
from competitions import dealt

from modelyard.components.executors.local_processes import COMPONENT
from modelyard.domain.automl import AutoMLConfig
from modelyard.domain.errors import InvalidValue
from modelyard.engine.automl.running import run_automl

ONE = AutoMLConfig(time_limit_s=10.0, algorithms=("ridge",), n_trials=1)


@pytest.fixture
def race():
    """Return a function that runs AutoML at a moment of the clock, begun at zero."""
    pools = []

    def race_at(now_s):
        _, judge = dealt(200, seconds=None)
        judge = replace(judge, workshop=replace(judge.workshop, clock=lambda: now_s, begun=0.0))
        pools.append(COMPONENT.open(n_places=1, memory_bytes=None))
        return run_automl(judge, ONE, pool=pools[-1], rng=np.random.default_rng(0))

    yield race_at
    for pool in pools:
        pool.close()


def test_where_reading_took_all_the_time_nothing_is_begun(race):
    with pytest.raises(InvalidValue, match="took 12 s, and 10 s are allowed for everything"):
        race(12.0)


def test_where_some_time_is_left_it_is_used(race):
    assert [each.candidate.name for each in race(3.0).leaderboard.chosen] == ["ridge-1"]
