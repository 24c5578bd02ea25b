"""`modelyard jobs`: what is done in the background, here or on a platform."""

from typing import TYPE_CHECKING

import click

from modelyard.cli._doors import URL, jobs_at
from modelyard.cli._options import JSON
from modelyard.cli._screen import print_facts, print_json, print_table
from modelyard.domain.jobs import MEMORY_MB, MOST_S, THREADS, JobKind, JobState

if TYPE_CHECKING:
    from modelyard.wire.jobs import JobAnswer, LineAnswer

_STATES = click.Choice([state.value for state in JobState])
_SECONDS = click.FloatRange(0, MOST_S, min_open=True)
_KINDS = click.Choice([kind.value for kind in JobKind])


@click.group("jobs")
def jobs() -> None:
    """Look after work in the background."""


@jobs.command("list")
@click.option("--state", type=_STATES, help="Only jobs in this state.")
@click.option("--kind", type=_KINDS, help="Only jobs of this kind.")
@click.option(
    "--limit",
    type=click.IntRange(1, 1000),
    default=50,
    show_default=True,
    help="Most jobs to show.",
)
@URL
@JSON
def list_jobs(
    *, state: str | None, kind: str | None, limit: int, url: str | None, wants_json: bool
) -> None:
    """List jobs, the newest first."""
    from modelyard.kit.numerals import counted
    from modelyard.wire.jobs import JobListQuery

    query = JobListQuery(
        state=None if state is None else JobState(state),
        kind=None if kind is None else JobKind(kind),
        limit=limit,
    )
    with jobs_at(url) as asked:
        found = asked.page(query).items
    if wants_json:
        print_json([job.model_dump(mode="json") for job in found])
        return
    headings = ("job", "kind", "state", "progress", "dataset", "model", "created")
    print_table(counted(len(found), "job"), headings, rows=[_row(job) for job in found])


@jobs.command("show")
@click.argument("job")
@URL
@JSON
def show(job: str, *, url: str | None, wants_json: bool) -> None:
    """Show JOB, with how far it is."""
    with jobs_at(url) as asked:
        found = asked.show(job)
    if wants_json:
        print_json(found.model_dump(mode="json"))
        return
    print_facts(found.id, found.model_dump(mode="json", exclude={"payload"}))


@jobs.command("log")
@click.argument("job")
@click.option("--follow", "is_followed", is_flag=True, help="Wait for more, until the job ends.")
@URL
@JSON
def log(job: str, *, is_followed: bool, url: str | None, wants_json: bool) -> None:
    """Print the log of JOB."""
    from modelyard.wire.jobs import LineAnswer

    with jobs_at(url) as asked:
        told = asked.follow(job) if is_followed else asked.log(job)
        lines = (each for each in told if isinstance(each, LineAnswer))
        if wants_json:
            print_json([line.model_dump(mode="json") for line in lines])
            return
        for line in lines:
            click.echo(_written(line))


@jobs.command("cancel")
@click.argument("job")
@URL
@JSON
def cancel(job: str, *, url: str | None, wants_json: bool) -> None:
    """End JOB without a result.

    What it has made so far is thrown away within 10 seconds.
    """
    with jobs_at(url) as asked:
        found = asked.cancel(job)
    if wants_json:
        print_json(found.model_dump(mode="json"))
    else:
        click.echo(f"{found.id}: {'ending' if found.is_cancelling else found.state.value}")


@jobs.command("finish")
@click.argument("job")
@URL
@JSON
def finish(job: str, *, url: str | None, wants_json: bool) -> None:
    """Let JOB end now with the best so far.

    JOB is AutoML or a search. One that has finished no trial yet ends with the first.
    """
    with jobs_at(url) as asked:
        found = asked.finish(job)
    if wants_json:
        print_json(found.model_dump(mode="json"))
    else:
        click.echo(f"{found.id}: {'finishing' if found.is_finishing else found.state.value}")


@jobs.command("retry")
@click.argument("job")
@click.option("--memory-mb", type=click.IntRange(*MEMORY_MB), help="Megabytes that it may hold.")
@click.option("--cpu-s", type=_SECONDS, help="Seconds of processor time that it may take.")
@click.option("--wall-s", type=_SECONDS, help="Seconds that it may take from its start.")
@click.option("--threads", type=click.IntRange(*THREADS), help="Threads to compute with.")
@URL
@JSON
def retry(job: str, *, url: str | None, wants_json: bool, **limits: float | None) -> None:
    """Do JOB again, as a new job.

    It keeps the limits that it had, but for those that are named.
    """
    from modelyard.wire.jobs import LimitsBody

    with jobs_at(url) as asked:
        found = asked.retry(job, limits=LimitsBody.model_validate(limits))
    if wants_json:
        print_json(found.model_dump(mode="json"))
    else:
        click.echo(f"{found.id}: {found.state.value}")


@jobs.command("quota")
@URL
@JSON
def quota(*, url: str | None, wants_json: bool) -> None:
    """Show how many jobs may run and wait."""
    with jobs_at(url) as asked:
        found = asked.quota()
    if wants_json:
        print_json(found.model_dump(mode="json"))
        return
    rows = [
        ("running", found.n_running, found.most_running),
        ("waiting", found.n_queued, found.most_queued),
    ]
    print_table("Jobs of the tenant", ("jobs", "now", "most"), rows=rows)


def _row(job: "JobAnswer") -> tuple[object, ...]:
    return (
        job.id,
        job.kind.value,
        job.state.value,
        _progress(job),
        job.dataset,
        job.result.get("model"),
        f"{job.created_at:%Y-%m-%d %H:%M}",
    )


def _progress(job: "JobAnswer") -> str:
    if job.problem is not None:
        return job.problem
    share = f" {100 * job.progress.done // job.progress.total} %" if job.progress.total else ""
    return f"{job.progress.stage}{share}"


def _written(line: "LineAnswer") -> str:
    return f"{line.at:%Y-%m-%d %H:%M:%S}  {line.words}"


COMMAND = jobs
