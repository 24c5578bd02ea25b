"""A request to end is heard once, in the block that asked for it, and nowhere else."""

import os
import signal
import threading

import pytest

from modelyard.kit.signals import Terminated, heeded, terminable


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


def test_the_first_interruption_is_heeded_and_told_and_the_second_one_interrupts() -> None:
    told = []
    with heeded(on_first=lambda: told.append("first")) as is_interrupted:
        assert not is_interrupted()
        signal.raise_signal(signal.SIGINT)
        assert is_interrupted()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert told == ["first"]


def test_as_long_as_there_is_nothing_to_heed_it_for_an_interruption_interrupts() -> None:
    kept = []
    with heeded(once=lambda: bool(kept)) as is_interrupted:
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        kept.append("something")
        signal.raise_signal(signal.SIGINT)
        assert is_interrupted()
