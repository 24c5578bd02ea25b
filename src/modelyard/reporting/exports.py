"""An evaluation for other programs: plain values for JSON, and CSV that a spreadsheet may open."""

import csv
import io
import math
from dataclasses import asdict
from enum import StrEnum
from typing import Any

from modelyard.domain.evaluations import Evaluation

# A spreadsheet takes a cell that starts so for a formula (OWASP: CSV Injection).
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_NUMBERS = ("value", "low", "high", "baseline", "gain", "gain_low", "gain_high")


def evaluation_to_dict(evaluation: Evaluation) -> dict[str, Any]:
    """Return the evaluation as plain JSON values; what is not a finite number is None."""
    return {name: _plain(value) for name, value in asdict(evaluation).items()}


def metrics_csv(evaluation: Evaluation) -> str:
    """Return a line for each metric, the deciding one first; what is not defined is empty.

    Lines end in CR LF, as RFC 4180 has it.
    """
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(["metric", "title", "higher_is_better", *_NUMBERS])
    for estimate in evaluation.metrics:
        numbers = (getattr(estimate, name) for name in _NUMBERS)
        writer.writerow(
            [
                neutralise(estimate.key),
                neutralise(estimate.title),
                str(estimate.higher_is_better).lower(),
                *(repr(value) if math.isfinite(value) else "" for value in numbers),
            ]
        )
    return written.getvalue()


def neutralise(cell: str) -> str:
    """Return text for a CSV cell that no spreadsheet runs: a formula gets an apostrophe before it.

    >>> neutralise("=1+1")
    "'=1+1"
    """
    return f"'{cell}" if cell.startswith(_FORMULA_STARTS) else cell


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
