"""Does the main job on a folder of tables: train, beat the baseline, predict exactly.

Usage: python benchmarks/main_job.py FOLDER [--algorithm KEY], where FOLDER/datasets.json lists for
each table its `file`, `target`, `task` and the leaking columns to `drop`. A fifth of the rows is
held back before training; on them the package, opened anew, is compared with the trained model in
memory, as a file, as a batch and row by row.
"""

import argparse
import json
import os
import tempfile
from pathlib import Path
from time import perf_counter

import numpy as np
import polars as pl
from measuring.results import keep, print_table
from sklearn.model_selection import train_test_split

from modelyard.bootstrap import Project, open_project
from modelyard.domain.configs import ReadOptions, TrainingConfig
from modelyard.domain.errors import BlockingFindings
from modelyard.engine.kinds.typing import conform
from modelyard.engine.preparing import blocks_of
from modelyard.protocols.progress import Silence

# Rows that are compared one by one.
_SINGLE_ROWS = 1_000


def hold_back(facts: dict, folder: Path, place: Path) -> tuple[Path, Path]:
    """Write the table's two parts as files: four fifths to train on, one to hold back."""
    lines = pl.read_csv(folder / facts["file"], infer_schema=False)
    target = lines[facts["target"]]
    rows = np.arange(lines.height)
    strata = None
    if facts["task"] != "regression":
        counts = target.value_counts()
        common = counts.filter(pl.col("count") > 1)[facts["target"]].implode()
        rows = rows[target.is_in(common).to_numpy()]
        strata = target.to_numpy()[rows]
    train, held = train_test_split(rows, test_size=0.2, random_state=0, stratify=strata)
    paths = place / "train.csv", place / "held.csv"
    for path, part in zip(paths, (train, held), strict=True):
        lines[part].write_csv(path)
    return paths


def is_stopped(project: Project, facts: dict, path: Path) -> list[str]:
    """Return the findings that stop a training on the whole table."""
    try:
        train(project, facts, path, drop=())
    except BlockingFindings as error:
        return [finding.name for finding in error.findings]
    return []


def train(project: Project, facts: dict, path: Path, *, drop: tuple[str, ...], **more: str):
    """Train with the defaults."""
    config = TrainingConfig(target=facts["target"], drop=drop, **more)
    return project.training.train(
        lambda: project.datasets.read(path, config.read),
        config,
        progress=Silence(),
        location=str(path),
    )


def compare(project: Project, outcome, held: Path) -> dict[str, float]:
    """Compare the package with the trained model on the rows that were held back."""
    opened = project.predicting.open(outcome.folder)
    answer = project.predicting.predict(opened, held)
    raw = project.datasets.read(held, ReadOptions())
    blocks = blocks_of(conform(raw, opened.manifest.inputs))
    trained = outcome.trained.fitted.scores(blocks)
    decision = opened.predictor.decision
    expected = decision.rows(trained).values
    got = answer.predictions.values
    cells = raw.frame.head(_SINGLE_ROWS).to_dicts()
    singles = [opened.predictor.predict_row(row).value for row in cells]
    is_number = got.dtype == np.float64
    if is_number:
        scale = np.maximum(np.abs(expected), np.std(expected))
        flips = int((np.abs(got - expected) > 1e-5 * scale).sum())
        single_flips = int(
            (np.abs(got[: len(singles)] - singles) > 1e-9 * scale[: len(singles)]).sum()
        )
    else:
        flips = int((got != expected).sum())
        single_flips = sum(a != b for a, b in zip(got.tolist(), singles, strict=False))
    return {
        "n_held": raw.frame.height,
        "n_answers": len(got),
        "flips": flips,
        "single_flips": single_flips,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--algorithm", default="lightgbm")
    arguments = parser.parse_args()
    result = {}
    with tempfile.TemporaryDirectory() as home:
        os.environ["MODELYARD_HOME"] = home
        project = open_project()
        for name, facts in json.loads((arguments.folder / "datasets.json").read_text()).items():
            place = Path(home) / name
            place.mkdir()
            path, held = hold_back(facts, arguments.folder, place)
            stopped_by = is_stopped(project, facts, path) if facts["drop"] else []
            started = perf_counter()
            outcome = train(
                project, facts, path, drop=tuple(facts["drop"]), algorithm=arguments.algorithm
            )
            seconds = perf_counter() - started
            best = outcome.trained.evaluation.deciding
            result[name] = {
                "task": outcome.trained.task,
                "metric": best.key,
                "value": best.value,
                "baseline": best.baseline,
                "gain_low": best.gain_low,
                "beats_baseline": best.beats_baseline,
                "train_s": seconds,
                "stopped_by": stopped_by,
                **compare(project, outcome, held),
            }
    rows = [
        (
            name,
            found["metric"],
            f"{found['value']:.4g}",
            f"{found['baseline']:.4g}",
            f"{found['gain_low']:.3g}",
            "yes" if found["beats_baseline"] else "NO",
            f"{found['n_answers']}/{found['n_held']}",
            f"{found['flips']}",
            f"{found['single_flips']}",
            f"{found['train_s']:.1f}",
            ", ".join(found["stopped_by"]) or "–",
        )
        for name, found in result.items()
    ]
    headings = (
        "table",
        "metric",
        "model",
        "baseline",
        "gain ≥",
        "beats",
        "answers",
        "flips",
        "row≠batch",
        "s",
        "stopped when whole by",
    )
    print_table(headings, rows)
    keep("main_job", result)


if __name__ == "__main__":
    main()
