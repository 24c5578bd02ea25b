"""What each technique of AutoML adds: the error of the answers without it, beside those with all.

Usage: python benchmarks/automl_ablation.py FOLDER --datasets titanic,loans --budget 30 --seeds 2

FOLDER/datasets.json lists tables as for `automl.py`. A fifth of the rows is held back; AutoML runs
on the others with everything, and with one technique left out at a time. The budget counts seconds
of the processor for each core, so that every run does the same amount of work however crowded the
machine is.

Told is by how many percent the error on the rows held back is larger without a technique: above
zero the technique pays. The error is the log loss, the root mean squared error, or what the area
under the ROC curve lacks to 1. `*` marks what is beyond chance: the 95 % interval over draws of
the rows held back, the same for both, does not reach zero; what chance does to fits and choices is
not in it, more seeds tell that. A technique that has no part in a table, such as logarithms where
the target is a class, has no figure there. The search, blending, calibration, cheap serving and
the weights of a blend are left out of what is made of the same candidates, the others of a race of
their own. In place of weights members are put together by stacking: below zero that would pay.

Runs are kept as they come in one file; `--resume` leaves out those that are in it already.
"""

import argparse
import json
import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from measuring.ablation_tables import print_changes, print_runs, table_of
from measuring.ablations import CONTESTS, MADE, WHOLE, Spending, is_at_work, raced
from measuring.judging import METRIC, scores
from measuring.ledgers import Ledger
from measuring.processor_clock import ProcessorClock
from measuring.results import FOLDER, machine
from measuring.splits import HELD_BACK, listed

KEY = ("table", "without", "budget_s", "seed", "n_cores")
METRICS = {"roc_auc": "roc-auc", "log_loss": "log-loss", "rmse": "rmse"}


def judge_of_table(facts: dict[str, Any], path: Path, *, seed: int, n_cores: int) -> Any:
    """Return the judge of one table, of which a fifth is held back, on a clock of work done."""
    from modelyard.bootstrap import open_project
    from modelyard.domain.automl import COMBINED_BY
    from modelyard.domain.configs import TrainingConfig
    from modelyard.domain.splits import Shares
    from modelyard.domain.tasks import Task
    from modelyard.engine.planning import judge_of, plan_training
    from modelyard.engine.workshop import Workshop
    from modelyard.protocols.progress import Silence

    project = open_project(keeps_tables=False)
    catalog = project.catalog
    config = TrainingConfig(
        target=facts["target"],
        task=Task(facts["task"]),
        algorithm=COMBINED_BY,
        drop=tuple(facts.get("drop", ())),
        metric=METRICS[METRIC[facts["task"]]],
        seed=seed,
        # A benchmark asks no questions about its columns.
        accepted=catalog.finding_codes(),
        shares=Shares(1 - HELD_BACK, 0.0, HELD_BACK),
    )
    workshop = Workshop(
        catalog, ProcessorClock(n_cores), Silence(), n_cores, typing=project.tables.type_table
    )
    planned = plan_training(project.datasets.read(path, config.read), config, workshop=workshop)
    rng = np.random.default_rng(seed)
    return judge_of(planned.plan, planned.table, config=planned.config, workshop=workshop, rng=rng)


def run_table(
    name: str, facts: dict[str, Any], path: Path, *, asked: argparse.Namespace, ledger: Ledger
) -> None:
    """Run what is not known yet of one table, for each seed."""
    for seed in range(asked.seeds):
        judge = None
        for contest in _asked_contests(asked):
            key = _key(name, contest, seed=seed, asked=asked)
            if asked.resume and ledger.find(key) is not None:
                continue
            judge = judge or judge_of_table(facts, path, seed=seed, n_cores=asked.cores)
            for record in _records(judge, contest, key=key, asked=asked):
                ledger.add(record)


