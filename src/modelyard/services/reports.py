"""Gathers what a report says about a training, and the metrics that a model exports."""

import csv
import io
import json

from modelyard.domain.errors import InvalidValue
from modelyard.domain.manifests import Manifest
from modelyard.domain.runs import Run
from modelyard.engine.training import Trained
from modelyard.reporting.subjects import ReportSubject
from modelyard.services.reproducing import changed_options, python_call, shell_command

_ESTIMATES = ("value", "low", "high", "baseline", "gain", "gain_low", "gain_high")


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
        profile=examination.profile,
        source=examination.table.facts,
        split=trained.split_told,
        parameters=manifest.parameters,
        config=changed_options(trained.config),
        parity=manifest.parity,
        threshold=manifest.threshold,
        command=shell_command(trained.config, run.data_location),
        python=python_call(trained.config, run.data_location),
        versions=manifest.versions,
    )


def metrics_document(manifest: Manifest, suffix: str) -> bytes:
    """Return a model's metrics as a JSON or CSV document, by the suffix of the file.

    Raises:
        InvalidValue: if the suffix is another.
    """
    if suffix == ".json":
        return json.dumps(dict(manifest.metrics), indent=2).encode()
    if suffix == ".csv":
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(("metric", *_ESTIMATES))
        for key, values in manifest.metrics.items():
            writer.writerow((key, *(values.get(name, "") for name in _ESTIMATES)))
        return text.getvalue().encode()
    raise InvalidValue(
        f"Metrics are written as .json or .csv; '{suffix}' came.",
        fix="Name the file metrics.json or metrics.csv.",
        sample=suffix,
    )
