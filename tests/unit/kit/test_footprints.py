"""What a process holds is told as it grows, and what it may have copied is bounded."""

import mmap
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from modelyard.kit.footprints import Footprint
from modelyard.kit.memory import count_own, count_whole, memory_facts

N_BYTES = 40_000_000

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/smaps_rollup").exists(), reason="the kernel tells of no memory here"
)


def test_what_becomes_resident_counts_before_the_kernel_adds_it_up():
    footprint = Footprint(os.getpid(), count_whole)
    before = footprint.look(is_exact=True)
    # Pages that nothing else had: what an allocator has kept would not grow.
    with mmap.mmap(-1, N_BYTES, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS) as pages:
        np.frombuffer(pages, dtype=np.int8).fill(1)
        held = footprint.look()
        assert held - before > 0.9 * N_BYTES
        assert footprint.possible >= held
        assert footprint.resident >= N_BYTES


def test_what_a_fork_copies_is_possible_though_it_does_not_grow():
    shared = np.zeros(N_BYTES, dtype=np.int8)
    shared[:] = 1
    (asked, asks), (told, tells) = os.pipe(), os.pipe()
    child = os.fork()
    if not child:
        os.read(asked, 1)
        shared[::1024] += 1
        os.write(tells, b"1")
        time.sleep(60)
        os._exit(0)
    try:
        footprint = Footprint(child, count_own)
        idle = footprint.look(is_exact=True)
        assert footprint.possible < idle + N_BYTES / 2
        os.write(asks, b"1")
        os.read(told, 1)
        quick = footprint.look()
        assert footprint.possible >= idle + 0.9 * N_BYTES
        assert footprint.look(is_exact=True) >= idle + 0.9 * N_BYTES
        assert quick < idle + N_BYTES / 2
        assert footprint.peak >= idle + 0.9 * N_BYTES
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        for end in (asked, asks, told, tells):
            os.close(end)


def test_a_name_of_a_process_may_hold_what_parts_the_facts(tmp_path):
    # The kernel tells the name of a script's file, in parentheses.
    script = tmp_path / "a) 1 (b"
    script.write_text(f"#!{sys.executable}\nprint(1, flush=True)\ninput()\n", encoding="ascii")
    script.chmod(0o700)
    with subprocess.Popen([script], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"1\n"
        footprint = Footprint(process.pid, count_whole)
        assert footprint.look() > 1_000_000
        assert footprint.resident > 1_000_000
        process.communicate(b"\n")


def test_a_process_that_is_gone_holds_nothing():
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    footprint = Footprint(process.pid, count_whole)
    assert (footprint.look(), footprint.possible, footprint.peak) == (0, 0, 0)
    assert memory_facts(process.pid) == {}
