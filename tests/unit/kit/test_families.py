"""What the processes of a group hold is known, and nothing of others."""

import os
import subprocess
import sys

import pytest

from modelyard.kit.families import held_by_group, n_killed_for_memory

# Has a child whose parent ends at once, which is therefore its own; kills it, and looks again.
_ADOPTER = """
import subprocess, sys
from modelyard.kit.families import adopt_orphans, kill_children
adopt_orphans()
start = (
    "import subprocess; from subprocess import DEVNULL; "
    "print(subprocess.Popen(['sleep', '600'], stdout=DEVNULL, stderr=DEVNULL).pid)"
)
told = subprocess.run([sys.executable, "-c", start], capture_output=True, check=True)
kill_children()
print(told.stdout.decode())
"""

# Holds 50 MB, says so, and waits to be told to end.
_HOLDER = "import sys; held = b'x' * 50_000_000; print('held', flush=True); sys.stdin.read()"


def test_a_group_holds_what_its_processes_hold():
    with subprocess.Popen(
        [sys.executable, "-c", _HOLDER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    ) as holder:
        assert holder.stdout.readline() == b"held\n"
        held = held_by_group(holder.pid)
        holder.communicate(timeout=60)
    assert held.n_processes == 1
    assert held.memory_bytes > 50_000_000
    assert held_by_group(holder.pid).n_processes == 0


def test_processor_time_of_a_group_is_counted():
    assert held_by_group(os.getpgid(0)).cpu_s > 0


def test_the_kernel_tells_how_many_it_has_killed_for_memory():
    assert n_killed_for_memory() >= 0


def test_children_are_killed_with_those_that_were_adopted():
    told = subprocess.run([sys.executable, "-c", _ADOPTER], capture_output=True, check=True)
    with pytest.raises(ProcessLookupError):
        os.kill(int(told.stdout), 0)
