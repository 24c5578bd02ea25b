"""An evaluation for other programs: plain values for JSON, and CSV that a spreadsheet may open."""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict
from enum import StrEnum
from typing import Any

from modelyard.domain.errors import InvalidValue
from modelyard.domain.evaluations import Evaluation
from modelyard.kit.records import to_plain
from modelyard.kit.spreadsheets import csv_text

_NUMBERS = ("value", "low", "high", "baseline", "gain", "gain_low", "gain_high")


def evaluation_to_dict(evaluation: Evaluation) -> dict[str, Any]:
    """Return the evaluation as plain JSON values; what is not a finite number is None."""
    return {name: _plain(value) for name, value in asdict(evaluation).items()}


def metrics_csv(evaluation: Evaluation) -> str:
    """Return a line for each metric, the deciding one first; what is not defined is empty."""
    rows = (
        (
            estimate.key,
            estimate.title,
            estimate.higher_is_better,
            *(getattr(estimate, name) for name in _NUMBERS),
        )
        for estimate in evaluation.metrics
    )
    return csv_text(["metric", "title", "higher_is_better", *_NUMBERS], rows)


def kept_metrics_csv(metrics: Mapping[str, Mapping[str, float]]) -> str:
    """Return a line for each metric that a package keeps; what is not defined is empty."""
    rows = ((key, *(values.get(name) for name in _NUMBERS)) for key, values in metrics.items())
    return csv_text(["metric", *_NUMBERS], rows)


def metrics_document(metrics: Mapping[str, Mapping[str, float]], suffix: str) -> bytes:
    """Return the metrics that a package keeps as a file.

    Raises:
        InvalidValue: if the suffix is neither .json nor .csv.
    """
    if suffix == ".json":
        return json.dumps(to_plain(metrics), indent=2).encode()
    if suffix == ".csv":
        return kept_metrics_csv(metrics).encode()
    raise InvalidValue(
        f"Metrics are written as .json or .csv; '{suffix}' came.",
        fix="Name the file metrics.json or metrics.csv.",
        sample=suffix,
    )


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
