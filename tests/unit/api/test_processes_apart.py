"""Work in processes of their own: answered, bounded in time, and never left behind."""

import asyncio
import gc
import os
import subprocess
import time
from pathlib import Path

import pytest

from modelyard.api.apart import Apart

# Far more than a process takes to begin on a crowded machine.
PATIENCE_S = 120.0
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
    return str(os.getpid()).encode()
"""


@pytest.fixture
def module(tmp_path, monkeypatch):
    """Return the name of a module that a process of its own can import."""
    (tmp_path / "some_work.py").write_text(WORK, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return "some_work"


def _is_alive(pid):
    return Path(f"/proc/{pid}").exists()


def _answers(module, *orders, timeout_s=PATIENCE_S):
    async def ask():
        apart = Apart()
        return [await apart.run(module, order, timeout_s=timeout_s) for order in orders]

    return asyncio.run(ask())


def test_each_piece_of_work_has_a_process_of_its_own(module):
    first, second = map(int, _answers(module, "work", "work"))
    assert len({first, second, os.getpid()}) == 3
    assert not _is_alive(first)
    assert not _is_alive(second)


def test_what_a_library_prints_is_no_answer(module):
    (answer,) = _answers(module, "print")
    assert answer.isdigit()


def test_after_a_crash_the_next_work_is_done(module):
    crashed, after = _answers(module, "crash", "work")
    assert crashed == b""
    assert after.isdigit()


@pytest.mark.parametrize("order", ["memory", "SIGXCPU", "SIGKILL", "SIGABRT"])
def test_what_needs_more_than_it_has_is_answered_with_nothing(module, order):
    assert _answers(module, order) == [None]


def test_what_takes_too_long_is_ended_and_answered_with_nothing(module):
    assert _answers(module, "sleep", timeout_s=0.5) == [None]


def test_who_waits_for_a_turn_in_vain_is_answered_with_nothing_and_takes_none(module):
    async def ask():
        apart = Apart()
        busy = [asyncio.create_task(apart.run(module, "sleep", timeout_s=1.0)) for _ in range(2)]
        await asyncio.sleep(0)
        in_vain = await apart.run(module, "work", timeout_s=PATIENCE_S, patience_s=0.01)
        await asyncio.gather(*busy)
        return in_vain, await apart.run(module, "work", timeout_s=PATIENCE_S, patience_s=0.0)

    in_vain, after = asyncio.run(ask())
    assert in_vain is None
    assert after.isdigit()


def test_processes_that_have_ended_are_held_no_longer(module):
    async def ask():
        apart = Apart()
        for _ in range(3):
            await apart.run(module, "work", timeout_s=PATIENCE_S)
        return apart

    apart = asyncio.run(ask())
    gc.collect()
    held = [each for each in gc.get_objects() if type(each) is subprocess.Popen]
    ended = [each for each in held if each.returncode is not None]
    assert not [each for each in ended if "modelyard.api.child" in each.args]
    del apart


def test_the_process_that_waits_ends_with_whoever_started_it(module):
    async def ask():
        # Those of other tests are theirs to end.
        before, apart = set(_children()), Apart()
        await apart.run(module, "work", timeout_s=PATIENCE_S)
        return apart, set(_children()) - before

    apart, waiting = asyncio.run(ask())
    assert waiting
    del apart
    until = time.monotonic() + PATIENCE_S
    while any(map(_is_alive, waiting)):
        assert time.monotonic() < until
        time.sleep(0.05)


def _children():
    """Return the ids of the processes that wait for work of this one."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            parent = (place / "stat").read_text(encoding="ascii").rpartition(")")[2].split()[1]
            command = (place / "cmdline").read_bytes()
        except OSError:
            continue
        if int(parent) == os.getpid() and b"modelyard.api.child" in command:
            found.append(int(place.name))
    return found
