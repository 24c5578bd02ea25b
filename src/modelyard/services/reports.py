"""Gathers what a report says about a training, and the metrics that a model exports."""

import json
from pathlib import Path

from modelyard.domain.errors import InvalidValue
from modelyard.domain.evaluations import Evaluation
from modelyard.domain.manifests import Manifest
from modelyard.domain.runs import Run
from modelyard.engine.training import Trained
from modelyard.reporting.exports import kept_metrics_csv, metrics_csv
from modelyard.reporting.subjects import ReportSubject
from modelyard.runtime.packages import REPORT, Package
from modelyard.services.reproducing import changed_options, python_call, shell_command
from modelyard.store.files import write_whole


def report_subject(trained: Trained, manifest: Manifest, *, run: Run) -> ReportSubject:
    """Return what the report of a training is about."""
    examination = trained.examination
    return ReportSubject(
        title=manifest.name,
        target=manifest.target,
        algorithm=trained.plan.algorithm.card.title,
        created_at=run.started_at,
        evaluation=trained.evaluation,
        n_rows=manifest.n_rows,
        findings=examination.findings,
        fixes=tuple(fix.told for fix in examination.mending.applied),
        profile=examination.profile,
        source=examination.table.facts,
        split=trained.split_told,
        search=trained.search,
        parameters=manifest.parameters,
        config=changed_options(trained.config),
        parity=manifest.parity,
        threshold=manifest.threshold,
        command=shell_command(trained.config, run.data_location),
        python=python_call(trained.config, run.data_location),
        versions=manifest.versions,
    )


def write_report(package: Package, path: Path) -> None:
    """Copy the report out of a package, to a file that appears whole or not at all.

    Raises:
        StoreError: if the file cannot be written.
    """
    write_whole(path, package.contents[REPORT])


def write_kept_metrics(manifest: Manifest, path: Path) -> None:
    """Write the metrics of a model's training as JSON or CSV, by the suffix of the file.

    Raises:
        InvalidValue: if the suffix is another.
        StoreError: if the file cannot be written.
    """
    write_whole(path, _metrics_document(manifest, path.suffix))


def write_metrics(evaluation: Evaluation, path: Path) -> None:
    """Write what was measured as CSV.

    Raises:
        StoreError: if the file cannot be written.
    """
    write_whole(path, metrics_csv(evaluation).encode())


def _metrics_document(manifest: Manifest, suffix: str) -> bytes:
    if suffix == ".json":
        return json.dumps(dict(manifest.metrics), indent=2).encode()
    if suffix == ".csv":
        return kept_metrics_csv(manifest.metrics).encode()
    raise InvalidValue(
        f"Metrics are written as .json or .csv; '{suffix}' came.",
        fix="Name the file metrics.json or metrics.csv.",
        sample=suffix,
    )
