"""Work in processes of this machine: results come, and whatever ends it is told."""

import os
import sys
import time
from pathlib import Path

import pytest

from modelyard.components.executors.local_processes import COMPONENT
from modelyard.domain.errors import WorkersLost
from modelyard.kit.numerals import size
from modelyard.protocols.executors import Outcome

HERE = Path(__file__).parent
PATIENCE_S = 120.0


@pytest.fixture
def work(monkeypatch):
    monkeypatch.syspath_prepend(str(HERE))
    monkeypatch.setenv("PYTHONPATH", str(HERE))
    import pieces_of_work

    yield pieces_of_work
    sys.modules.pop("pieces_of_work", None)


@pytest.fixture
def opened(work):
    pools = []

    def open_pool(n_places=2, memory_bytes=None, modules=()):
        pool = COMPONENT.open(n_places=n_places, memory_bytes=memory_bytes, modules=modules)
        pools.append(pool)
        pool.share({"name": "shared"})
        return pool

    yield open_pool
    for pool in pools:
        pool.close()


def until(is_so, *, beside=lambda: time.sleep(0.01)):
    """Wait until something is so, and fail where it does not come to be."""
    ends = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < ends, "it did not come to be"
        beside()


def told(pool, *numbers):
    """Return all that is told of pieces of work, until all have ended."""
    notices, running = [], set(numbers)
    ends = time.monotonic() + PATIENCE_S
    while running:
        assert time.monotonic() < ends, f"{running} did not end"
        for notice in pool.wait(1.0):
            notices.append(notice)
            if notice.is_last:
                running.discard(notice.number)
    return notices


def next_to_end(pool):
    """Return how the first of the pieces of work ends that does."""
    ends = time.monotonic() + PATIENCE_S
    while time.monotonic() < ends:
        for notice in pool.wait(1.0):
            if notice.is_last:
                return notice
    raise AssertionError("none of them ended")


def test_results_come_in_order_with_what_all_share(opened, work):
    pool = opened()
    pool.submit(1, work.count, argument=3)
    *results, last = told(pool, 1)
    assert [each.result for each in results] == [("shared", 0), ("shared", 1), ("shared", 2)]
    assert last.outcome is Outcome.ENDED
    assert last.cpu_s > 0


def test_what_fails_ends_alone_and_says_why(opened, work):
    pool = opened()
    pool.submit(1, work.fail, argument=7)
    pool.submit(2, work.count, argument=1)
    notices = told(pool, 1, 2)
    failed = next(each for each in notices if each.outcome is Outcome.FAILED)
    assert failed.reason == "ValueError: as it was told"
    assert next(each.result for each in notices if each.number == 1) == 7
    assert any(each.number == 2 and each.outcome is Outcome.ENDED for each in notices)


def test_what_is_stopped_gives_its_place_back(opened, work):
    pool = opened(n_places=1)
    pool.submit(1, work.never_end, argument=0)
    assert pool.n_free == 0
    pool.stop(1)
    assert told(pool, 1)[-1].outcome is Outcome.STOPPED
    assert pool.n_free == 1
    pool.submit(2, work.count, argument=1)
    assert told(pool, 2)[-1].outcome is Outcome.ENDED


def ask_until_it_fails(pool, work, ask):
    while True:
        # What is asked too fast of one that still ends would fill the pipes of both.
        time.sleep(0.02)
        ask(pool, work)


@pytest.mark.parametrize(
    "ask",
    [
        lambda pool, _: pool.wait(1.0),
        lambda pool, work: pool.submit(2, work.count, argument=1),
    ],
    ids=["wait", "submit"],
)
@pytest.mark.parametrize("memory_bytes", [None, 10**12])
def test_a_lost_process_is_told_with_its_end_whatever_is_asked_of_it(
    opened, work, ask, memory_bytes
):
    pool = opened(memory_bytes=memory_bytes)
    pool.submit(1, work.kill_parent, argument=0)
    with pytest.raises(WorkersLost, match="by signal 9"):
        ask_until_it_fails(pool, work, ask)


def held_before(opened, work):
    """Return the bytes that this process and a pool hold while nothing runs."""
    pool = opened()
    pool.submit(1, work.count, argument=1)
    told(pool, 1)
    return pool.base_bytes


def test_what_this_process_holds_leaves_less_room_for_pieces_of_work(opened, work):
    before = held_before(opened, work)
    assert before > 20_000_000
    held = b"x" * 300_000_000
    assert held_before(opened, work) > before + 0.9 * len(held)
    assert opened().room_bytes is None


def test_what_holds_too_much_memory_is_ended_and_the_small_one_goes_on(opened, work):
    limit = held_before(opened, work) + 150_000_000
    pool = opened(memory_bytes=limit)
    pool.submit(1, work.hold, argument=0)
    pool.submit(2, work.count, argument=2)
    notices = told(pool, 1, 2)
    large = next(each for each in notices if each.number == 1 and each.is_last)
    assert large.outcome is Outcome.TOO_LARGE
    assert large.reason.startswith("lacked memory: it held ")
    assert large.reason.endswith(f", of {size(limit)}")
    assert large.peak_bytes > 100_000_000
    # There is nothing beside it that holds as much.
    assert not large.is_crowded
    assert any(each.number == 2 and each.outcome is Outcome.ENDED for each in notices)


