"""Runs one AutoML system on one table: a process trains and saves, another loads and answers."""

import json
import os
import tempfile
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from measuring.judging import METRIC, WrongAnswersError, known_answers, scores
from measuring.process_trees import Ran, run_tree
from measuring.splits import Dealt

PLACE = Path(__file__).resolve().parents[1] / "automl_systems"
# A system that is far beyond its budget is not waited for: its run counts as failed.
PATIENCE, PATIENCE_S = 4, 300
# What a limit on time is taken for: 5 % and 3 s beyond it.
SLACK, SLACK_S = 1.05, 3.0
THREADS = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMEXPR_MAX_THREADS",
    "POLARS_MAX_THREADS",
    "LOKY_MAX_CPU_COUNT",
)


@dataclass(frozen=True, eq=False)
class System:
    """A file behind the interface of `automl_systems/worker.py`.

    Attributes:
        needs: modules without which it is left out; the first names its environment.
        options: what tells systems of one file apart.
    """

    name: str
    file: Path
    needs: tuple[str, ...] = ()
    options: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Setting:
    """What is the same for all systems of a run."""

    budget_s: float
    seed: int
    cores: tuple[int, ...]

    def key(self, table: str, system: str) -> dict[str, Any]:
        """Return what a run of this setting is known by."""
        return {
            "table": table,
            "system": system,
            "budget_s": self.budget_s,
            "seed": self.seed,
            "n_cores": len(self.cores),
        }


class FailedRunError(Exception):
    """A system did not come to answers; the words say why."""


def run(system: System, table: Dealt, *, python: str, setting: Setting, answers: Path) -> dict:
    """Train and answer, and return the record of it; a failure's log lies where answers would."""
    record = {
        **setting.key(table.name, system.name),
        "task": table.task,
        "digest": table.digest,
        "n_train": table.n_train,
        "n_held": len(table.truth),
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "load": round(os.getloadavg()[0], 1),
        "reason": None,
    }
    answers.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="automl-") as name:
        folder = Path(name)
        try:
            record |= fitted(system, table, python=python, setting=setting, folder=folder)
            record |= answered(system, table, python=python, setting=setting, folder=folder)
            with np.load(folder / "answers.npz") as found:
                known = known_answers(
                    found["answers"],
                    found["labels"].tolist(),
                    known=table.labels,
                    n_rows=len(table.truth),
                )
        except (FailedRunError, WrongAnswersError) as error:
            logs = [path.read_bytes() for path in sorted(folder.glob("*.log"))]
            answers.with_suffix(".log").write_bytes(b"\n".join(logs))
            return record | {"reason": str(error)}
    np.save(answers, known)
    return record | {"scores": scores(table.truth, known, task=table.task)}


def fitted(
    system: System, table: Dealt, *, python: str, setting: Setting, folder: Path
) -> dict[str, Any]:
    """Return what the training took, and what its model weighs."""
    ran, told = _stage("fit", system, table, python=python, setting=setting, folder=folder)
    files = [path for path in (folder / "model").rglob("*") if path.is_file()]
    return {
        **told,
        "process_s": ran.wall_s,
        "cpu_s": ran.cpu_s,
        "peak_bytes": ran.peak_bytes,
        "is_held": told["fit_s"] <= SLACK * setting.budget_s + SLACK_S,
        "size_bytes": sum(path.stat().st_size for path in files),
    }


def answered(
    system: System, table: Dealt, *, python: str, setting: Setting, folder: Path
) -> dict[str, Any]:
    """Return what loading and answering took."""
    ran, told = _stage("predict", system, table, python=python, setting=setting, folder=folder)
    return {**told, "answering_peak_bytes": ran.peak_bytes}


def _stage(
    stage: str, system: System, table: Dealt, *, python: str, setting: Setting, folder: Path
) -> tuple[Ran, dict[str, Any]]:
    job = {
        "stage": stage,
        "system": str(system.file),
        "cores": setting.cores,
        "train": str(table.train),
        "held": str(table.held),
        "batch": str(table.batch),
        "target": table.target,
        "task": table.task,
        "metric": METRIC[table.task],
        "budget_s": setting.budget_s,
        "n_cores": len(setting.cores),
        "seed": setting.seed,
        "folder": str(folder),
        "needs": system.needs,
        "options": system.options,
    }
    path, log = folder / f"{stage}-job.json", folder / f"{stage}.log"
    path.write_text(json.dumps(job), encoding="utf-8")
    ran = run_tree(
        [python, str(PLACE / "worker.py"), str(path)],
        log=log,
        cwd=folder,
        env={**os.environ, **dict.fromkeys(THREADS, str(len(setting.cores)))},
        timeout_s=PATIENCE * setting.budget_s + PATIENCE_S,
    )
    if ran.is_stopped:
        raise FailedRunError(f"{stage}: stopped after {ran.wall_s:.0f} s")
    if ran.code != 0:
        raise FailedRunError(f"{stage}: {_last_words(folder, log)} (exit code {ran.code})")
    return ran, json.loads((folder / f"{stage}.json").read_text(encoding="utf-8"))


def _last_words(folder: Path, log: Path) -> str:
    """Return the exception, or the last line of the log of a process that was killed."""
    error = folder / "error.txt"
    told = (error if error.exists() else log).read_text(encoding="utf-8", errors="replace")
    words = told.split() if error.exists() else (told.strip() or "no words").split("\n")[-1].split()
    return " ".join(words)[:300]
