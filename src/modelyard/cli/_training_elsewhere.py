"""Trains on a platform: sends the table, follows the job, and shows the model that came of it."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from modelyard.cli._jobs_elsewhere import dataset_at, done_at
from modelyard.cli._records import print_kept_metrics
from modelyard.cli._screen import print_json, progress

if TYPE_CHECKING:
    from modelyard.client.clients import Client
    from modelyard.domain.configs import TrainingConfig
    from modelyard.wire.jobs import JobAnswer, JobDetail


def train_at(
    client: "Client", data: Path | str, *, config: "TrainingConfig", wants_json: bool
) -> None:
    """Train on a platform.

    Args:
        client: of the platform.
        data: a file, which is uploaded; or the name of a dataset that the platform has.
        config: what to train.
        wants_json: whether to print for a machine.

    Raises:
        ModelyardError: why the platform made no model.
    """
    with progress(is_shown=not wants_json) as bar:
        dataset = dataset_at(client, data, bar=bar)
        job = _asked(client, dataset, config=config)
    ended = done_at(client, job.id, what="training", wants_json=wants_json)
    _show(client, ended, wants_json=wants_json)


def _asked(client: "Client", dataset: str, *, config: "TrainingConfig") -> "JobDetail":
    from modelyard.domain.plain import to_plain
    from modelyard.wire.configuration_documents import document_of
    from modelyard.wire.jobs import TrainingRequest

    asked = {"dataset": dataset, "configuration": document_of(config)}
    if config.schema is not None:
        asked["row_schema"] = to_plain(config.schema, "schema")
    return client.jobs.train(TrainingRequest.model_validate_json(json.dumps(asked)))


def _show(client: "Client", job: "JobAnswer", *, wants_json: bool) -> None:
    model = client.models.show(job.result["model"])
    if wants_json:
        print_json({"job": job.model_dump(mode="json"), "model": model.model_dump(mode="json")})
        return
    print_kept_metrics(model.metrics)
    click.echo(f"Model:   {model.id}")
    click.echo(f"Run:     {job.run_id}")
