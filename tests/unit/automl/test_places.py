"""Where fits have no room, none begins, and what would be enough is told."""

from dataclasses import replace
from types import SimpleNamespace

import pytest
from test_foreseeing import OUTLOOK

from modelyard.domain.automl import AutoMLConfig
from modelyard.domain.errors import TooLittleMemory
from modelyard.domain.jobs import Problem
from modelyard.engine.automl.places import allowed_bytes, require_room
from modelyard.kit.memory import memory_limit

MB = 1_000_000


def test_what_leaves_no_room_is_refused_with_what_would_be_enough():
    """Two fits of 45 MB beside 395."""
    tight = replace(OUTLOOK, memory_bytes=400 * MB)
    with pytest.raises(TooLittleMemory, match=r"395 MB .* 400 MB .* leaves 5 MB") as refused:
        require_room(SimpleNamespace(room_bytes=5 * MB, base_bytes=395 * MB, n_places=2), tight)
    assert refused.value.fix == "Allow about 485 MB with memory_limit_mb (--memory-limit)."
    # A job that ended so is not tried again unchanged.
    assert refused.value.code == Problem.MEMORY


@pytest.mark.parametrize("room", [None, 60 * MB])
def test_what_leaves_room_for_the_smallest_fit_goes_on(room):
    require_room(SimpleNamespace(room_bytes=room, n_places=2), OUTLOOK)


def test_by_default_what_this_process_holds_does_not_count():
    assert allowed_bytes(AutoMLConfig(n_trials=1, memory_limit_mb=7)) == 7 * MB
    before = allowed_bytes(AutoMLConfig(n_trials=1))
    held = b"x" * (200 * MB)
    assert before > memory_limit()
    assert allowed_bytes(AutoMLConfig(n_trials=1)) > before + 0.9 * len(held)
