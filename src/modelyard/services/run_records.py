"""What is kept of a training: its run as it stands or ends, and the model that it leaves."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from modelyard.domain.errors import ModelyardError, StoreError, UsageError
from modelyard.domain.reasons_elsewhere import reason_elsewhere
from modelyard.domain.runs import Model, Run, RunStatus
from modelyard.engine.publishing.drafting import metrics_of
from modelyard.engine.training import Trained
from modelyard.kit.signals import Terminated
from modelyard.runtime.packages import Package


def copy_failed(error: ModelyardError, model: Model, *, package: Package) -> StoreError:
    """Return that a model is kept, and only its copy is not where it was asked for."""
    return StoreError(
        f"The model is kept as {model.reference}; only its copy for --out failed: {error.message}",
        fix=f"Copy the folder of its package to another place: '{package.folder}'.",
        sample=error.sample,
    )


def model_of(run: Run, package: Package) -> Model:
    """Return the model that a finished run leaves, before it has a version.

    Raises:
        UsageError: if the run has not finished.
    """
    if run.task is None or run.finished_at is None:
        raise UsageError("A run that has not finished has no model.")
    return Model(
        name=run.name,
        version=0,
        artifact=run.id,
        sha256=package.manifest_sha256,
        run_id=run.id,
        task=run.task,
        algorithm=run.algorithm,
        metric=run.metric,
        metrics=run.metrics,
        data_sha256=run.data_sha256,
        size_bytes=sum(path.stat().st_size for path in package.folder.iterdir()),
        created_at=run.finished_at,
        tags=run.tags,
    )


def ending_of(error: BaseException) -> tuple[RunStatus, str]:
    """Return how a run ends that an error has ended, and why, as it is kept."""
    if isinstance(error, Terminated):
        return RunStatus.CANCELLED, "told to end (SIGTERM)"
    if isinstance(error, KeyboardInterrupt):
        return RunStatus.CANCELLED, "interrupted by the user"
    return RunStatus.FAILED, reason_elsewhere(error)


def described(run: Run, trained: Trained) -> Run:
    """Return a run with what its training came to."""
    return replace(
        run,
        n_rows=trained.table.n_rows,
        task=trained.task,
        metric=trained.evaluation.metric,
        metrics=metrics_of(trained.evaluation),
        findings=plain(trained.examination.findings),
        fit_s=trained.fit_s,
    )


def plain(findings: Iterable[Any]) -> tuple[dict[str, Any], ...]:
    """Return findings as they are kept."""
    return tuple(finding.to_dict() for finding in findings)
