"""Trains on a platform: sends the table, follows the job, and shows the model that came of it."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from modelyard.cli._jobs_elsewhere import dataset_at, done_at
from modelyard.cli._records import print_kept_metrics
from modelyard.cli._screen import print_json, progress
from modelyard.domain.errors import UsageError

if TYPE_CHECKING:
    from modelyard.client.clients import Client
    from modelyard.domain.configs import TrainingConfig
    from modelyard.wire.jobs import JobAnswer, JobDetail
    from modelyard.wire.outlines import OutlineAnswer


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
    has_best = config.automl is not None or config.search is not None
    ended = done_at(client, job.id, what="training", wants_json=wants_json, has_best=has_best)
    _show(client, ended, wants_json=wants_json)


def estimate_at(
    client: "Client", data: Path | str, *, config: "TrainingConfig", wants_json: bool
) -> None:
    """Say what AutoML may expect of its budget on a platform; a file is uploaded for it.

    Args:
        client: of the platform.
        data: as of `train_at`.
        config: what would be trained.
        wants_json: whether to print for a machine.

    Raises:
        UsageError: if one algorithm is named, something would stop the training, or the platform
            looks at some rows of the table alone.
    """
    from modelyard.cli._outcomes import print_outlook
    from modelyard.domain.outlooks import Absence, Outlook
    from modelyard.wire.jobs import TrainingPlan

    with progress(is_shown=not wants_json) as bar:
        dataset = dataset_at(client, data, bar=bar)
        bar.stage("Looking at the data")
        told = client.jobs.outline(TrainingPlan.model_validate_json(_wish(dataset, config=config)))
    if told.outlook is None:
        raise _nothing_to_estimate(told, is_automl=config.automl is not None)
    facts = told.outlook.model_dump()
    absences = tuple(Absence(**each) for each in facts.pop("absences"))
    print_outlook(Outlook(**facts, absences=absences), wants_json=wants_json)


def _nothing_to_estimate(told: "OutlineAnswer", *, is_automl: bool) -> UsageError:
    """Return why the platform did not say what AutoML may expect."""
    why, fix = "one algorithm is named.", "Ask for AutoML with --algorithm auto."
    if told.blocking:
        why, fix = f"{', '.join(told.blocking)} would stop the training.", "Accept or mend it."
    elif is_automl and told.n_seen < told.n_rows:
        why = (
            f"the table is large, and the platform looks at {told.n_seen:,} of its "
            f"{told.n_rows:,} rows before a training."
        )
        fix = "Leave --estimate out: the training keeps to its time limit whatever fits into it."
    return UsageError(f"There is nothing to estimate: {why}", fix=fix)


def _asked(client: "Client", dataset: str, *, config: "TrainingConfig") -> "JobDetail":
    from modelyard.wire.jobs import TrainingRequest

    return client.jobs.train(TrainingRequest.model_validate_json(_wish(dataset, config=config)))


def _wish(dataset: str, *, config: "TrainingConfig") -> str:
    """Return what is asked of the platform, as JSON."""
    from modelyard.domain.plain import to_plain
    from modelyard.wire.configuration_documents import document_of

    asked = {"dataset": dataset, "configuration": document_of(config)}
    if config.schema is not None:
        asked["row_schema"] = to_plain(config.schema, "schema")
    return json.dumps(asked)


def _show(client: "Client", job: "JobAnswer", *, wants_json: bool) -> None:
    model = client.models.show(job.result["model"])
    if wants_json:
        print_json({"job": job.model_dump(mode="json"), "model": model.model_dump(mode="json")})
        return
    print_kept_metrics(model.metrics)
    click.echo(f"Model:   {model.id}")
    click.echo(f"Run:     {job.run_id}")
