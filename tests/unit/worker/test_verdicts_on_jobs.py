"""Why an attempt ended is told in words that help, and decides whether there is another one."""

import signal

import pytest

from modelyard.domain.jobs import JobState, Limits, Problem, Usage
from modelyard.worker.verdicts import Seen, too_long, verdict_of

MB = 1_000_000


def _seen(code: int = 1, **known) -> Seen:
    usual = {
        "told": None,
        "last_words": "",
        "is_machine_full": False,
        "stage": "Fitting",
        "usage": Usage(3.0, 900 * MB),
        "limits": Limits(memory_bytes=1_000 * MB),
    }
    return Seen(code=code, **(usual | known))


def test_what_the_process_says_is_the_reason():
    ending = verdict_of(_seen(told=("too-few-rows", "The table has 3 rows.")))
    assert (ending.state, ending.problem) == (JobState.FAILED, "too-few-rows")
    assert ending.reason == "The table has 3 rows."


@pytest.mark.parametrize("code", ["store", "store-unavailable"])
def test_what_may_mend_itself_is_tried_again(code):
    assert verdict_of(_seen(told=(code, "The database is away."))).state is JobState.QUEUED


@pytest.mark.parametrize(
    "known",
    [
        {"told": ("memory", "Unable to allocate 9 GiB")},
        {"told": ("error", "RuntimeError: bad allocation: std::bad_alloc")},
        {"code": -signal.SIGABRT, "last_words": "memory allocation of 800 bytes failed"},
        {"code": 1, "last_words": "Traceback (most recent call last):\n  ...\nMemoryError"},
        {"code": -signal.SIGKILL, "is_machine_full": True},
    ],
)
def test_too_little_memory_is_told_with_what_to_try_and_not_tried_again(known):
    ending = verdict_of(_seen(**known))
    assert (ending.state, ending.problem) == (JobState.FAILED, Problem.MEMORY)
    assert "needs about 1,500 MB" in ending.reason
    assert "had 1,000 MB" in ending.reason
    assert "limits.memory_mb of 1,500" in ending.reason


def test_a_crash_of_a_library_is_named_and_not_tried_again():
    ending = verdict_of(_seen(-signal.SIGSEGV))
    assert (ending.state, ending.problem) == (JobState.FAILED, Problem.CRASHED)
    assert "SIGSEGV" in ending.reason
    assert "'Fitting'" in ending.reason


@pytest.mark.parametrize("code", [-signal.SIGKILL, -signal.SIGTERM, 128 + signal.SIGTERM])
def test_what_somebody_has_killed_is_tried_again(code):
    ending = verdict_of(_seen(code))
    assert (ending.state, ending.problem) == (JobState.QUEUED, Problem.KILLED)


def test_an_end_without_a_word_is_a_failure():
    ending = verdict_of(_seen(0))
    assert (ending.state, ending.problem) == (JobState.FAILED, Problem.SURPRISE)


def test_the_kernels_end_for_processor_time_is_told_as_the_limit():
    ending = verdict_of(_seen(-signal.SIGXCPU, limits=Limits(cpu_s=60)))
    assert ending.problem is Problem.CPU_TIME
    assert "60 seconds of processor time" in ending.reason
    assert "limits.cpu_s of 120" in ending.reason


def test_too_much_time_is_told_with_what_to_try():
    assert "limits.wall_s of 20" in too_long(Problem.WALL_TIME, Limits(wall_s=10)).reason


def test_what_a_job_says_of_its_memory_stands_beside_what_it_held():
    ending = verdict_of(_seen(told=("memory", "No fit has room.")))
    assert (
        "when it was ended (No fit has room). Try it again with limits.memory_mb" in ending.reason
    )
