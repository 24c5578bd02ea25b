"""Predicts on a platform: sends the table, follows the job, and fetches the file of answers."""

import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from modelyard.cli._errors import EXIT_ROWS_FAILED
from modelyard.cli._jobs_elsewhere import dataset_at, done_at
from modelyard.cli._screen import print_json, progress
from modelyard.domain.batches import AnswerForm, BatchOptions

if TYPE_CHECKING:
    from modelyard.client.clients import Client
    from modelyard.wire.jobs import JobAnswer


def predict_at(
    client: "Client",
    model: str,
    *,
    data: Path | str,
    how: BatchOptions,
    out: Path | None,
    wants_json: bool,
) -> int:
    """Predict on a platform, and return the exit code.

    Args:
        client: of the platform.
        model: reference to it.
        data: a file, which is uploaded; or the name of a dataset that the platform has.
        how: the answers are wanted.
        out: file to write; None for standard output.
        wants_json: whether to print for a machine.

    Raises:
        ModelyardError: why the platform made no predictions.
    """
    # Values keep their types on the way into a document.
    form = AnswerForm.PARQUET if wants_json and out is None else AnswerForm.CSV
    with progress(is_shown=not wants_json) as bar:
        dataset = dataset_at(client, data, bar=bar)
        job_id = _ask(client, model, dataset=dataset, how=how, form=form)
    job = done_at(client, job_id, what="prediction", wants_json=wants_json)
    with tempfile.TemporaryDirectory() as folder:
        file = client.batches.download(job.id, out or Path(folder) / "answers")
        if wants_json:
            print_json(_plain(job) | ({"out": str(out)} if out else _columns(file)))
        else:
            _print(job, file, out=out)
    return EXIT_ROWS_FAILED if job.result["n_failed"] else 0


def _ask(client: "Client", model: str, *, dataset: str, how: BatchOptions, form: AnswerForm) -> str:
    from modelyard.wire.batches import BatchPredictRequest

    asked = BatchPredictRequest(
        model=model,
        dataset=dataset,
        format=form.value,
        keep=list(how.keep),
        probabilities=how.with_probabilities,
        interval=how.interval,
        sets=how.sets,
        strict=how.is_strict,
        spreadsheet=how.is_for_spreadsheets,
    )
    return client.batches.ask(asked).id


def _plain(job: "JobAnswer") -> dict[str, Any]:
    told = {name: job.result[name] for name in ("model", "dataset", "n_rows", "n_failed", "errors")}
    return {"job": job.id, "n_blank": job.result.get("n_blank", 0)} | told


def _columns(file: Path) -> dict[str, Any]:
    import polars as pl

    columns: dict[str, Any] = pl.read_parquet(file).to_dict(as_series=False)
    return columns


def _print(job: "JobAnswer", file: Path, *, out: Path | None) -> None:
    from modelyard.cli._words import print_blank, print_row_errors
    from modelyard.domain.predictions import RowError
    from modelyard.wire.problem_documents import error_from

    result = job.result
    errors = [
        RowError(each["row"], error_from(json.dumps(each).encode(), retry_after_s=1))
        for each in result["errors"]
    ]
    # A job of an older release does not tell of them.
    print_blank(result.get("n_blank", 0))
    print_row_errors(errors, n_failed=result["n_failed"])
    if out is None:
        click.echo(file.read_bytes(), nl=False)
    else:
        click.echo(f"{result['n_rows'] - result['n_failed']} predictions written to {out}")
