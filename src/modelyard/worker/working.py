"""The worker itself: claims jobs while it has places, looks after them, and gives signs of life."""

import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from multiprocessing.connection import wait
from pathlib import Path

import structlog

from modelyard.domain.errors import ModelyardError, StoreError
from modelyard.domain.jobs import (
    GIVEN_BACK,
    Ending,
    Fence,
    Job,
    JobState,
    Problem,
    Usage,
    Wish,
    WorkerSeen,
)
from modelyard.kit.failpoints import reach
from modelyard.services.job_limits import with_defaults
from modelyard.store.claims import Claims
from modelyard.worker.attempts import CANCELLED, DIE_WITHIN_S, END_WITHIN_S, Attempt
from modelyard.worker.watching import BEAT_EVERY_S, Watch

# How often it looks for work, for wishes to cancel, and writes what its jobs have said.
LOOK_EVERY_S = 0.5
_LISTEN_S = 0.1

_NEVER_BEGUN = Ending(JobState.QUEUED, Problem.LOST, "its worker did not hear that it had the job")


@dataclass(frozen=True)
class Surroundings:
    """What a worker works with.

    Attributes:
        folder_of: returns the folder of a job.
        clear: puts away what a killed attempt at a job has left in the project of its tenant.
        n_places: jobs that it runs at once.
        n_threads: that all its jobs may compute with together.
        mark: of its process.
        watch: tells which workers are gone.
        clock: returns seconds, monotonic.
        now: returns the aware UTC time.
        new_id: returns an id for a worker.
    """

    claims: Claims
    folder_of: Callable[[Fence], Path]
    clear: Callable[[Fence], None]
    n_places: int
    n_threads: int
    mark: str
    watch: Watch
    clock: Callable[[], float]
    now: Callable[[], datetime]
    new_id: Callable[[datetime], str]


