"""Holds what AutoML expects of its fits against what they took: processor seconds and memory.

Each table is raced with a number of trials and no time limit, one fit at a time. Seconds are of the
processor, because others keep this machine busy; a fit of a candidate is one of its folds.
"""

import argparse
import json
import os
import tempfile
from pathlib import Path
from typing import Any

from measuring.results import keep, print_table

# Rows, numbers, words, classes (0 for values).
TABLES = ((300, 6, 1, 2), (2_000, 12, 3, 0), (4_000, 12, 3, 5), (20_000, 15, 5, 2))
TARGET = "y"


def write_table(path: Path, n_rows: int, n_numbers: int, *, n_words: int, n_classes: int) -> None:
    """Write numbers and words that say something of the target, from a fixed seed."""
    import numpy as np
    import polars as pl

    rng = np.random.default_rng(0)
    numbers = rng.normal(size=(n_rows, n_numbers)).round(4)
    words = rng.integers(0, 12, size=(n_rows, n_words))
    signal = numbers[:, 0] + np.abs(numbers[:, 1]) + 0.3 * words[:, 0] + rng.normal(size=n_rows)
    columns: dict[str, Any] = {f"number_{at}": numbers[:, at] for at in range(n_numbers)}
    columns |= {f"word_{at}": [f"w{word}" for word in words[:, at]] for at in range(n_words)}
    if n_classes:
        edges = np.quantile(signal, np.arange(1, n_classes) / n_classes)
        columns[TARGET] = [f"class {code}" for code in np.searchsorted(edges, signal)]
    else:
        columns[TARGET] = (signal * 10).round(3)
    pl.DataFrame(columns).write_csv(path)


def raced(path: Path, n_trials: int) -> Any:
    """Return the leaderboard of a run in a project folder of its own."""
    from modelyard.bootstrap import Project, open_project
    from modelyard.domain.automl import COMBINED_BY, AutoMLConfig
    from modelyard.domain.configs import TrainingConfig
    from modelyard.protocols.progress import Silence

    project: Project = open_project()
    config = TrainingConfig(
        target=TARGET,
        algorithm=COMBINED_BY,
        automl=AutoMLConfig(time_limit_s=None, n_trials=n_trials, is_deterministic=True),
    )
    outcome = project.training.train(
        lambda: project.datasets.read(path, config.read), config, progress=Silence()
    )
    return outcome.trained.leaderboard


def measured(sizes: tuple[int, int, int, int], n_trials: int) -> list[dict[str, Any]]:
    """Return what each candidate took of one table, and what was expected."""
    from modelyard.engine.automl.foreseeing import CELL_BYTES, FIT_BYTES, seconds_of_a_fit

    n_rows, n_numbers, n_words, n_classes = sizes
    with tempfile.TemporaryDirectory() as home:
        os.environ |= {"MODELYARD_HOME": home, "MODELYARD_KEYS": str(Path(home, "keys"))}
        os.environ["MODELYARD_THREADS"] = "1"
        path = Path(home, "table.csv")
        write_table(path, n_rows, n_numbers, n_words=n_words, n_classes=n_classes)
        board = raced(path, n_trials)
    outlook = board.outlook
    cells = outlook.n_rows * outlook.n_features * (n_classes if n_classes > 2 else 1)
    return [
        {
            "rows": outlook.n_rows,
            "features": outlook.n_features,
            "classes": n_classes,
            "folds": outlook.n_folds,
            "candidate": each.candidate.name,
            "cost": each.candidate.cost,
            "cpu_s": each.cpu_s / outlook.n_folds,
            "expected_s": seconds_of_a_fit(cells, cost=each.candidate.cost),
            "mb": each.peak_bytes / 1e6,
            "expected_mb": (FIT_BYTES + CELL_BYTES * cells) / 1e6,
        }
        for each in board.entries
        if each.is_complete
    ]


def main() -> None:
    """Print a table, and write the same as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON in place of the table")
    parser.add_argument("--trials", type=int, default=10)
    asked = parser.parse_args()
    found = [row for sizes in TABLES for row in measured(sizes, asked.trials)]
    whole = keep("automl_outlook", {"fits": found})
    if asked.json:
        print(json.dumps(whole, indent=2))
        return
    heads = ["candidate", *(head for head in found[0] if head != "candidate")]
    print_table(heads, [[_shown(each[head]) for head in heads] for each in found])


def _shown(value: float | str) -> str:
    return f"{value:,.3g}" if isinstance(value, float) else str(value)


if __name__ == "__main__":
    main()
