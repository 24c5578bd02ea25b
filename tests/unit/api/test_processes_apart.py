"""Work in processes of their own: answered, bounded in time, and never left behind."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from modelyard.api.apart import Apart, Nursery

# Far more than a process takes to begin on a crowded machine.
PATIENCE_S = 120.0
MODULE = "some_work"
WORK = """
import os, signal, time

def perform(order):
    if order == "crash":
        os._exit(3)
    if order == "memory":
        raise MemoryError
    if order in ("SIGXCPU", "SIGKILL", "SIGABRT"):
        os.kill(os.getpid(), getattr(signal, order))
    if order == "sleep":
        time.sleep(600)
    if order == "print":
        print("noise")
    if order == "large":
        return bytes(3_000_000)
    if order == "cut short":
        signal.setitimer(signal.ITIMER_REAL, 0.2)
        return bytes(400_000_000)
    if order == "again":
        os.kill(os.getppid(), signal.SIGKILL)
        time.sleep(600)
    if order == "parent":
        return str(os.getppid()).encode()
    return str(os.getpid()).encode()
"""


@pytest.fixture(scope="module")
def nursery(tmp_path_factory):
    """Yield what forks, where the module of the work can be imported."""
    place = tmp_path_factory.mktemp("work")
    (place / f"{MODULE}.py").write_text(WORK, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(place))
        found = Nursery()
        yield found
        found.end()


def _is_alive(pid):
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]
    except OSError:
        return False
    # An orphan that has ended may wait for whoever adopted it to look at how.
    return state != "Z"


def _answers(nursery, *orders, timeout_s=PATIENCE_S):
    async def ask():
        apart = Apart(nursery)
        return [await apart.run(MODULE, order, timeout_s=timeout_s) for order in orders]

    return asyncio.run(ask())


def test_each_piece_of_work_has_a_process_of_its_own(nursery):
    first, second = map(int, _answers(nursery, "work", "work"))
    assert len({first, second, os.getpid()}) == 3
    assert not _is_alive(first)
    assert not _is_alive(second)


def test_what_a_library_prints_is_no_answer(nursery):
    (answer,) = _answers(nursery, "print")
    assert answer.isdigit()


def test_an_answer_may_be_larger_than_what_a_socket_holds(nursery):
    assert _answers(nursery, "large") == [bytes(3_000_000)]


def test_an_answer_that_was_cut_short_is_none(nursery):
    assert _answers(nursery, "cut short") == [b""]


def test_work_that_had_begun_is_not_begun_again(nursery):
    assert _answers(nursery, "again") == [b""]


def test_work_that_ends_before_it_has_read_its_order_is_told_as_it_ended(nursery):
    async def ask():
        order = "memory" + " " * 30_000_000
        return await Apart(nursery).run("modelyard.kit.nowhere", order, timeout_s=PATIENCE_S)

    assert asyncio.run(ask()) == b""


def test_work_that_nobody_asks_for_any_more_is_ended_before_its_turn_is_given_away(nursery):
    (forks,) = map(int, _answers(nursery, "parent"))

    async def ask():
        apart = Apart(nursery)
        asked = [
            asyncio.create_task(apart.run(MODULE, "sleep", timeout_s=PATIENCE_S)) for _ in range(2)
        ]
        await asyncio.to_thread(_wait_until, lambda: len(_children(forks)) == 2)
        for each in asked:
            each.cancel()
        after = await apart.run(MODULE, "work", timeout_s=PATIENCE_S)
        return after, await asyncio.gather(*asked, return_exceptions=True)

    after, ended = asyncio.run(ask())
    assert after.isdigit()
    assert all(isinstance(each, asyncio.CancelledError) for each in ended)
    _wait_until(lambda: _children(forks) == [])


def test_after_a_crash_the_next_work_is_done(nursery):
    crashed, after = _answers(nursery, "crash", "work")
    assert crashed == b""
    assert after.isdigit()


@pytest.mark.parametrize("order", ["memory", "SIGXCPU", "SIGKILL", "SIGABRT"])
def test_what_needs_more_than_it_has_is_answered_with_nothing(nursery, order):
    assert _answers(nursery, order) == [None]


def test_what_takes_too_long_is_ended_and_answered_with_nothing(nursery):
    assert _answers(nursery, "sleep", timeout_s=0.5) == [None]


def test_who_waits_for_a_turn_in_vain_is_answered_with_nothing_and_takes_none(nursery):
    async def ask():
        apart = Apart(nursery)
        busy = [asyncio.create_task(apart.run(MODULE, "sleep", timeout_s=1.0)) for _ in range(2)]
        await asyncio.sleep(0)
        in_vain = await apart.run(MODULE, "work", timeout_s=PATIENCE_S, patience_s=0.01)
        await asyncio.gather(*busy)
        return in_vain, await apart.run(MODULE, "work", timeout_s=PATIENCE_S, patience_s=0.0)

    in_vain, after = asyncio.run(ask())
    assert in_vain is None
    assert after.isdigit()


def test_nothing_is_left_of_work_that_has_ended(nursery):
    *_, forks = _answers(nursery, "work", "work", "crash", "parent")
    assert _children(int(forks)) == []


def test_work_that_nobody_waits_for_any_more_is_ended(nursery):
    (forks,) = map(int, _answers(nursery, "parent"))
    _answers(nursery, "sleep", timeout_s=0.5)
    _wait_until(lambda: _children(forks) == [])


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_after_the_process_that_forks_has_ended_another_is_started(nursery, how):
    (before,) = map(int, _answers(nursery, "parent"))
    os.kill(before, how)
    (after,) = map(int, _answers(nursery, "parent"))
    assert after != before
    assert _answers(nursery, "parent") == [str(after).encode()]


def test_all_ends_with_whoever_started_it():
    script = (
        "import asyncio, os; from modelyard.api.apart import Apart, Nursery; "
        "nursery = Nursery(); "
        "asyncio.run(Apart(nursery).run('modelyard.kit.version', None, timeout_s=100)); "
        "print(os.getpid(), flush=True); input()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as starter:
        assert starter.stdout is not None
        (forks,) = _children(int(starter.stdout.readline()))
        starter.kill()
    _wait_until(lambda: not _is_alive(forks))


def test_what_forks_ends_with_the_object_that_stands_for_it():
    nursery = Nursery()
    asyncio.run(Apart(nursery).run("modelyard.kit.version", None, timeout_s=PATIENCE_S))
    before = set(_children(os.getpid()))
    del nursery
    _wait_until(lambda: len(before - set(_children(os.getpid()))) == 1)


def _wait_until(happens):
    until = time.monotonic() + PATIENCE_S
    while not happens():
        assert time.monotonic() < until
        time.sleep(0.05)


def _children(parent):
    """Return the ids of the processes for work that another one has started."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            above = (place / "stat").read_text(encoding="ascii").rpartition(")")[2].split()[1]
            command = (place / "cmdline").read_bytes()
        except OSError:
            continue
        if int(above) == parent and (b"modelyard.api.child" in command or not command):
            found.append(int(place.name))
    return found
