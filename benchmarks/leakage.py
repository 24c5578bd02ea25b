"""Plants leaks in public tables and counts which are found; and what is named where none is.

Usage: python benchmarks/leakage.py FOLDER, where FOLDER/datasets.json lists for each table its
`file`, `target`, `task` and the leaking columns to `drop`. Every table is judged whole, without its
leaking columns (a finding of severity error there is a false alarm, a warning of a leak a needless
doubt), and with each kind of leak planted, by several seeds. It chose the thresholds of the checks.
"""

import argparse
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np
import polars as pl
from measuring.plants import DOUBTED, PLANTINGS
from measuring.results import keep, print_table

from modelyard.catalog import Catalog
from modelyard.domain.columns import ColumnKind
from modelyard.domain.configs import ReadOptions
from modelyard.domain.findings import Finding, Severity
from modelyard.domain.tables import RawTable, Table
from modelyard.domain.tasks import Task
from modelyard.engine.kinds.typing import type_table
from modelyard.engine.profiling import profile
from modelyard.protocols.checks import CheckInput

N_SEEDS = 3
CHECKS = Catalog().checks()


@dataclass(frozen=True)
class Subject:
    """One table with what is asked of it; the target's cells as they are written."""

    name: str
    raw: RawTable
    target: str
    task: Task
    drop: tuple[str, ...]

    def without_leaks(self) -> RawTable:
        return replace(self.raw, frame=self.raw.frame.drop(self.drop))

    def typed(self, raw: RawTable) -> Table:
        kinds = {self.target: ColumnKind.NUMERIC} if self.task is Task.REGRESSION else {}
        return type_table(raw, ReadOptions(kinds=kinds))


def judge(subject: Subject, raw: RawTable, seed: int) -> tuple[list[Finding], float]:
    """Return what the checks find, and the processor seconds that they take."""
    table = subject.typed(raw)
    features = tuple(name for name in table.names if name != subject.target)
    asked = CheckInput(
        table, profile(table), subject.target, subject.task, features, np.random.default_rng(seed)
    )
    started = process_time()
    findings = [found for check in CHECKS.values() for found in check.check(asked)]
    return findings, process_time() - started


def errors_of(findings: list[Finding]) -> list[str]:
    return [found.name for found in findings if found.severity is Severity.ERROR]


def doubts_of(findings: list[Finding]) -> list[str]:
    return [
        found.name
        for found in findings
        if found.code.startswith("leakage-") and found.severity is Severity.WARNING
    ]


def planted(subject: Subject, kind: str, seed: int) -> bool | None:
    """Return whether a planted leak is found; None where this kind cannot be planted."""
    rng = np.random.default_rng((seed, len(kind)))
    frame = subject.without_leaks().frame
    frame = frame.filter(frame[subject.target].is_not_null() & (frame[subject.target] != ""))
    cells = frame[subject.target]
    is_number = subject.task is Task.REGRESSION
    y = cells.cast(pl.Float64) if is_number else cells.rank("dense").cast(pl.Float64) - 1
    frame = frame.with_columns(cells.alias("\0target"))
    made = PLANTINGS[kind](frame, y.to_numpy(), subject.task, rng)
    if made is None:
        return None
    wide, wanted = made
    findings, _ = judge(subject, replace(subject.raw, frame=wide.drop("\0target")), seed)
    if wanted == ("duplicate-rows",):
        return any(found.code in wanted for found in findings)
    told = {Severity.ERROR, Severity.WARNING} if kind in DOUBTED else {Severity.ERROR}
    return any(
        name in found.columns for found in findings if found.severity in told for name in wanted
    )


def subjects(folder: Path) -> Iterator[Subject]:
    for name, facts in json.loads((folder / "datasets.json").read_text()).items():
        raw = Catalog().sources()["csv"].read(folder / facts["file"], ReadOptions())
        yield Subject(name, raw, facts["target"], Task(facts["task"]), tuple(facts["drop"]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    tables = list(subjects(parser.parse_args().folder))
    clean = [_clean(subject) for subject in tables]
    print_table(("table", "cpu ms", "named when whole", "named without its leaks"), clean)
    judged = [
        judge(table, table.without_leaks(), seed)[0] for table in tables for seed in range(N_SEEDS)
    ]
    n_alarms, n_doubts = (sum(map(bool, map(of, judged))) for of in (errors_of, doubts_of))
    n_clean = len(judged)
    print(f"\nFalse alarms: {n_alarms} of {n_clean} clean tables ({n_alarms / n_clean:.1%})")
    print(f"Needless doubts: {n_doubts} of {n_clean} clean tables ({n_doubts / n_clean:.1%})\n")
    found: dict[str, Any] = {}
    for kind in PLANTINGS:
        judged = {
            (subject.name, seed): planted(subject, kind, seed)
            for subject in tables
            for seed in range(N_SEEDS)
        }
        known = {at: is_found for at, is_found in judged.items() if is_found is not None}
        missed = sorted({name for (name, _), is_found in known.items() if not is_found})
        found[kind] = {"found": sum(known.values()), "planted": len(known), "missed": missed}
    rows = [
        (kind, str(told["found"]), str(told["planted"]), ", ".join(told["missed"]) or "none")
        for kind, told in found.items()
    ]
    print_table(("planted", "found", "of", "missed in"), rows)
    n_found, n_planted = (sum(told[key] for told in found.values()) for key in ("found", "planted"))
    print(f"\nFound: {n_found} of {n_planted} ({n_found / n_planted:.1%})")
    alarms = {"false_alarms": n_alarms, "needless_doubts": n_doubts, "clean": n_clean}
    keep("leakage", {**alarms, "planted": found})


def _clean(subject: Subject) -> tuple[str, str, str, str]:
    whole, seconds = judge(subject, subject.raw, 0)
    rest, _ = judge(subject, subject.without_leaks(), 0)
    told = [", ".join(errors_of(found) + doubts_of(found)) or "none" for found in (whole, rest)]
    return subject.name, f"{seconds * 1000:.0f}", *told


if __name__ == "__main__":
    main()