def test_what_would_have_had_room_by_itself_is_told_as_such(opened, work):
    pool = opened(memory_bytes=held_before(opened, work) + 300_000_000)
    for number in (1, 2):
        # One has room, with a quarter to spare; two have not, whichever is there first.
        pool.submit(number, work.hold_for_good, argument=160_000_000)
    ended = next_to_end(pool)
    assert ended.outcome is Outcome.TOO_LARGE
    assert "those beside it" in ended.reason
    assert ended.is_crowded
    stays = 3 - ended.number
    pool.stop(stays)
    assert told(pool, stays)[-1].outcome is Outcome.STOPPED


def test_memory_is_watched_while_nobody_waits_for_results(opened, work, tmp_path):
    pool = opened(memory_bytes=held_before(opened, work) + 150_000_000)
    told_by = tmp_path / "pid"
    pool.submit(1, work.tell_and_hold, argument=(told_by, 300_000_000))
    until(lambda: told_by.exists() and told_by.read_text())
    until(lambda: has_ended(int(told_by.read_text())))
    assert told(pool, 1)[-1].outcome is Outcome.TOO_LARGE


def test_what_a_fork_copies_of_what_it_shares_counts_though_it_does_not_grow(work):
    """What is resident stays as it was: shared pages become its own."""
    shared = {"pages": bytearray(300_000_000)}
    pools = []
    try:
        for limit in (10**12, None):
            held = pools[0].base_bytes if pools else 0
            pool = COMPONENT.open(n_places=1, memory_bytes=limit or held + 150_000_000)
            pools.append(pool)
            pool.share(shared)
            assert pool.room_bytes > 0
        pools[1].submit(1, work.write_to_all, argument=0)
        assert told(pools[1], 1)[-1].outcome is Outcome.TOO_LARGE
    finally:
        for pool in pools:
            pool.close()


def test_what_a_piece_has_held_is_told_though_it_is_far_from_too_much(opened, work):
    pool = opened(memory_bytes=100_000_000_000)
    pool.submit(1, work.hold_for_a_while, argument=200_000_000)
    last = told(pool, 1)[-1]
    assert last.outcome is Outcome.ENDED
    # The last fiftieth, too little to be added up anew, counts as well.
    assert last.peak_bytes > 204_000_000


def test_a_process_that_is_killed_is_told_as_such(opened, work):
    pool = opened()
    pool.submit(1, work.vanish, argument=0)
    last = told(pool, 1)[-1]
    assert (last.outcome, last.reason) == (
        Outcome.FAILED,
        "its process was ended by signal 9",
    )


@pytest.mark.parametrize("memory_bytes", [None, 10**12])
def test_closing_leaves_no_process_behind(work, memory_bytes):
    pool = COMPONENT.open(n_places=2, memory_bytes=memory_bytes)
    pool.share({"name": "shared"})
    pool.submit(1, work.never_end, argument=0)
    until(lambda: children_of(os.getpid()), beside=lambda: pool.wait(0.05))
    (zygote,) = children_of(os.getpid())
    until(lambda: children_of(zygote), beside=lambda: pool.wait(0.05))
    (working,) = children_of(zygote)
    pool.close()
    until(lambda: has_ended(working))
    assert not children_of(os.getpid())


def has_ended(pid):
    """Tell whether a process has, also where this one has adopted it and not yet buried it."""
    try:
        facts = Path(f"/proc/{pid}/stat").read_text(encoding="ascii")
    except FileNotFoundError:
        return True
    return facts.rpartition(")")[2].split()[0] == "Z"


def children_of(pid):
    """Return the children of a process that run the zygote or its work."""
    path = Path(f"/proc/{pid}/task/{pid}/children")
    found = [int(each) for each in path.read_text().split()]
    return [each for each in found if b"_zygote" in Path(f"/proc/{each}/cmdline").read_bytes()]


def test_modules_are_loaded_before_the_first_piece_of_work(opened, work):
    plain, loading = opened(), opened(modules=("no.such.module", "colorsys"))
    for pool, is_known in ((plain, False), (loading, True)):
        pool.submit(1, work.known_modules, argument="colorsys")
        assert told(pool, 1)[0].result is is_known


def test_a_piece_of_work_that_waits_for_modules_has_not_begun(opened, work, tmp_path, monkeypatch):
    gate = tmp_path / "gate"
    monkeypatch.setenv("PIECES_WAIT_FOR", str(gate))
    pool = opened(modules=("pieces_of_patience",))
    pool.submit(1, work.count, argument=1)
    assert not pool.wait(0.5)
    opens = time.monotonic()
    gate.touch()
    last = told(pool, 1)[-1]
    assert 0.0 < last.wall_s <= time.monotonic() - opens


def test_a_place_that_was_not_used_is_closed_at_once_whatever_it_loads(work):
    pool = COMPONENT.open(n_places=1, memory_bytes=None, modules=("pieces_of_sleep",))
    until(lambda: children_of(os.getpid()))
    (zygote,) = children_of(os.getpid())
    pool.close()
    assert has_ended(zygote)
