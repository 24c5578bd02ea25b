"""Keeps a benchmark's result as JSON, and prints it as JSON or as a table."""

import json
import os
import platform
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parents[1] / "results"


def keep(name: str, result: dict[str, Any]) -> dict[str, Any]:
    """Write the result with the machine that it was measured on, and return both."""
    whole = {"machine": machine(), **result}
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = FOLDER / f"{name}.json"
    path.write_text(json.dumps(whole, indent=2) + "\n", encoding="utf-8")
    return whole


def machine() -> dict[str, Any]:
    """Return what the figures depend on besides the code."""
    libraries = ("numpy", "polars", "pandas", "scikit-learn", "lightgbm", "onnxruntime")
    return {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "n_cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1),
        "python": platform.python_version(),
        "versions": {name: _version(name) for name in libraries},
    }


def _version(name: str) -> str | None:
    """Return the version of a distribution, None where it is not installed."""
    with suppress(PackageNotFoundError):
        return version(name)
    return None


def print_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print the first column to the left and the others to the right, as wide as they need."""
    widths = [max(len(row[at]) for row in (header, *rows)) for at in range(len(header))]
    for row in (header, *rows):
        cells = [row[0].ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        print("  ".join(cells))
