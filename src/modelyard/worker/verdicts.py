"""Says why an attempt ended, from what was seen: limits, signals, exit codes, and last words."""

import re
import signal
from dataclasses import dataclass

from modelyard.domain.errors import StoreError, StoreUnavailable
from modelyard.domain.jobs import Ending, JobState, Limits, Problem, Usage

# How libraries say that memory ran out, before they give up: Rust, C++, and numpy.
_OUT_OF_MEMORY = re.compile(
    r"memory allocation of \d+ bytes failed|bad_alloc|[Oo]ut of memory|Unable to allocate|"
    r"\bMemoryError\b"
)
# A new try is told to have this much more than what was seen, which was not yet enough.
_MORE = 1.5
_MB = 1e6

# What may have mended itself by the next attempt.
_PASSING = frozenset({StoreError.code, StoreUnavailable.code})


@dataclass(frozen=True)
class Seen:
    """What is known of an attempt whose process has ended.

    Attributes:
        code: exit code, negative for a signal.
        told: problem and reason, as the process itself told them; None where it did not.
        last_words: the end of what it printed.
        is_machine_full: whether the kernel killed a process for its memory meanwhile.
        stage: that it was in.
    """

    code: int
    told: tuple[str, str] | None
    last_words: str
    is_machine_full: bool
    stage: str
    usage: Usage
    limits: Limits


def verdict_of(seen: Seen) -> Ending:
    """Return how an attempt ended that published no result."""
    if seen.told is not None:
        problem, reason = seen.told
        if problem == Problem.MEMORY or _OUT_OF_MEMORY.search(reason):
            return too_large(seen.usage, seen.limits, said=reason)
        state = JobState.QUEUED if problem in _PASSING else JobState.FAILED
        return Ending(state, problem, reason)
    if _OUT_OF_MEMORY.search(seen.last_words):
        return too_large(seen.usage, seen.limits)
    if seen.code == -signal.SIGKILL and seen.is_machine_full:
        return too_large(seen.usage, seen.limits, said="the machine had no memory left")
    return _unsaid(seen)


def too_large(usage: Usage, limits: Limits, *, said: str = "") -> Ending:
    """Return the ending of an attempt that needed more memory than it had."""
    had = (limits.memory_bytes or 0) / _MB
    held = usage.peak_bytes / _MB
    needs = max(held, had) * _MORE
    why = f" ({said.rstrip('.')})" if said else ""
    reason = (
        f"The job needs about {needs:,.0f} MB of memory or more, and had {had:,.0f} MB: it held "
        f"{held:,.0f} MB when it was ended{why}. Try it again with "
        f"limits.memory_mb of {needs:,.0f}, with fewer rows or columns, or with an algorithm that "
        "holds less."
    )
    return Ending(JobState.FAILED, Problem.MEMORY, reason)


def too_long(problem: Problem, limits: Limits) -> Ending:
    """Return the ending of an attempt that took more time than it had."""
    name, had = "wall_s", limits.wall_s
    what = "seconds from its start to its end"
    if problem is Problem.CPU_TIME:
        name, had = "cpu_s", limits.cpu_s
        what = "seconds of processor time"
    reason = (
        f"The job needs more than the {had or 0:,.0f} {what} that it had. Try it again with "
        f"limits.{name} of {2 * (had or 0):,.0f}, with fewer rows, or with a time limit of its own."
    )
    return Ending(JobState.FAILED, problem, reason)


def _unsaid(seen: Seen) -> Ending:
    """Return the ending of a process that could not say a word about it."""
    where = f" in the stage '{seen.stage}'" if seen.stage else ""
    if seen.code in {-signal.SIGKILL, -signal.SIGTERM, 128 + signal.SIGTERM}:
        return Ending(
            JobState.QUEUED, Problem.KILLED, f"its process was killed from outside{where}"
        )
    if seen.code == -signal.SIGXCPU:
        return too_long(Problem.CPU_TIME, seen.limits)
    if seen.code < 0:
        name = signal.Signals(-seen.code).name
        reason = (
            f"Its process crashed ({name}){where}: a native library is at fault, not the data or "
            "the configuration. The log ends with where it stood. Another algorithm may do."
        )
        return Ending(JobState.FAILED, Problem.CRASHED, reason)
    reason = f"its process ended with {seen.code}{where}, without a result and without a reason"
    return Ending(JobState.FAILED, Problem.SURPRISE, reason)
