"""One attempt at a job: its process is started, listened to, held to its limits, and buried."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from resource import struct_rusage

from modelyard.domain.jobs import Ending, Job, JobState, Limits, Problem, Usage
from modelyard.kit.families import held_by_group, n_killed_for_memory
from modelyard.kit.memory import handing_back
from modelyard.worker.assignments import Assignment
from modelyard.worker.listening import Account, Pipe
from modelyard.worker.verdicts import Seen, too_large, too_long, verdict_of

# How often the memory and the time of a job are looked at: /proc costs milliseconds.
MEASURE_EVERY_S = 0.5
# A cancelled job is gone within 10 seconds: it has half of them to put its things away.
END_WITHIN_S = 5.0
# For the kernel to end what was killed. What it cannot end, e.g. because a disk does not answer, is
# left to it: nobody waits for ever.
DIE_WITHIN_S = 2.0
_LOOK_S = 0.01

CANCELLED = Ending(JobState.CANCELLED, Problem.CANCELLED, "cancelled while it ran")


class Attempt:
    """A process that does a job; a group of its own, so that it ends with all that it started."""

    def __init__(
        self,
        job: Job,
        *,
        limits: Limits,
        folder: Path,
        clock: Callable[[], float],
        now: Callable[[], datetime],
    ) -> None:
        """Start the process.

        Args:
            job: that was claimed.
            limits: of the attempt.
            folder: of the job; what is temporary lives in a folder of the attempt within it.
            clock: returns seconds, monotonic.
            now: returns the aware UTC time.
        """
        self.job = job
        self.account = Account(now)
        self._limits, self._clock = limits, clock
        assignment = Assignment.of(job, limits=limits, folder=folder)
        self._wish, self._temporary = assignment.wish, assignment.temporary
        self._temporary.mkdir(parents=True, exist_ok=True)
        self._began = self._measured = clock()
        self._peak, self._cpu_s = 0, 0.0
        self._ending: Ending | None = None
        self._kill_at: float | None = None
        self._result: tuple[Ending, Usage] | None = None
        self._n_killed = n_killed_for_memory()
        self._start(assignment)

    @property
    def pipes(self) -> tuple[Pipe, ...]:
        """What it says and what it prints, to wait for; none once it has ended."""
        return (self._said, self._printed) if self._result is None else ()

    def look(self) -> None:
        """Take in what it said; end it where it is beyond a limit, or its grace is over."""
        if self._result is not None:
            return
        self._listen(is_last=False)
        now = self._clock()
        if self._kill_at is not None and now >= self._kill_at:
            self._kill()
        if now - self._measured < MEASURE_EVERY_S:
            return
        self._measured = now
        held = held_by_group(self._group)
        self._peak = max(self._peak, held.memory_bytes)
        self._cpu_s = max(self._cpu_s, held.cpu_s)
        if self._ending is None:
            self._enforce(now)

    def end(self, ending: Ending) -> None:
        """Ask it to put its things away and to end, and kill it where it does not.

        Args:
            ending: what is told of it then.
        """
        if self._kill_at is not None or self._result is not None:
            return
        self._ending = ending
        self._kill_at = self._clock() + END_WITHIN_S
        with suppress(ProcessLookupError):
            os.kill(self._group, signal.SIGTERM)

    def finish(self) -> None:
        """Let its search end with the best so far; said again, it does no more."""
        self._wish.touch()

    def abandon(self) -> None:
        """Kill it at once: it is somebody else's job by now."""
        if self._result is None:
            self._kill()
            until = time.monotonic() + DIE_WITHIN_S
            while self.result() is None and time.monotonic() < until:
                time.sleep(_LOOK_S)

    def result(self) -> tuple[Ending, Usage] | None:
        """Return how it ended, None while it runs; where it published a result, that counts."""
        if self._result is not None:
            return self._result
        pid, status, used = os.wait4(self._group, os.WNOHANG)
        if pid:
            code = self._bury(status, used)
            usage = Usage(self._cpu_s, self._peak)
            self._result = self._ending or self._verdict(code, usage), usage
        return self._result

    def _verdict(self, code: int, usage: Usage) -> Ending:
        seen = Seen(
            code=code,
            told=self.account.told,
            last_words=self.account.last_words,
            is_machine_full=n_killed_for_memory() > self._n_killed,
            stage=self.account.standing.stage,
            usage=usage,
            limits=self._limits,
        )
        return verdict_of(seen)

    def _start(self, assignment: Assignment) -> None:
        said, saying = os.pipe()
        printed, printing = os.pipe()
        self._said, self._printed = Pipe(said), Pipe(printed)
        try:
            # A file, and no pipe: nobody waits for a process that does not read.
            with tempfile.TemporaryFile() as told:
                told.write(assignment.to_json())
                told.seek(0)
                self._process = subprocess.Popen(  # noqa: S603 - our own module
                    [sys.executable, "-m", "modelyard.worker.child", str(saying), str(os.getpid())],
                    stdin=told,
                    stdout=printing,
                    stderr=printing,
                    pass_fds=[saying],
                    start_new_session=True,
                    env=handing_back(os.environ),
                )
        except OSError:
            self._close()
            raise
        finally:
            os.close(saying)
            os.close(printing)
        self._group = self._process.pid

    def _listen(self, *, is_last: bool) -> None:
        for message in self._said.lines():
            self.account.hear(message)
        for line in self._printed.lines(is_last=is_last):
            self.account.print(line)

    def _enforce(self, now: float) -> None:
        limits, usage = self._limits, Usage(self._cpu_s, self._peak)
        if limits.memory_bytes is not None and self._peak > limits.memory_bytes:
            self._ending = too_large(usage, limits)
            self._kill()
        elif limits.cpu_s is not None and self._cpu_s > limits.cpu_s:
            self.end(too_long(Problem.CPU_TIME, limits))
        elif limits.wall_s is not None and now - self._began > limits.wall_s:
            self.end(too_long(Problem.WALL_TIME, limits))

    def _kill(self) -> None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._group, signal.SIGKILL)

    def _bury(self, status: int, used: struct_rusage) -> int:
        """End what the process has left behind, and return its exit code."""
        # No other process gets the number of a group that still has members.
        self._kill()
        self._cpu_s = max(self._cpu_s, used.ru_utime + used.ru_stime)
        self._process.returncode = os.waitstatus_to_exitcode(status)
        until = time.monotonic() + DIE_WITHIN_S
        while self._has_members() and time.monotonic() < until:
            time.sleep(_LOOK_S)
        self._listen(is_last=True)
        self._close()
        shutil.rmtree(self._temporary, ignore_errors=True)
        return self._process.returncode

    def _close(self) -> None:
        for pipe in (self._said, self._printed):
            pipe.close()

    def _has_members(self) -> bool:
        # Orphans of the group are children of this process: see `kit.families.adopt_orphans`.
        with suppress(ChildProcessError):
            while os.waitpid(-self._group, os.WNOHANG)[0]:
                pass
        try:
            os.killpg(self._group, 0)
        except (ProcessLookupError, PermissionError):
            return False
        return True
