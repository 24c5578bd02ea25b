"""Trains a model, tuning and AutoML included; the model and the job's end appear together."""

from dataclasses import replace

from modelyard.bootstrap import Project
from modelyard.domain.configs import TrainingConfig
from modelyard.domain.jobs import JobKind, Limits
from modelyard.domain.readings import with_dataset
from modelyard.worker.assignments import Assignment, Report

KIND = JobKind.TRAINING

# Of the memory of a job, for what AutoML holds while fits run; the rest is for what a fit takes
# before anybody looks, which would end the job and not the fit.
_SHARE_OF_AUTOML = 0.85


def perform(project: Project, assignment: Assignment, *, report: Report) -> None:
    """Train on the dataset of the payload, going on from what an earlier attempt has finished."""
    payload = assignment.payload
    report.stage("Verifying the dataset")
    dataset = project.named_datasets.resolve(payload["dataset"])
    asked = with_dataset(TrainingConfig.from_dict(payload["config"]), dataset.version)
    config = _within(asked, assignment.limits)
    training = replace(
        project.training,
        scratch=assignment.folder / "unfinished",
        fence=assignment.fence,
        on_run=report.run,
        wants_end=assignment.wish.exists,
    )
    training.train(
        lambda: project.datasets.read_kept(dataset, config.read),
        config,
        progress=report,
        location=payload["dataset"],
    )


def _within(config: TrainingConfig, limits: Limits) -> TrainingConfig:
    """Return the configuration that keeps to the memory of the job."""
    if config.automl is None or limits.memory_bytes is None:
        return config
    most = int(limits.memory_bytes * _SHARE_OF_AUTOML / 1e6)
    asked = config.automl.memory_limit_mb
    least = most if asked is None else min(asked, most)
    return replace(config, automl=replace(config.automl, memory_limit_mb=least))
