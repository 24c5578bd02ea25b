"""Batch predictions: asked for as jobs, and the files of answers fetched or deleted."""

from collections.abc import Callable
from pathlib import Path

from modelyard.client.downloads import download
from modelyard.client.flows import answer, done
from modelyard.client.operations import Noun, Via, asks
from modelyard.client.requests import create, delete, get
from modelyard.client.steps import Flow
from modelyard.wire.batches import BatchPredictRequest
from modelyard.wire.jobs import JobDetail

Progress = Callable[[int, int], None]


class Batches(Noun[Via]):
    """Predictions for every row of a dataset; each is a job, which `jobs.follow` follows."""

    @asks
    def ask(self, body: BatchPredictRequest) -> Flow[JobDetail]:
        """Ask for predictions for every row of a dataset."""
        return answer(create("batch-predict", body=body), JobDetail)

    @asks
    def show(self, job_id: str) -> Flow[JobDetail]:
        """Return how far it is, how many rows there were, and which were bad."""
        return answer(get("batch-predict", job_id), JobDetail)

    @asks
    def download(
        self, job_id: str, file: Path, *, on_progress: Progress | None = None
    ) -> Flow[Path]:
        """Write the answers to a file, in place of what is there; their hash is compared."""
        return download(get("batch-predict", job_id, "answers"), file, on_progress=on_progress)

    @asks
    def delete_answers(self, job_id: str) -> Flow[None]:
        """Delete the file of answers; the job stays."""
        return done(delete("batch-predict", job_id, "answers"))
