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
from pathlib import Path
from typing import Any

import numpy as np
from measuring.automl_runs import PLACE, Setting, System, run
from measuring.automl_tables import print_means, print_runs, summary
from measuring.ledgers import Ledger
from measuring.results import FOLDER, machine
from measuring.splits import Dealt, deal, listed

KEY = ("table", "system", "budget_s", "seed", "n_cores")
_OURS = (PLACE / "modelyard_train.py", ("modelyard",))
SYSTEMS = (
    System("modelyard", *_OURS),
    System("modelyard-fast", *_OURS, {"serve": "fast"}),
    System("modelyard-best", *_OURS, {"serve": "best"}),
    System("modelyard-lightgbm", *_OURS, {"algorithm": "lightgbm"}),
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
    pair = {"action": "append", "default": [], "metavar": "NAME=PATH"}
    parser.add_argument("--python", help="that runs a system, or all of a library", **pair)
    parser.add_argument("--system-file", help="of a system of your own", **pair)
    parser.add_argument("--seed", type=int, default=0, help="of the split and of every system")
    parser.add_argument("--cores", type=int, default=2, help="for every system alike")
    parser.add_argument(
        "--results", type=Path, default=FOLDER / "automl.json", help="where runs are kept"
    )
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
