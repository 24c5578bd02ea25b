"""Runs the leakage checks on tables whose leaking columns are known: what is named, what is not.

Usage: python benchmarks/leakage.py FOLDER, where FOLDER/datasets.json lists for each table its
`file`, `target`, `task` and the leaking columns to `drop`. It chose the thresholds of the checks:
every table is judged whole and without its leaking columns, by several seeds.
"""

import argparse
import json
from pathlib import Path
from time import perf_counter

import numpy as np
from measuring.results import keep, print_table

from modelyard.catalog import Catalog
from modelyard.domain.configs import ReadOptions
from modelyard.domain.findings import Severity
from modelyard.domain.tables import Table
from modelyard.domain.tasks import Task
from modelyard.engine.kinds.typing import type_table
from modelyard.engine.profiling import profile
from modelyard.protocols.checks import CheckInput

N_SEEDS = 10


def judge(table: Table, target: str, task: Task) -> dict[str, object]:
    """Return the errors that each seed names, and the seconds that all checks take."""
    features = tuple(name for name in table.names if name != target)
    described = profile(table)
    named: dict[str, int] = {}
    seconds = []
    for seed in range(N_SEEDS):
        rng = np.random.default_rng(seed)
        subject = CheckInput(table, described, target, task, features, rng)
        started = perf_counter()
        findings = [f for check in Catalog().checks().values() for f in check.check(subject)]
        seconds.append(perf_counter() - started)
        for finding in findings:
            if finding.severity is Severity.ERROR:
                named[finding.name] = named.get(finding.name, 0) + 1
    return {"named": named, "checks_s": sorted(seconds)[N_SEEDS // 2]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    result = {}
    for name, facts in json.loads((folder / "datasets.json").read_text()).items():
        source = Catalog().sources()["csv"]
        table = type_table(source.read(folder / facts["file"], ReadOptions()), ReadOptions())
        told = facts["target"], Task(facts["task"])
        result[name] = judge(table, *told)
        if facts["drop"]:
            result[f"{name}, leaks dropped"] = judge(table.drop(facts["drop"]), *told)
    rows = [
        (name, f"{found['checks_s'] * 1000:.0f}", _told(found["named"]))
        for name, found in result.items()
    ]
    print_table(("table", "ms", f"errors (of {N_SEEDS} seeds)"), rows)
    keep("leakage", result)


def _told(named: dict[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in named.items()) or "none"


if __name__ == "__main__":
    main()
