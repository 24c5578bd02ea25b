"""Deals a table of a folder into rows that train and rows that are held back, as files.

`train_test_split` with a fifth held back, stratified for classes; a class with fewer than two rows
and rows without a target are left out, and so are the columns that the list names to be dropped.
Cells stay as they are written, so that every system reads them its own way.
"""

import hashlib
import json
from dataclasses import dataclass, field
from math import ceil
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from sklearn.model_selection import train_test_split

HELD_BACK = 0.2
# Rows of the batch that is timed, at least: fewer tell of the call, not of the rows.
N_BATCH = 10_000


@dataclass(frozen=True)
class Dealt:
    """One table in two parts.

    Attributes:
        train: file with the target.
        held: file of the rows held back, without the target.
        batch: the same rows, repeated until there are at least 10,000.
        labels: sorted as text; none for a regression.
        truth: (n,) positions in `labels`, or numbers, of the rows held back.
        digest: of the parts, by which a run is known to have had the same.
    """

    name: str
    task: str
    target: str
    train: Path
    held: Path
    batch: Path
    n_train: int
    digest: str
    labels: list[str] = field(repr=False)
    truth: np.ndarray = field(repr=False)


def listed(folder: Path) -> dict[str, dict[str, Any]]:
    """Return the tables of a folder by name: `file`, `target`, `task`, and columns to `drop`."""
    found = json.loads((folder / "datasets.json").read_text(encoding="utf-8"))
    tables = found.get("tables", found)
    return {
        name: each for name, each in tables.items() if {"file", "target", "task"} <= each.keys()
    }


def deal(facts: dict[str, Any], path: Path, *, name: str, place: Path, seed: int) -> Dealt:
    """Write the parts of one table into a folder."""
    target, task = facts["target"], facts["task"]
    lines = pl.read_csv(path, infer_schema=False).drop(facts.get("drop", []))
    lines = lines.with_columns(pl.col(target).str.strip_chars())
    lines = lines.filter(_has_target(lines[target], task))
    strata = None if task == "regression" else lines[target].to_numpy()
    parts = train_test_split(
        np.arange(lines.height), test_size=HELD_BACK, random_state=seed, stratify=strata
    )
    train, held = (lines[part] for part in parts)
    rest = held.drop(target)
    paths = [place / f"{part}.csv" for part in ("train", "held", "batch")]
    train.write_csv(paths[0])
    rest.write_csv(paths[1])
    pl.concat([rest] * ceil(N_BATCH / rest.height)).write_csv(paths[2])
    labels = [] if strata is None else sorted(set(strata.tolist()))
    if labels:
        truth = np.array([labels.index(label) for label in held[target]])
    else:
        truth = held[target].cast(pl.Float64).to_numpy()
    digest = hashlib.sha256(paths[0].read_bytes() + held.write_csv().encode()).hexdigest()[:16]
    return Dealt(name, task, target, *paths, train.height, digest, labels, truth)


def _has_target(target: pl.Series, task: str) -> pl.Series:
    if task == "regression":
        return target.cast(pl.Float64, strict=False).is_finite().fill_null(value=False)
    counts = target.value_counts()
    common = counts.filter(pl.col("count") > 1)[target.name]
    return target.is_in(common.implode()) & (target.str.len_chars() > 0).fill_null(value=False)
