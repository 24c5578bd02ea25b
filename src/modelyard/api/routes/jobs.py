"""Jobs: ask for a training, list, look at, cancel, try again, and follow the log."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Body, Header, Path, Query, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse

from modelyard.api.access import NOTHING
from modelyard.api.callers import CallerOf, ProjectOf
from modelyard.api.following import follow
from modelyard.api.policies import needs, needs_every_model
from modelyard.api.routing import PREFIX, router
from modelyard.bootstrap import Project
from modelyard.domain.errors import NotFound
from modelyard.domain.identities import Caller, Role
from modelyard.domain.jobs import Job, JobKind, JobQuery
from modelyard.wire.bodies import LARGEST, PageOf
from modelyard.wire.configurations import training_config
from modelyard.wire.jobs import (
    JobAnswer,
    JobDetail,
    JobLeaderboard,
    JobListQuery,
    LineAnswer,
    LogAnswer,
    LogQuery,
    QuotaUseAnswer,
    RetryRequest,
    TrainingQuery,
    TrainingRequest,
    TriedAnswer,
)

ROUTER = router("Jobs")
# Jobs make models, ask them and measure them: what they tell is of any of these.
READS = [needs_every_model()]

JobId = Annotated[str, Path(max_length=200, description="Of the job.")]


@ROUTER.post("/training/start", status_code=202, dependencies=[needs(Role.EDITOR)])
def start_training(
    request: TrainingRequest, response: Response, caller: CallerOf, project: ProjectOf
) -> JobDetail:
    """Ask for a training: one algorithm, a search for hyperparameters, or AutoML."""
    job = project.jobs.train(
        request.dataset,
        training_config(request.configuration, request.row_schema),
        caller=caller,
        priority=request.priority,
        limits=request.limits.to_limits(),
    )
    response.headers["location"] = f"{PREFIX}/training/jobs/{job.id}"
    return JobDetail.of(job)


@ROUTER.get("/training/jobs", dependencies=[needs(Role.VIEWER)])
def list_trainings(
    caller: CallerOf, project: ProjectOf, query: Annotated[TrainingQuery, Query()]
) -> PageOf[JobAnswer]:
    """List the trainings, the newest first; none for a viewer of single models."""
    return _listed(caller, project, query, kind=JobKind.TRAINING)


@ROUTER.get("/training/jobs/{job_id}", dependencies=READS)
def show_training(job_id: JobId, project: ProjectOf) -> JobDetail:
    """Show a training, with how far it is."""
    return JobDetail.of(_training(project, job_id))


@ROUTER.post("/training/jobs/{job_id}/cancel", dependencies=[needs(Role.EDITOR)])
def cancel_training(job_id: JobId, caller: CallerOf, project: ProjectOf) -> JobAnswer:
    """Cancel a training; what it has made so far is thrown away within 10 seconds."""
    _training(project, job_id)
    return _cancelled(job_id, caller, project)


@ROUTER.get("/jobs", dependencies=[needs(Role.VIEWER)])
def list_jobs(
    caller: CallerOf, project: ProjectOf, query: Annotated[JobListQuery, Query()]
) -> PageOf[JobAnswer]:
    """List jobs of every kind, the newest first; none for a viewer of single models."""
    return _listed(caller, project, query, kind=query.kind)


@ROUTER.get("/quota", dependencies=[needs(Role.EDITOR)])
def show_own_quota(project: ProjectOf) -> QuotaUseAnswer:
    """Show how many jobs of the caller's tenant may run and wait at once, and how many do."""
    return QuotaUseAnswer.of(project.jobs.quota_use())


@ROUTER.get("/jobs/{job_id}", dependencies=READS)
def show_job(job_id: JobId, project: ProjectOf) -> JobDetail:
    """Show a job, with how far it is."""
    return JobDetail.of(project.jobs.get(job_id))


@ROUTER.post("/jobs/{job_id}/cancel", dependencies=[needs(Role.EDITOR)])
def cancel_job(job_id: JobId, caller: CallerOf, project: ProjectOf) -> JobAnswer:
    """Cancel a job; what it has made so far is thrown away within 10 seconds."""
    return _cancelled(job_id, caller, project)


