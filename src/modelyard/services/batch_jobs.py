"""Asks for predictions for whole tables, which are made as jobs, and keeps the files of answers.

It loads nothing that predicts: the API asks here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from modelyard.domain.batches import AnswerForm, AnswerRecord, BatchOptions
from modelyard.domain.errors import ClaimLost, Conflict, InvalidValue, NotFound
from modelyard.domain.identities import Caller
from modelyard.domain.jobs import USUAL_PRIORITY, Fence, Job, JobKind, JobState, Limits
from modelyard.domain.names import ModelReference
from modelyard.domain.runs import Model
from modelyard.domain.tasks import Task
from modelyard.kit.failpoints import ANSWERS_PLACED, reach
from modelyard.services.jobs import JobService
from modelyard.store.answer_files import AnswerFiles


@dataclass(frozen=True)
class BatchRequest:
    """What is asked for.

    Attributes:
        dataset: name, name and version, or hash.
        options: how the answers are wanted.
        priority, limits: see `JobService.submit`.
    """

    dataset: str
    options: BatchOptions
    priority: int = USUAL_PRIORITY
    limits: Limits | None = None


@dataclass(frozen=True)
class AnswersFound:
    """A file of answers, to be handed out.

    Attributes:
        filename: that it is to have where it goes.
    """

    path: Path
    record: AnswerRecord
    filename: str


@dataclass(frozen=True)
class BatchPredictionService:
    """Looks after the batch predictions of a tenant."""

    jobs: JobService
    files: AnswerFiles

    def ask(self, model: Model, request: BatchRequest, *, caller: Caller) -> Job:
        """Ask for predictions; what is wrong with that is told now where it is known.

        Raises:
            NotFound: if there is no such dataset.
            InvalidValue: if the model does not answer what is asked for.
            QuotaExceeded: if as many jobs wait as the tenant may have.
        """
        _require_answerable(model, request.options)
        payload = {
            "model": model.reference,
            "dataset": self.jobs.dataset_of(request.dataset).reference,
            "options": request.options.to_dict(),
        }
        with self.jobs.audit.recorded(
            caller,
            "batch-prediction.start",
            target=model.reference,
            details={"dataset": payload["dataset"]},
        ):
            return self.jobs.submit(
                JobKind.BATCH_PREDICTION,
                payload,
                created_by=caller.subject,
                priority=request.priority,
                limits=request.limits,
            )

    def get(self, caller: Caller, id_: str) -> Job:
        """Return a batch prediction.

        Raises:
            NotFound: if there is none of this id, or the caller is not given its model.
        """
        job = self.jobs.get(id_)
        if job.kind is JobKind.BATCH_PREDICTION and caller.access.allows(_model_of(job)):
            return job
        # In the words for a job that is not there.
        raise NotFound(
            f"There is no job '{id_}'.", fix="The list of jobs tells their ids.", sample=id_
        )

    def answers(self, caller: Caller, id_: str) -> AnswersFound:
        """Return the file of answers; whoever receives it compares the hash.

        Raises:
            NotFound: as `get`; also if it failed, was cancelled, or its file was deleted.
            Conflict: if it has not ended.
            DamagedFile: if the file is gone or has another size.
        """
        job = self.get(caller, id_)
        record = _record_of(job)
        filename = f"{job.payload['model'].replace('@', '-')}-{job.id}.{record.form}"
        return AnswersFound(self.files.path_of(record), record, filename)

    def delete_answers(self, caller: Caller, id_: str) -> None:
        """Delete the file of answers; the job stays, and tells how many rows there were.

        Raises:
            NotFound, Conflict: as `answers`.
        """
        job = self.get(caller, id_)
        record = _record_of(job)
        deed = "batch-prediction.delete"
        with self.jobs.audit.recorded(caller, deed, target=id_, makes_room=True):
            self.jobs.jobs.retell(id_, result={**job.result, "file": None})
        self.files.delete(record.name)

    def forget(self, *, before: datetime) -> int:
        """Delete the files of jobs that ended before a time, and return of how many; they stay."""
        n_forgotten = 0
        for job_id in self.files.jobs_before(before):
            job = self.jobs.get(job_id)
            if job.finished_at is None or job.finished_at >= before:
                continue
            self.jobs.jobs.retell(job_id, result={**job.result, "file": None})
            self.sweep(job_id)
            n_forgotten += 1
        return n_forgotten

    def publish(
        self, fence: Fence, draft: Path, *, form: AnswerForm, told: Mapping[str, Any]
    ) -> None:
        """Take in a finished file, and end its job well.

        Args:
            fence: of the attempt.
            draft: the file, which is moved.
            form: of the file.
            told: what else is known of the answers, as plain JSON values.

        Raises:
            ClaimLost: if another worker has the job, or it was cancelled; the file is deleted.
        """
        record = self.files.place(draft, fence, form=form)
        reach(ANSWERS_PLACED)
        try:
            self.jobs.finish(fence, result={**told, "file": record.to_dict()})
        except ClaimLost:
            # After any other error the end of the job may be written all the same.
            self.files.delete(record.name)
            raise

    def sweep(self, job_id: str) -> None:
        """Delete the files that attempts at a job have left, except for its result.

        Raises:
            NotFound: if there is no such job.
        """
        # Listed first: a claim that is the latest no more, once it has placed its file, is void.
        names = self.files.of_job(job_id)
        if not names:
            return
        job = self.jobs.get(job_id)
        result = (job.result.get("file") or {}).get("name")
        for name in names:
            is_wanted = job.state is JobState.RUNNING and self.files.is_of(name, job.fence)
            if name != result and not is_wanted:
                self.files.delete(name)


def _model_of(job: Job) -> str:
    return ModelReference.parse(job.payload["model"]).name


def _record_of(job: Job) -> AnswerRecord:
    """Return the record of the file that a batch prediction has made."""
    if not job.state.is_final:
        raise Conflict(
            f"The batch prediction {job.id} has not ended: it is {job.state}.",
            fix="Wait until it has succeeded.",
        )
    record = job.result.get("file")
    if record is None:
        why = "its file was deleted" if job.state is JobState.SUCCEEDED else f"it is {job.state}"
        raise NotFound(
            f"The batch prediction {job.id} has no file: {why}.",
            fix="Ask for the predictions again.",
        )
    return AnswerRecord.from_dict(record)


def _require_answerable(model: Model, options: BatchOptions) -> None:
    """Refuse what a model of this task does not answer."""
    is_number = model.task is Task.REGRESSION
    wrong = {
        "probabilities": is_number and options.with_probabilities,
        "sets": is_number and options.sets is not None,
        "interval": not is_number and options.interval is not None,
    }
    for name, is_wrong in wrong.items():
        if is_wrong:
            answers = "a number" if is_number else "labels"
            raise InvalidValue(
                f"{model.reference} predicts {answers}, for which there is no '{name}'.",
                fix="Leave it out.",
                sample=name,
            )
