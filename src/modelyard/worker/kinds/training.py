"""Trains a model, tuning and AutoML included; the model and the job's end appear together."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from modelyard.bootstrap import Project
from modelyard.domain.configs import TrainingConfig
from modelyard.domain.errors import InvalidValue, TooLittleMemory
from modelyard.domain.jobs import JobKind
from modelyard.domain.readings import with_dataset
from modelyard.worker.assignments import Assignment, Report

KIND = JobKind.TRAINING


def perform(project: Project, assignment: Assignment, *, report: Report) -> None:
    """Train on the dataset of the payload, going on from what an earlier attempt has finished."""
    payload = assignment.payload
    report.stage("Verifying the dataset")
    dataset = project.named_datasets.resolve(payload["dataset"])
    asked = with_dataset(TrainingConfig.from_dict(payload["config"]), dataset.version)
    config = asked
    if asked.automl is not None:
        within = asked.automl.within(assignment.limits.memory_bytes)
        config = replace(asked, automl=within)
    training = replace(
        project.training,
        scratch=assignment.folder / "unfinished",
        fence=assignment.fence,
        on_run=report.run,
        wants_end=assignment.wish.exists,
    )
    with telling_whose_limit(asked, config):
        training.train(
            lambda: project.datasets.read_kept(dataset, config.read),
            config,
            progress=report,
            location=payload["dataset"],
        )


@contextmanager
def telling_whose_limit(asked: TrainingConfig, config: TrainingConfig) -> Iterator[None]:
    """Let what lacks memory name the limit that was too narrow, and no other.

    Args:
        asked: what the user wants.
        config: the same within the memory of the job.

    Raises:
        InvalidValue: where the user's own limit was: more memory for the job would change nothing.
        TooLittleMemory: where the memory of the job was, which tells how much of that would do.
    """
    try:
        yield
    except TooLittleMemory as error:
        if asked == config:
            raise InvalidValue(error.message, fix=error.fix) from error
        raise TooLittleMemory(error.message) from error
