"""Gathers what a report says about a training, and the metrics that a model exports."""

import csv
import io
import json
import shlex
from dataclasses import fields
from typing import Any

from modelyard.domain.configs import TrainingConfig
from modelyard.domain.errors import InvalidValue
from modelyard.domain.manifests import Manifest
from modelyard.domain.runs import Run
from modelyard.engine.training import Trained
from modelyard.reporting.subjects import ReportSubject

_ESTIMATES = ("value", "low", "high", "baseline", "gain", "gain_low", "gain_high")
# What the command line takes under another name than the configuration.
_OPTIONS = {"n_folds": "--cv", "accepted": "--accept", "parameters": "--set", "tags": "--tag"}
_KEYWORDS = {"accepted": "accept"}
_LEFT_OUT = {"target", "shares", "read", "preparation", "schema"}


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
        split=trained.split.how,
        parameters=manifest.parameters,
        config=_changed(trained.config) | {"seed": trained.config.seed},
        parity=manifest.parity,
        threshold=manifest.threshold,
        command=_command(trained.config, run.data_location),
        python=_python(trained.config, run.data_location),
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


def _changed(config: TrainingConfig) -> dict[str, Any]:
    """Return what the user asked for beyond the defaults, as plain values."""
    default, plain = TrainingConfig(target=config.target).to_dict(), config.to_dict()
    return {
        field.name: plain[field.name]
        for field in fields(TrainingConfig)
        if plain[field.name] != default[field.name] and field.name != "target"
    }


def _command(config: TrainingConfig, location: str) -> str:
    words = ["modelyard", "train", location or "DATA", "--target", config.target]
    for name, value in _changed(config).items():
        if name in _LEFT_OUT:
            continue
        option = _OPTIONS.get(name, f"--{name}")
        for text in _texts(value):
            words += [option, text]
    return shlex.join([*words, "--seed", str(config.seed)] if config.seed == 0 else words)


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [f"{key}={each}" for key, each in value.items()]
    return [str(each) for each in value] if isinstance(value, list) else [str(value)]


def _python(config: TrainingConfig, location: str) -> str:
    words = [repr(location) if location else "data", f"target={config.target!r}"]
    changed = {name: value for name, value in _changed(config).items() if name not in _LEFT_OUT}
    words += [f"{_KEYWORDS.get(name, name)}={value!r}" for name, value in changed.items()]
    return f"import modelyard\n\nmodel = modelyard.train({', '.join(words)})"
