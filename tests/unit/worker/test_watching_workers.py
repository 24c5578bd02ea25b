"""Workers are given up by their process where it can be seen, else by their silence."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from modelyard.domain.jobs import WorkerSeen
from modelyard.worker.watching import Watch

AT = datetime(2026, 1, 1, tzinfo=UTC)
OTHER = WorkerSeen("other", "its process", 7, 1, AT, AT)


def _watch(*gone: str) -> Watch:
    return Watch(is_gone=lambda process: process in gone, lease_s=10.0)


def test_a_worker_that_is_seen_for_the_first_time_is_not_gone():
    assert _watch().gone([OTHER], now=1e9) == ()


def test_a_worker_that_gives_signs_of_life_is_never_gone():
    watch = _watch()
    for second in range(100):
        assert watch.gone([replace(OTHER, beats=second)], now=5.0 * second) == ()


def test_a_worker_is_gone_after_its_lease_of_silence():
    watch = _watch()
    assert watch.gone([OTHER], now=0.0) == ()
    assert watch.gone([OTHER], now=10.0) == ()
    assert watch.gone([OTHER], now=10.1) == ("other",)


def test_silence_counts_from_the_last_beat():
    watch = _watch()
    watch.gone([OTHER], now=0.0)
    watch.gone([replace(OTHER, beats=8)], now=9.0)
    assert watch.gone([replace(OTHER, beats=8)], now=18.0) == ()
    assert watch.gone([replace(OTHER, beats=8)], now=19.1) == ("other",)


def test_the_time_of_day_that_a_worker_tells_means_nothing():
    watch = _watch()
    for hours in (-1, 0, 1):
        told = replace(OTHER, beats=hours + 8, seen_at=AT + timedelta(hours=hours))
        assert watch.gone([told], now=float(hours)) == ()


def test_a_worker_whose_process_has_ended_is_gone_at_once():
    assert _watch("its process").gone([OTHER], now=0.0) == ("other",)
