"""Reads the truth for a packaged model's rows, and what guessing would have answered."""

import json
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from modelyard.domain.cells import parse_boolean
from modelyard.domain.columns import ColumnKind, InputColumn
from modelyard.domain.errors import (
    MissingColumns,
    TargetError,
    UnparseableValue,
    UnsupportedPackage,
)
from modelyard.domain.headers import bare_fix
from modelyard.domain.manifests import Manifest
from modelyard.domain.tables import RawTable, Table
from modelyard.domain.tasks import Label
from modelyard.domain.values import cell_text
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
            fix=bare_fix([column.name])
            or "Evaluation needs the truth; use predict where it is not known.",
            column=column.name,
        )
    truths = _truths_of(manifest.labels)
    if truths is None:
        table = conform(raw, (column,))
        _require_known_labels(table, manifest)
    else:
        table = _as_truth(raw, column, manifest)
    rows = rows_with_target(table, column.name)
    labels = truths or manifest.labels
    y = encode_target(table.take(rows), column.name, task=manifest.task, labels=labels)
    return y, rows


def baseline_scores(package: Package, n_rows: int) -> npt.NDArray[np.float64]:
    """Return what the dummy baseline of the training answers for any row, `n_rows` times."""
    answer = json.loads(package.contents[STATISTICS])["baseline"]
    return np.tile(np.array(answer, dtype=np.float64), (n_rows, 1))


def _truths_of(labels: tuple[Label, ...]) -> tuple[Label, ...] | None:
    """Return true and false in the order of the labels, None where these are no such pair."""
    truths = tuple(
        bool(t) for label in labels if (t := parse_boolean(cell_text(label))) is not None
    )
    is_pair = len(labels) == len(truths) == 2 and truths[0] is not truths[1]
    return truths if is_pair else None


def _as_truth(raw: RawTable, column: InputColumn, manifest: Manifest) -> Table:
    """Read a target of two words for truth as truth, since `yes` is `True` at another door."""
    try:
        return conform(raw, (replace(column, kind=ColumnKind.BOOLEAN),))
    except UnparseableValue as error:
        raise _unknown_label(manifest, error.sample, row=error.row or 1) from error


def _require_known_labels(table: Table, manifest: Manifest) -> None:
    if not manifest.task.is_classification:
        return
    known = {None, *manifest.labels}
    for at, value in enumerate(table.frame[manifest.target].to_list()):
        if value not in known:
            raise _unknown_label(manifest, value, row=at + 1)


def _unknown_label(manifest: Manifest, value: object, *, row: int) -> TargetError:
    labels = ", ".join(str(label) for label in manifest.labels[:20])
    return TargetError(
        f"The target '{manifest.target}' must be one of {labels}; row {row} holds "
        f"'{str(value)[:60]}'.",
        fix="Correct the cell, or leave it empty where the truth is not known.",
        row=row,
        column=manifest.target,
        sample=str(value)[:60],
    )
