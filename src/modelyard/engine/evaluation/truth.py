"""Reads the truth for a packaged model's rows, and what guessing would have answered."""

import json
from typing import Any

import numpy as np
import numpy.typing as npt

from modelyard.domain.errors import MissingColumns, TargetError, UnsupportedPackage
from modelyard.domain.manifests import Manifest
from modelyard.domain.tables import RawTable, Table
from modelyard.engine.kinds.typing import conform
from modelyard.engine.tasks import encode_target, rows_with_target
from modelyard.runtime.packages import STATISTICS, Package


def truth_of(raw: RawTable, manifest: Manifest) -> tuple[npt.NDArray[Any], npt.NDArray[np.int64]]:
    """Return the target of the rows that have one, and their zero-based positions.

    Returns:
        (m,) int64 class codes in the order of the manifest's labels, or float64 values, and (m,)
        int64 positions.

    Raises:
        MissingColumns: if the data has no target.
        TargetError: if no row has one, or a row holds a label that the model does not know.
    """
    column = manifest.target_column
    if column is None:
        raise UnsupportedPackage(
            "The package does not say how its target is read.", fix="Train the model again."
        )
    if column.name not in raw.frame.columns:
        raise MissingColumns(
            f"The data lacks the target '{column.name}'.",
            fix="Evaluation needs the truth; use predict where it is not known.",
            column=column.name,
        )
    table = conform(raw, (column,))
    _require_known_labels(table, manifest)
    rows = rows_with_target(table, column.name)
    y = encode_target(table.take(rows), column.name, task=manifest.task, labels=manifest.labels)
    return y, rows


def baseline_scores(package: Package, n_rows: int) -> npt.NDArray[np.float64]:
    """Return what the dummy baseline of the training answers for any row, `n_rows` times."""
    answer = json.loads(package.contents[STATISTICS])["baseline"]
    return np.tile(np.array(answer, dtype=np.float64), (n_rows, 1))


def _require_known_labels(table: Table, manifest: Manifest) -> None:
    if not manifest.task.is_classification:
        return
    known = {None, *manifest.labels}
    for at, value in enumerate(table.frame[manifest.target].to_list()):
        if value not in known:
            labels = ", ".join(str(label) for label in manifest.labels[:20])
            raise TargetError(
                f"The target '{manifest.target}' must be one of {labels}; row {at + 1} holds "
                f"'{str(value)[:60]}'.",
                fix="Correct the cell, or leave it empty where the truth is not known.",
                row=at + 1,
                column=manifest.target,
                sample=str(value)[:60],
            )
