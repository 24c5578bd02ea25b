"""Batch predictions: asked for, looked at, and the file of answers handed out or deleted."""

import base64
from typing import Annotated

from fastapi import Path, Response
from fastapi.responses import FileResponse

from modelyard.api.access import model_for
from modelyard.api.callers import CallerOf, ProjectOf
from modelyard.api.policies import needs
from modelyard.api.routing import PREFIX, router
from modelyard.domain.batches import AnswerForm
from modelyard.domain.identities import Role
from modelyard.services.batch_jobs import BatchRequest
from modelyard.wire.batches import BatchPredictRequest
from modelyard.wire.jobs import JobDetail

ROUTER = router("Predictions")
READS = [needs(Role.VIEWER)]
WRITES = [needs(Role.EDITOR)]

BatchId = Annotated[str, Path(max_length=200, description="Of its job.")]

_MEDIA = {
    AnswerForm.CSV: "text/csv; charset=utf-8",
    AnswerForm.PARQUET: "application/vnd.apache.parquet",
}


@ROUTER.post("/batch-predict", status_code=202, dependencies=WRITES)
def batch_predict(
    caller: CallerOf, project: ProjectOf, body: BatchPredictRequest, response: Response
) -> JobDetail:
    """Ask for predictions for every row of a dataset, as a job that makes a file.

    A row that cannot be answered has empty cells in the file, and its reason in the job's result.
    """
    model = model_for(caller, project, reference=body.model)
    request = BatchRequest(body.dataset, body.to_options(), body.priority, body.limits.to_limits())
    job = project.registry.batches.ask(model, request, caller=caller)
    response.headers["location"] = f"{PREFIX}/batch-predict/{job.id}"
    return JobDetail.of(job)


@ROUTER.get("/batch-predict/{batch_id}", dependencies=READS)
def show_batch(batch_id: BatchId, caller: CallerOf, project: ProjectOf) -> JobDetail:
    """Show a batch prediction: how far it is, how many rows there were, and which were bad."""
    return JobDetail.of(project.registry.batches.get(caller, batch_id))


@ROUTER.get(
    "/batch-predict/{batch_id}/answers",
    dependencies=READS,
    response_class=FileResponse,
    responses={
        206: {"description": "The ranges that `Range` asks for."},
        416: {"description": "The file has no such range."},
    },
)
def download_answers(batch_id: BatchId, caller: CallerOf, project: ProjectOf) -> FileResponse:
    """Hand out the file of answers, or the ranges that are asked for, with its hash."""
    found = project.registry.batches.answers(caller, batch_id)
    digest = base64.b64encode(bytes.fromhex(found.record.sha256)).decode()
    return FileResponse(
        found.path,
        media_type=_MEDIA[found.record.form],
        filename=found.filename,
        headers={
            "etag": f'"{found.record.sha256}"',
            "repr-digest": f"sha-256=:{digest}:",
            "x-content-type-options": "nosniff",
        },
    )


@ROUTER.delete("/batch-predict/{batch_id}/answers", dependencies=WRITES, status_code=204)
def delete_answers(batch_id: BatchId, caller: CallerOf, project: ProjectOf) -> None:
    """Delete the file of answers; the job stays, and tells how many rows there were."""
    project.registry.batches.delete_answers(caller, batch_id)