def _records(
    judge: Any, contest: str, *, key: dict[str, Any], asked: argparse.Namespace
) -> Iterator[dict[str, Any]]:
    """Yield what is told of one race, one record for each way in which it answers."""
    spending = Spending(asked.budget, asked.memory * 1_000_000, key["seed"])
    known = {"task": str(judge.plan.task), "n_held": len(judge.split.test)}
    if not is_at_work(CONTESTS[contest], judge, spending=spending):
        yield {**key, **known, "scores": None}
        return
    begun, work = time.perf_counter(), judge.workshop.clock()
    found = raced(judge, CONTESTS[contest], spending=spending)
    wall_s, work_s = time.perf_counter() - begun, judge.workshop.clock() - work
    truth = judge.plan.y[judge.split.test]
    # The usual comes last, as its record says that the race has been run.
    for each in reversed(found):
        record = {**key, "without": each.pop("made_without") or contest}
        answers = each.pop("answers")
        answers = answers[:, 0] if known["task"] == "regression" else answers
        path = answers_of(asked.results, record)
        path.parent.mkdir(parents=True, exist_ok=True)
        np.savez(path, answers=answers, truth=truth)
        told = scores(truth, answers, task=known["task"])
        print(
            f"{key['table']}, seed {key['seed']}, without {record['without']}: {told}", flush=True
        )
        yield {**record, **known, **each, "scores": told, "wall_s": wall_s, "work_s": work_s} | {
            "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "load": round(os.getloadavg()[0], 1),
        }


def answers_of(results: Path, run: dict[str, Any]) -> Path:
    """Return where the answers of a run are kept, for the interval beside those of the whole."""
    words = run["without"].replace(" ", "-")
    name = f"{run['table']}-{words}-{run['budget_s']:g}s-{run['n_cores']}c-{run['seed']}.npz"
    return results.with_suffix("") / name


def _key(table: str, without: str, *, seed: int, asked: argparse.Namespace) -> dict[str, Any]:
    return {
        "table": table,
        "without": without,
        "budget_s": asked.budget,
        "seed": seed,
        "n_cores": asked.cores,
    }


def _asked_contests(asked: argparse.Namespace) -> list[str]:
    """Return the races to run; the one that has all comes first, as the others stand beside it."""
    names = asked.without.split(",") if asked.without else list(CONTESTS)
    if strange := set(names) - CONTESTS.keys() - set(MADE):
        raise SystemExit(f"nothing is called {sorted(strange)}; there are {list(CONTESTS)}")
    return [name for name in CONTESTS if name == WHOLE or name in names]


def main(words: Sequence[str] | None = None) -> None:
    """Print what each run came to, and by how much the error is larger without each technique."""
    asked = _asked(words)
    tables = listed(asked.folder)
    names = asked.datasets.split(",") if asked.datasets else list(tables)
    if strange := set(names) - tables.keys():
        raise SystemExit(f"datasets.json has no {sorted(strange)}; it has {sorted(tables)}")
    ledger = Ledger(asked.results, key=KEY)
    with tempfile.TemporaryDirectory() as home:
        os.environ |= {"MODELYARD_HOME": home, "MODELYARD_KEYS": str(Path(home, "keys"))}
        # The processes that fit find what counts their work.
        os.environ["PYTHONPATH"] = str(Path(__file__).resolve().parent)
        for name in names:
            path = asked.folder / tables[name]["file"]
            run_table(name, tables[name], path, asked=asked, ledger=ledger)
    runs = [
        run
        for run in ledger
        if run["table"] in names
        and run["seed"] < asked.seeds
        and (run["budget_s"], run["n_cores"]) == (asked.budget, asked.cores)
    ]
    found = table_of(runs, answers=lambda run: np.load(answers_of(asked.results, run)))
    if asked.json:
        print(json.dumps({"machine": machine(), "changes": found, "runs": runs}))
        return
    print_runs(runs)
    print_changes(found)


def _asked(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, help="of CSV files with a datasets.json")
    parser.add_argument("--datasets", help="by comma; by default all of datasets.json")
    parser.add_argument("--without", help="what is left out in a race of its own, by comma")
    parser.add_argument("--budget", type=float, default=30, help="processor seconds of each core")
    parser.add_argument("--seeds", type=int, default=1, help="how often, each on another split")
    parser.add_argument("--cores", type=int, default=2, help="for every race alike")
    parser.add_argument("--memory", type=int, default=4_000, help="megabytes of everything")
    parser.add_argument(
        "--results", type=Path, default=FOLDER / "automl_ablation.json", help="where runs are kept"
    )
    parser.add_argument("--resume", action="store_true", help="leave out what was run already")
    parser.add_argument("--json", action="store_true", help="print JSON in place of the tables")
    return parser.parse_args(words)


if __name__ == "__main__":
    main()
