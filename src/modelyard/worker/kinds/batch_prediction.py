"""Predicts for every row of a dataset; the file of answers and the job's end appear together."""

import time
from typing import Any

from modelyard.bootstrap import Project
from modelyard.domain.batches import BatchOptions
from modelyard.domain.configs import FileDialect
from modelyard.domain.jobs import JobKind
from modelyard.domain.readings import options_of
from modelyard.services.batches import AnswerFile, Batch, predict_to_file
from modelyard.worker.assignments import Assignment, Report

KIND = JobKind.BATCH_PREDICTION

# Of so many rows, and columns, a job tells; the others are counted.
_MOST_TOLD = 100


def perform(project: Project, assignment: Assignment, *, report: Report) -> None:
    """Predict for the dataset that the payload names, with the model that it names."""
    began, payload = time.monotonic(), assignment.payload
    options, batches = BatchOptions.from_dict(payload["options"]), project.registry.batches
    batches.sweep(assignment.fence.job_id)
    report.stage("Verifying the dataset")
    dataset = project.named_datasets.as_uploaded(payload["dataset"])
    report.stage("Opening the model")
    model = project.predicting.open(payload["model"])
    report.stage("Predicting")
    read = options_of(dataset.version.read)
    draft = assignment.temporary / f"answers.{options.form}"
    batch = predict_to_file(
        project.predicting,
        model,
        data=dataset.path,
        file=AnswerFile(draft, options),
        dialect=FileDialect.of(read),
        progress=report,
    )
    report.stage("Publishing the answers")
    told = {"model": payload["model"], "dataset": payload["dataset"], **_facts_of(batch)}
    duration_s = round(time.monotonic() - began, 3)
    batches.publish(
        assignment.fence, draft, form=options.form, told={**told, "duration_s": duration_s}
    )


def _facts_of(batch: Batch) -> dict[str, Any]:
    return {
        "n_rows": batch.n_rows,
        "n_failed": batch.n_failed,
        "n_blank": batch.n_blank,
        "errors": [each.to_dict() for each in batch.errors[:_MOST_TOLD]],
        "n_ignored_columns": len(batch.ignored_columns),
        "ignored_columns": list(batch.ignored_columns[:_MOST_TOLD]),
    }
