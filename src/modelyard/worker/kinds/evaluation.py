"""Measures a registered model on a dataset; the measurement and the job's end appear together."""

from dataclasses import replace

from modelyard.bootstrap import Project
from modelyard.domain.configs import FileDialect
from modelyard.domain.jobs import JobKind
from modelyard.domain.readings import options_of
from modelyard.domain.runs import StoredEvaluation
from modelyard.worker.assignments import Assignment, Report

KIND = JobKind.EVALUATION


def perform(project: Project, assignment: Assignment, *, report: Report) -> None:
    """Measure the model on the dataset that the payload names."""
    payload = assignment.payload
    report.stage("Verifying the dataset")
    dataset = project.named_datasets.resolve(payload["dataset"])

    def keep(evaluation: StoredEvaluation) -> None:
        # Named after the job, so that there is one at most however often it is tried.
        named = replace(evaluation, id=assignment.fence.job_id, location=dataset.version.reference)
        project.models.keep_evaluation(named, fence=assignment.fence)

    report.stage("Opening the model")
    predicting = replace(project.predicting, keep=keep)
    model = predicting.open(payload["model"])
    report.stage("Measuring")
    read = options_of(dataset.version.read)
    predicting.evaluate(
        model,
        dataset.path,
        metric=payload["metric"],
        threshold=payload["threshold"],
        sensitive=tuple(payload["sensitive"]),
        dialect=FileDialect.of(read),
    )