class Worker:
    """Does jobs until it is told to end."""

    def __init__(self, surroundings: Surroundings) -> None:
        """Take what to work with; nothing begins before `work`."""
        self._with = surroundings
        self._claims = surroundings.claims
        self._attempts: dict[Fence, Attempt] = {}
        self._id = ""
        self._beaten = self._looked = float("-inf")
        self._log = structlog.get_logger()

    @property
    def n_places(self) -> int:
        """Jobs that it runs at once."""
        return self._with.n_places

    def work(self, *, is_ending: Callable[[], bool], until_idle: bool = False) -> None:
        """Do jobs.

        Args:
            is_ending: whether to end; what runs then is given back for another worker.
            until_idle: end as well when nothing runs and nothing waits.
        """
        try:
            while not is_ending():
                is_idle = self._turn()
                if is_idle and until_idle:
                    break
        finally:
            self._leave()

    def _turn(self) -> bool:
        """Do what is due; return whether nothing runs and nothing waits."""
        pipes = [pipe.fileno() for each in self._attempts.values() for pipe in each.pipes]
        if pipes:
            wait(pipes, _LISTEN_S)
        elif self._looked > float("-inf"):
            # Before the first look, and after a job, there is nothing to wait for.
            time.sleep(_LISTEN_S)
        for attempt in self._attempts.values():
            attempt.look()
        try:
            return self._write()
        except StoreError as error:
            # The database is away: what runs goes on, and what it says is written later.
            self._log.warning("the store cannot be reached", error=str(error))
            time.sleep(LOOK_EVERY_S)
            return False

    def _write(self) -> bool:
        now = self._with.clock()
        if now - self._beaten >= BEAT_EVERY_S:
            self._beat()
            self._beaten = now
            self._dismiss_lost()
        self._end_ended()
        if now - self._looked < LOOK_EVERY_S:
            return False
        self._looked = now
        self._heed_wishes()
        self._tell()
        while len(self._attempts) < self._with.n_places and self._claims.is_any_waiting():
            job = self._claims.claim(self._id, at=self._with.now())
            if job is None:
                break
            self._begin(job)
        return not self._attempts

    def _beat(self) -> None:
        if self._id and self._claims.beat(self._id, at=self._with.now()):
            return
        # Others took this worker for gone, e.g. because its machine slept: its jobs are theirs.
        for attempt in self._attempts.values():
            attempt.abandon()
        self._attempts.clear()
        at = self._with.now()
        worker = WorkerSeen(
            id=self._with.new_id(at),
            process=self._with.mark,
            beats=0,
            n_places=self._with.n_places,
            started_at=at,
            seen_at=at,
        )
        self._claims.enlist(worker)
        self._id = worker.id
        self._log.info("worker enlisted", worker=worker.id, n_places=worker.n_places)

    def _dismiss_lost(self) -> None:
        workers = [each for each in self._claims.workers() if each.id != self._id]
        for lost in self._with.watch.gone(workers, now=self._with.clock()):
            jobs = self._claims.dismiss(lost, at=self._with.now())
            self._log.warning("worker lost", worker=lost, jobs=[job.id for job in jobs])
            for job in jobs:
                self._clear(job.fence, job.state)

    def _begin(self, job: Job) -> None:
        limits = with_defaults(
            job.limits, n_places=self._with.n_places, n_threads=self._with.n_threads
        )
        folder = self._with.folder_of(job.fence)
        try:
            attempt = Attempt(
                job, limits=limits, folder=folder, clock=self._with.clock, now=self._with.now
            )
        except OSError as error:
            reason = f"its process could not be started: {error}"
            ending = Ending(JobState.QUEUED, Problem.SURPRISE, reason)
            self._claims.end(job.fence, ending, usage=Usage(), at=self._with.now())
            return
        self._attempts[job.fence] = attempt
        reach("child.started")
        self._log.info("job begun", job=job.id, tenant=job.tenant, attempt=job.attempts)

    def _heed_wishes(self) -> None:
        for fence, wish in self._claims.held(self._id).items():
            if fence not in self._attempts:
                # It was claimed, and the answer of the database was lost on its way.
                self._claims.end(fence, _NEVER_BEGUN, usage=Usage(), at=self._with.now())
            elif wish is Wish.CANCEL:
                self._attempts[fence].end(CANCELLED)
            elif wish is Wish.FINISH:
                self._attempts[fence].finish()

    def _tell(self) -> None:
        for fence, attempt in self._attempts.items():
            self._tell_of(fence, attempt)

    def _tell_of(self, fence: Fence, attempt: Attempt) -> None:
        account = attempt.account
        if account.is_new:
            lines = account.lines
            self._claims.tell(fence, account.standing, lines=lines, run_id=account.run_id)
            account.written(len(lines))

    def _end_ended(self) -> None:
        for fence, attempt in list(self._attempts.items()):
            ended = attempt.result()
            if ended is not None:
                # Where the database is away, this is done again in the next turn.
                self._end(fence, attempt, *ended)
                del self._attempts[fence]
                self._looked = float("-inf")  # There is a place for the next one.

    def _end(self, fence: Fence, attempt: Attempt, ending: Ending, usage: Usage) -> None:
        reach("child.ended")
        self._tell_of(fence, attempt)
        at = self._with.now()
        state = self._claims.end(fence, ending, usage=usage, at=at)
        self._log.info("job ended", job=fence.job_id, tenant=fence.tenant, state=state)
        self._clear(fence, state)

    def _clear(self, fence: Fence, state: JobState | None) -> None:
        """Put away what an attempt has left, and with the end of the job its folder."""
        if state is None:
            return  # Another worker's by now, and what is left may be in use.
        if state.is_final:
            shutil.rmtree(self._with.folder_of(fence), ignore_errors=True)
        if state is JobState.SUCCEEDED:
            return
        try:
            self._with.clear(fence)
        except ModelyardError as error:
            # The next attempt, or the next training, clears it as well.
            self._log.warning("what an attempt left could not be cleared", error=str(error))

    def _leave(self) -> None:
        """Give every job back and let others know."""
        for attempt in self._attempts.values():
            attempt.end(GIVEN_BACK)
        until = self._with.clock() + END_WITHIN_S + DIE_WITHIN_S
        # What is still there then never ends; nothing that it makes can be published.
        while self._attempts and self._with.clock() < until:
            for fence, attempt in list(self._attempts.items()):
                attempt.look()
                ended = attempt.result()
                if ended is not None:
                    with suppress(StoreError):
                        self._end(fence, attempt, *ended)
                    del self._attempts[fence]
            time.sleep(_LISTEN_S if self._attempts else 0)
        with suppress(StoreError):
            self._claims.dismiss(self._id, at=self._with.now())
