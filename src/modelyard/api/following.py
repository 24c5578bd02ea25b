"""Follows a job while it runs, as server-sent events; the database is asked, nobody is awaited."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from fastapi.concurrency import run_in_threadpool

from modelyard.domain.jobs import Job, JobEvent
from modelyard.services.jobs import JobService
from modelyard.wire.bodies import Answer
from modelyard.wire.jobs import JobAnswer, LineAnswer

# As often as a worker writes what its jobs say.
_LOOK_EVERY_S = 0.5
# Proxies close what is silent for a minute (nginx, proxy_read_timeout).
_SILENT_S = 15.0
# Then the client comes again, and shows a credential that still holds.
_LONGEST_S = 300.0
# A client that was cut off comes again after so many milliseconds.
_AGAIN_MS = 2_000
_LINES = 500


async def follow(jobs: JobService, job_id: str, *, after: int) -> AsyncIterator[bytes]:
    """Yield what happens to a job, until nothing more will.

    Args:
        jobs: of the tenant.
        job_id: of a job that exists.
        after: number of the last line of the log that is known.
    """
    yield f"retry: {_AGAIN_MS}\n\n".encode()
    clock = asyncio.get_running_loop().time
    began = spoken = clock()
    told: Job | None = None
    while clock() - began < _LONGEST_S:
        job, lines = await run_in_threadpool(_look, jobs, job_id, after)
        for line in lines:
            after = line.number
            yield _event("line", LineAnswer.model_validate(line), number=line.number)
        if told is None or _differs(told, job):
            yield _event("progress", JobAnswer.of(job))
            told = job
            spoken = clock()
        if job.is_settled and not lines:
            yield _event("end", JobAnswer.of(job))
            return
        if clock() - spoken > _SILENT_S:
            yield b": still here\n\n"
            spoken = clock()
        if len(lines) < _LINES:
            await asyncio.sleep(_LOOK_EVERY_S)


def _look(jobs: JobService, job_id: str, after: int) -> tuple[Job, tuple[JobEvent, ...]]:
    # First the job: what it said before its end is in its log by then.
    job = jobs.get(job_id)
    return job, jobs.events(job_id, after=after, limit=_LINES)


def _differs(before: Job, now: Job) -> bool:
    def shown(job: Job) -> Any:
        return (
            job.state,
            job.standing,
            job.attempts,
            job.is_cancelling,
            job.is_finishing,
            job.run_id,
        )

    return bool(shown(before) != shown(now))


def _event(name: str, told: Answer, *, number: int | None = None) -> bytes:
    # JSON has no line breaks: one line of data holds it.
    numbered = "" if number is None else f"id: {number}\n"
    return f"{numbered}event: {name}\ndata: {told.model_dump_json()}\n\n".encode()
