"""Work that a platform does for a command: the table is sent, the job followed to its end."""

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from modelyard.cli._errors import EXIT_INTERRUPTED
from modelyard.cli._screen import progress
from modelyard.domain.errors import Conflict, UsageError

if TYPE_CHECKING:
    from modelyard.client.clients import Client
    from modelyard.protocols.progress import Progress
    from modelyard.wire.jobs import JobAnswer


def dataset_at(client: "Client", data: Path | str, *, bar: "Progress") -> str:
    """Return the reference of a dataset of the platform.

    Args:
        client: of the platform.
        data: a file, which is uploaded; or the name of a dataset that the platform has.
        bar: is told how far the upload is.

    Raises:
        UsageError: if it is the address of a database.
    """
    from modelyard.domain.names import slug

    if isinstance(data, str):
        raise UsageError(
            "A platform reads no database that this machine names.",
            fix="Name a file, which is uploaded, or a dataset that the platform has.",
        )
    if not data.exists():
        return str(data)
    if data.is_dir():
        raise UsageError(
            f"'{data}' is a folder, and a platform takes files.",
            fix="Pack its pictures as a zip file, in a folder for each class, and name that.",
            sample=str(data),
        )
    bar.stage(f"Uploading {data.name}")
    name = slug(data.name.partition(".")[0])
    return client.datasets.upload(data, name=name, on_progress=bar.advance).reference


def done_at(
    client: "Client", job_id: str, *, what: str, wants_json: bool, has_best: bool = False
) -> "JobAnswer":
    """Show how a job goes on, and return it once it has succeeded.

    Args:
        client: of the platform.
        job_id: of the job.
        what: is done, for whoever interrupts it.
        wants_json: whether a machine reads what is printed.
        has_best: whether the job can end with the best that it has so far.

    Raises:
        ModelyardError: why it made nothing, as the platform tells it.
    """
    from modelyard.domain.jobs import JobState

    following = _Following(client, job_id)
    while True:
        try:
            with progress(is_shown=not wants_json) as bar:
                job = following.to_its_end(bar)
            break
        except KeyboardInterrupt:
            ends = _asked_to_end(client, job_id, what=what, wants_json=wants_json, best=has_best)
            if not ends:
                raise click.exceptions.Exit(EXIT_INTERRUPTED) from None
    if job.state is not JobState.SUCCEEDED:
        from modelyard.wire.problem_documents import error_from

        reason = job.reason or f"The job {job.id} was cancelled."
        told = json.dumps({"code": job.problem, "detail": reason})
        raise error_from(told.encode(), retry_after_s=1)
    return job


@dataclass
class _Following:
    """Shows what happens to a job, and goes on there where it was broken off.

    Attributes:
        known: number of the last line of its log that was shown.
    """

    client: "Client"
    job_id: str
    known: int = 0

    def to_its_end(self, bar: "Progress") -> "JobAnswer":
        from modelyard.wire.jobs import LineAnswer

        stage, ended = "", None
        for told in self.client.jobs.follow(self.job_id, after=self.known):
            if isinstance(told, LineAnswer):
                bar.say(told.words)
                self.known = told.number
                continue
            ended = told
            title = told.progress.stage or told.state.value
            if title != stage:
                bar.stage(title)
                stage = title
            if told.progress.total:
                bar.advance(told.progress.done, told.progress.total)
        return ended or self.client.jobs.show(self.job_id)


_FINISH, _CANCEL, _LEAVE = "finish", "cancel", "leave"


def _asked_to_end(
    client: "Client", job_id: str, *, what: str, wants_json: bool, best: bool
) -> bool:
    """Ask how a job is to go on, where somebody is there to answer; return whether it ends soon.

    Whoever lets it end with the best that it has waits for that; what is cancelled leaves nothing.
    """
    is_answered = sys.stdin.isatty() and not wants_json
    words = [_FINISH, _CANCEL, _LEAVE] if best else [_CANCEL, _LEAVE]
    chosen = _LEAVE
    if is_answered:
        with_best = "finish it with the best so far, " if best else ""
        chosen = click.prompt(
            f"The {what} goes on at the platform: {with_best}cancel it, or leave it?",
            type=click.Choice(words),
            default=_LEAVE,
            err=True,
        )
    try:
        if chosen == _FINISH:
            client.jobs.finish(job_id)
            return True
        if chosen == _CANCEL:
            client.jobs.cancel(job_id)
            click.echo(f"The job {job_id} is cancelled.", err=True)
            return False
    except Conflict:
        # It has ended while the question stood: what came of it is shown.
        return True
    ways = f"; modelyard jobs finish {job_id} ends it with the best so far" if best else ""
    click.echo(
        f"The job {job_id} goes on; modelyard jobs log {job_id} --follow shows it{ways}.", err=True
    )
    return False
