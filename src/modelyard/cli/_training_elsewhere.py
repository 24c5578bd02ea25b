"""Trains on a platform: sends the table, follows the job, and shows the model that came of it."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from modelyard.cli._errors import EXIT_INTERRUPTED
from modelyard.cli._records import print_kept_metrics
from modelyard.cli._screen import print_json, progress
from modelyard.domain.errors import UsageError

if TYPE_CHECKING:
    from modelyard.client.clients import Client
    from modelyard.domain.configs import TrainingConfig
    from modelyard.protocols.progress import Progress
    from modelyard.wire.jobs import JobAnswer, JobDetail


def train_at(
    client: "Client", data: Path | str, *, config: "TrainingConfig", wants_json: bool
) -> int:
    """Train on a platform, and return the exit code.

    Args:
        client: of the platform.
        data: a file, which is uploaded; or the name of a dataset that the platform has.
        config: what to train.
        wants_json: whether to print for a machine.

    Raises:
        ModelyardError: why the platform made no model.
    """
    with progress(is_shown=not wants_json) as bar:
        dataset = _dataset(client, data, bar=bar)
        job = _asked(client, dataset, config=config)
    try:
        with progress(is_shown=not wants_json) as bar:
            ended = _followed(client, job.id, bar=bar)
    except KeyboardInterrupt:
        return _interrupted(client, job.id, wants_json=wants_json)
    _show(client, ended, wants_json=wants_json)
    return 0


def _dataset(client: "Client", data: Path | str, *, bar: "Progress") -> str:
    from modelyard.domain.names import slug

    if isinstance(data, str):
        raise UsageError(
            "A platform reads no database that this machine names.",
            fix="Name a file, which is uploaded, or a dataset that the platform has.",
        )
    if not data.exists():
        return str(data)
    bar.stage(f"Uploading {data.name}")
    name = slug(data.name.partition(".")[0])
    return client.datasets.upload(data, name=name, on_progress=bar.advance).reference


def _asked(client: "Client", dataset: str, *, config: "TrainingConfig") -> "JobDetail":
    from modelyard.domain.plain import to_plain
    from modelyard.wire.configuration_documents import document_of
    from modelyard.wire.jobs import TrainingRequest

    asked = {"dataset": dataset, "configuration": document_of(config)}
    if config.schema is not None:
        asked["row_schema"] = to_plain(config.schema, "schema")
    return client.jobs.train(TrainingRequest.model_validate_json(json.dumps(asked)))


def _followed(client: "Client", job_id: str, *, bar: "Progress") -> "JobAnswer":
    """Show how a job goes on, and return it when it has ended."""
    from modelyard.wire.jobs import LineAnswer

    stage, ended = "", None
    for told in client.jobs.follow(job_id):
        if isinstance(told, LineAnswer):
            bar.say(told.words)
            continue
        ended = told
        title = told.progress.stage or told.state.value
        if title != stage:
            bar.stage(title)
            stage = title
        if told.progress.total:
            bar.advance(told.progress.done, told.progress.total)
    return ended or client.jobs.show(job_id)


def _interrupted(client: "Client", job_id: str, *, wants_json: bool) -> int:
    """Ask whether the job is to end too, where somebody is there to answer."""
    is_answered = sys.stdin.isatty() and not wants_json
    if is_answered and click.confirm("The training goes on at the platform. Cancel it?", err=True):
        client.jobs.cancel(job_id)
        click.echo(f"The job {job_id} is cancelled.", err=True)
    else:
        click.echo(
            f"The job {job_id} goes on; modelyard jobs log {job_id} --follow shows it.", err=True
        )
    return EXIT_INTERRUPTED


def _show(client: "Client", job: "JobAnswer", *, wants_json: bool) -> None:
    from modelyard.domain.jobs import JobState

    if job.state is not JobState.SUCCEEDED:
        from modelyard.wire.problem_documents import error_from

        reason = job.reason or f"The job {job.id} was cancelled."
        told = json.dumps({"code": job.problem, "detail": reason})
        raise error_from(told.encode(), retry_after_s=1)
    model = client.models.show(job.result["model"])
    if wants_json:
        print_json({"job": job.model_dump(mode="json"), "model": model.model_dump(mode="json")})
        return
    print_kept_metrics(
        {
            key: {name: v for name, v in each.items() if v is not None}
            for key, each in model.metrics.items()
        }
    )
    click.echo(f"Model:   {model.id}")
    click.echo(f"Run:     {job.run_id}")
