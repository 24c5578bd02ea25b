"""A request to end is heard once, in the block that asked for it, and nowhere else."""

import os
import signal
import threading

import pytest

from modelyard.kit.signals import Terminated, terminable


def _ask() -> None:
    os.kill(os.getpid(), signal.SIGTERM)


def test_a_request_to_end_interrupts_the_block() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(Terminated), terminable():
        _ask()
    assert signal.getsignal(signal.SIGTERM) == before


def test_the_second_request_does_not_disturb_the_putting_away() -> None:
    steps = []

    def work() -> None:
        with terminable():
            try:
                _ask()
            finally:
                _ask()
                steps.append("put away")

    with pytest.raises(Terminated):
        work()
    assert steps == ["put away"]


def test_in_another_thread_nothing_changes() -> None:
    seen = []

    def look() -> None:
        with terminable():
            seen.append(signal.getsignal(signal.SIGTERM))

    thread = threading.Thread(target=look)
    thread.start()
    thread.join(timeout=60)
    assert seen == [signal.getsignal(signal.SIGTERM)]
