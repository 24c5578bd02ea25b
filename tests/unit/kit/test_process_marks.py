"""A mark tells whether its process is still there; where that is not sure, it is."""

import os
import subprocess
import sys

import pytest

from modelyard.kit.processes import is_gone, mark_of_this_process

_TELL = "from modelyard.kit.processes import mark_of_this_process as m; print(m(), flush=True); "
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")


def _start(then: str) -> "tuple[subprocess.Popen[str], str]":
    pipe = subprocess.PIPE
    process = subprocess.Popen(
        [sys.executable, "-c", _TELL + then], stdin=pipe, stdout=pipe, text=True
    )
    assert process.stdout is not None
    return process, process.stdout.readline().strip()


def _changed(mark: str, **changes: str) -> str:
    names = ("host", "boot", "namespace", "pid", "started")
    parts = dict(zip(names, mark.split("/"), strict=True)) | changes
    return "/".join(parts.values())


def test_a_process_that_runs_is_not_gone() -> None:
    assert not is_gone(mark_of_this_process())
    process, mark = _start("input()")
    with process:
        assert not is_gone(mark)
        process.communicate("\n", timeout=60)
    assert is_gone(mark)


def test_a_killed_process_is_gone_before_anyone_asked_how_it_ended() -> None:
    process, mark = _start("import os; os.kill(os.getpid(), 9)")
    with process:
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        assert is_gone(mark)


def test_another_process_with_the_same_number_is_not_taken_for_it() -> None:
    assert is_gone(_changed(mark_of_this_process(), started="1"))


def test_a_process_before_the_last_boot_is_gone() -> None:
    assert is_gone(_changed(mark_of_this_process(), boot="another"))


@pytest.mark.parametrize(
    "changes",
    [{"host": "another"}, {"namespace": "another"}, {"boot": ""}],
)
def test_a_process_that_cannot_be_seen_from_here_is_not_gone(changes: dict[str, str]) -> None:
    assert not is_gone(_changed(mark_of_this_process(), **{"started": "1"} | changes))


@pytest.mark.parametrize("mark", ["", "nonsense", "a/b/c/d/e/f", "a/b/c/d/e"])
def test_what_is_no_mark_is_of_no_process_that_is_gone(mark: str) -> None:
    assert not is_gone(mark)
