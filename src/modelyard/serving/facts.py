"""What the server tells of its models and of itself."""

import os
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from modelyard.domain.columns import ColumnKind, InputColumn
from modelyard.serving.shelf import Served

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Categories that are shown of a column; more are counted.
MOST_CATEGORIES = 100


def model_facts(served: Served) -> dict[str, Any]:
    """Return what an application has to know of a model, columns in the order of bare cells."""
    manifest = served.manifest
    return {
        "name": served.name,
        "version": served.version,
        "task": manifest.task,
        "target": manifest.target,
        "labels": manifest.labels,
        "algorithm": manifest.algorithm,
        "metric": manifest.metric,
        "metrics": manifest.metrics,
        "threshold": manifest.threshold if len(manifest.labels) == 2 else None,
        "columns": [column_facts(column) for column in manifest.inputs],
        "created_at": manifest.created_at,
        "n_rows": manifest.n_rows,
        "data_sha256": manifest.data_sha256,
        "package_sha256": served.package.manifest_sha256,
        "signer": served.package.signer,
    }


def renewal_facts(before: Served, after: Served) -> dict[str, Any]:
    """Return what clients of a model may stumble over now that another has taken its place."""
    had, has = ([column.name for column in each.manifest.inputs] for each in (before, after))
    told: dict[str, Any] = {
        "model": after.name,
        "version": after.version,
        "version_before": before.version,
    }
    if before.manifest.target != after.manifest.target:
        told |= {"target": after.manifest.target, "target_before": before.manifest.target}
    if before.manifest.labels != after.manifest.labels:
        told |= {"labels": after.manifest.labels, "labels_before": before.manifest.labels}
    if set(had) != set(has):
        told["columns_added"] = [name for name in has if name not in had]
        told["columns_removed"] = [name for name in had if name not in has]
    return told


def column_facts(column: InputColumn) -> dict[str, Any]:
    """Return what is known of a column."""
    told: dict[str, Any] = {"name": column.name, "kind": column.kind, "example": column.example}
    if column.kind.is_number and column.minimum is not None and column.maximum is not None:
        told["minimum"] = _end(column.minimum, column.kind)
        told["maximum"] = _end(column.maximum, column.kind)
    if column.categories:
        told["categories"] = column.categories[:MOST_CATEGORIES]
        told["n_categories"] = len(column.categories)
    return told


def health_facts(
    models: Mapping[str, Served], *, n_in_flight: int, started_at: datetime
) -> dict[str, Any]:
    """Return whether the server can answer, and what it uses."""
    now = datetime.now(UTC)
    return {
        "status": "ok",
        "timestamp": now.isoformat(),
        "model_loaded": bool(models),
        "models": {name: served.version for name, served in models.items()},
        "uptime_s": round((now - started_at).total_seconds(), 3),
        "in_flight": n_in_flight,
        "memory_bytes": _memory_bytes(),
        "load": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
        "process": os.getpid(),
    }


def _memory_bytes() -> int | None:
    """Return the memory that this process holds, where the system tells it."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except (OSError, ValueError, IndexError):
        return None
    return pages * os.sysconf("SC_PAGE_SIZE")


def _end(value: float, kind: ColumnKind) -> float | str | bool:
    if kind is ColumnKind.DATETIME:
        return (_EPOCH + timedelta(microseconds=value)).replace(tzinfo=None).isoformat()
    if kind is ColumnKind.BOOLEAN:
        return bool(value)
    return value
