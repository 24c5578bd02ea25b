"""AutoML systems in one run: the same rows, cores and seconds, each in a process of its own.

Usage: python benchmarks/automl.py FOLDER --budget 60 --systems modelyard,lightgbm,flaml
       --python flaml=/venvs/flaml/bin/python

FOLDER/datasets.json lists for each table its `file`, `target`, `task` and the leaking columns to
`drop`. A fifth of the rows is held back; a system gets the others as a file, saves its model, and a
fresh process loads it and answers. Metrics are computed here from the answers, never by a system.

What is told: the metric of the rows held back; `fit s` from the call of the system until its model
lies on disk, its libraries imported before; CPU seconds and peak of resident memory of its whole
process tree; `held`, whether the call took at most 1.05 times the budget and 3 s; the size of the
saved folder; the median of one row (a dict for Modelyard, a ready data frame for the others) and of
a batch of at least 10,000 rows as a data frame, after loading. LightGBM and HistGradientBoosting
fit once with their defaults and ask for no budget.

Runs are kept as they come in one file; `--resume` leaves out those that are in it already.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from measuring.automl_tables import print_means, print_runs, summary
from measuring.judging import METRIC, WrongAnswersError, known_answers, scores
from measuring.ledgers import Ledger
from measuring.process_trees import Ran, run_tree
from measuring.results import FOLDER, machine
from measuring.splits import Dealt, deal, listed

PLACE = Path(__file__).resolve().parent / "automl_systems"
KEY = ("table", "system", "budget_s", "seed", "n_cores")
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


SYSTEMS = (
    System("modelyard", PLACE / "modelyard_train.py", ("modelyard",)),
    System(
        "modelyard-lightgbm",
        PLACE / "modelyard_train.py",
        ("modelyard",),
        {"algorithm": "lightgbm"},
    ),
    System("lightgbm", PLACE / "lightgbm_defaults.py", ("lightgbm", "pandas")),
    System(
        "hist-gradient-boosting",
        PLACE / "hist_gradient_boosting.py",
        ("sklearn.ensemble", "pandas"),
    ),
    System("flaml", PLACE / "flaml_automl.py", ("flaml", "pandas")),
    System("h2o", PLACE / "h2o_automl.py", ("h2o", "pandas")),
    System(
        "autogluon-medium",
        PLACE / "autogluon_presets.py",
        ("autogluon.tabular",),
        {"presets": "medium_quality"},
    ),
    System(
        "autogluon-best",
        PLACE / "autogluon_presets.py",
        ("autogluon.tabular",),
        {"presets": "best_quality"},
    ),
)


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


def missing(system: System, python: str) -> str | None:
    """Return what a system lacks in its Python, if anything."""
    code = (
        "import sys; from importlib.util import find_spec; "
        "sys.exit(any(find_spec(name) is None for name in sys.argv[1:]))"
    )
    try:
        done = subprocess.run([python, "-c", code, *system.needs], capture_output=True, check=False)
    except OSError as error:
        return str(error)
    return None if done.returncode == 0 else f"{python} has no {', '.join(system.needs)}"


def run_table(
    table: Dealt, systems: dict[System, str], *, setting: Setting, ledger: Ledger, resume: bool
) -> list[dict[str, Any]]:
    """Run every system on one table, and return their records."""
    found = []
    for system, python in systems.items():
        known = ledger.find(setting.key(table.name, system.name)) if resume else None
        if known is None or known["digest"] != table.digest:
            answers = answers_of(ledger, table.name, system=system.name, setting=setting)
            known = run(system, table, python=python, setting=setting, answers=answers)
            ledger.add(known)
        found.append(known)
    return found


def answers_of(ledger: Ledger, table: str, *, system: str, setting: Setting) -> Path:
    """Return where the answers of a run are kept, for the interval beside another system's."""
    name = f"{table}-{system}-{setting.budget_s:g}s-{len(setting.cores)}c-{setting.seed}.npy"
    return ledger.path.with_suffix("") / name


def main(words: Sequence[str] | None = None) -> None:
    """Print a table for each table and the mean ranks, and keep all runs as JSON."""
    asked = _asked(words)
    cores = tuple(sorted(os.sched_getaffinity(0))[: asked.cores])
    setting = Setting(asked.budget, asked.seed, cores)
    ledger = Ledger(asked.results, key=KEY)
    systems = _systems(asked)
    tables = listed(asked.folder)
    names = asked.datasets.split(",") if asked.datasets else list(tables)
    if strange := set(names) - tables.keys():
        raise SystemExit(f"datasets.json has no {sorted(strange)}; it has {sorted(tables)}")
    found = []
    for name in names:
        with tempfile.TemporaryDirectory() as place:
            path = asked.folder / tables[name]["file"]
            dealt = deal(tables[name], path, name=name, place=Path(place), seed=asked.seed)
            runs = run_table(dealt, systems, setting=setting, ledger=ledger, resume=asked.resume)
        kept = {
            each["system"]: np.load(
                answers_of(ledger, name, system=each["system"], setting=setting)
            )
            for each in runs
            if each["reason"] is None
        }
        found.append(summary(dealt, runs, answers=kept))
        if not asked.json:
            print_runs(found[-1])
    if asked.json:
        print(json.dumps({"machine": machine(), "tables": found}))
        return
    print_means(found)


def _asked(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, help="of CSV files with a datasets.json")
    parser.add_argument("--budget", type=float, default=60, help="seconds of each training")
    parser.add_argument("--systems", help="by comma; by default all")
    parser.add_argument("--datasets", help="by comma; by default all of datasets.json")
    parser.add_argument("--python", action="append", default=[], metavar="NAME=PATH")
    parser.add_argument("--system-file", action="append", default=[], metavar="NAME=PATH")
    parser.add_argument("--seed", type=int, default=0, help="of the split and of every system")
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--results", type=Path, default=FOLDER / "automl.json")
    parser.add_argument("--resume", action="store_true", help="leave out what was run already")
    parser.add_argument("--json", action="store_true", help="print JSON in place of the tables")
    return parser.parse_args(words)


def _systems(asked: argparse.Namespace) -> dict[System, str]:
    """Return the systems that can run, each with its Python; the others are told of."""
    files = dict(each.split("=", 1) for each in asked.system_file)
    own = {name: System(name, Path(path).resolve()) for name, path in files.items()}
    known = {each.name: each for each in SYSTEMS} | own
    pythons = dict(each.split("=", 1) for each in asked.python)
    found = {}
    for name in asked.systems.split(",") if asked.systems else known:
        if name not in known:
            raise SystemExit(f"there is no system '{name}'; there are {', '.join(known)}")
        system = known[name]
        library = system.needs[0].split(".")[0] if system.needs else name
        python = pythons.get(name) or pythons.get(library) or sys.executable
        if lack := missing(system, python):
            print(f"{name} is left out: {lack}", file=sys.stderr)
            continue
        found[system] = python
    return found


if __name__ == "__main__":
    main()