@ROUTER.post("/jobs/{job_id}/finish", dependencies=[needs(Role.EDITOR)])
def finish_job(job_id: JobId, caller: CallerOf, project: ProjectOf) -> JobAnswer:
    """Let AutoML, or a search, end now with the best so far.

    One that has finished nothing yet ends with the first that it finishes.
    """
    return JobAnswer.of(project.jobs.wrap_up(job_id, caller=caller))


@ROUTER.get("/jobs/{job_id}/leaderboard", dependencies=READS)
def show_job_leaderboard(job_id: JobId, project: ProjectOf) -> JobLeaderboard:
    """Show what AutoML, or a search, has tried so far; it fills up while the job runs."""
    job = project.jobs.get(job_id)
    if not job.run_id:
        return JobLeaderboard(task=None, metric=None, higher_is_better=None, items=[])
    run = project.runs.get(job.run_id)
    metric = project.catalog.metrics().get(run.metric)
    return JobLeaderboard(
        task=run.task,
        metric=run.metric or None,
        higher_is_better=None if metric is None else metric.card.higher_is_better,
        items=[TriedAnswer.of(each) for each in project.runs.trials(run.id)],
    )


@ROUTER.post("/jobs/{job_id}/retry", status_code=202, dependencies=[needs(Role.EDITOR)])
def retry_job(
    job_id: JobId,
    caller: CallerOf,
    project: ProjectOf,
    response: Response,
    request: Annotated[RetryRequest, Body()],
) -> JobDetail:
    """Do a job again that failed or was cancelled, as a new job."""
    job = project.jobs.retry(job_id, caller=caller, limits=request.limits.to_limits())
    response.headers["location"] = f"{PREFIX}/jobs/{job.id}"
    return JobDetail.of(job)


@ROUTER.get("/jobs/{job_id}/logs", dependencies=READS)
def read_log(job_id: JobId, project: ProjectOf, query: Annotated[LogQuery, Query()]) -> LogAnswer:
    """Read the log of a job, line by line."""
    found = project.jobs.events(job_id, after=query.cursor or 0, limit=query.limit)
    is_full = len(found) == query.limit
    return LogAnswer(
        items=[LineAnswer.model_validate(each) for each in found],
        next_cursor=found[-1].number if is_full else None,
    )


@ROUTER.get(
    "/jobs/{job_id}/stream",
    dependencies=READS,
    response_class=StreamingResponse,
    responses={
        200: {
            "description": "Events `line`, `progress` and, when nothing more comes, `end`.",
            "content": {"text/event-stream": {"schema": {"type": "string"}}},
        },
        204: {"description": "Nothing more comes: the client need not ask again."},
    },
)
async def follow_job(
    job_id: JobId,
    project: ProjectOf,
    last_event_id: Annotated[
        int | None,
        Header(ge=0, le=LARGEST, description="Number of the last line that came."),
    ] = None,
) -> Response:
    """Follow the progress and the log of a job as server-sent events.

    Source: the HTML standard, section 9.2. A client that was cut off sends `Last-Event-ID` and
    misses nothing.
    """
    jobs = project.jobs
    job = await run_in_threadpool(jobs.get, job_id)
    after = last_event_id or 0
    if job.is_settled and after and not await run_in_threadpool(jobs.events, job_id, after=after):
        return Response(status_code=204)
    events: AsyncIterator[bytes] = follow(jobs, job_id, after=after)
    headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
    return StreamingResponse(events, media_type="text/event-stream", headers=headers)


def _listed(
    caller: Caller, project: Project, query: TrainingQuery, *, kind: JobKind | None
) -> PageOf[JobAnswer]:
    if not caller.access.is_full:
        return NOTHING
    page = project.jobs.find(
        JobQuery(
            kind=kind,
            state=query.state,
            created_by=query.created_by,
            cursor=query.cursor,
            limit=query.limit,
        )
    )
    return PageOf(items=[JobAnswer.of(job) for job in page.items], next_cursor=page.next_cursor)


def _training(project: Project, job_id: str) -> Job:
    job = project.jobs.get(job_id)
    if job.kind is JobKind.TRAINING:
        return job
    raise NotFound(f"There is no training '{job_id}'.", fix="Jobs of other kinds are under /jobs.")


def _cancelled(job_id: str, caller: Caller, project: Project) -> JobAnswer:
    return JobAnswer.of(project.jobs.cancel(job_id, caller=caller))
