"""Tables made from a fixed seed, so that every run of a benchmark measures the same work."""

import csv
from pathlib import Path

import numpy as np

SEED = 20
N_NUMBERS = 10
N_WORDS = 5
TARGET = "answer"
# Distinct words of each text column: from a yes or no to a list of towns.
_N_DISTINCT = (2, 4, 8, 20, 60)
_MISSING_SHARE = 0.05

Cell = float | str | None


def mixed_columns(n_rows: int) -> dict[str, list[Cell]]:
    """Return 10 numeric and 5 text columns with 5 % of the cells missing, and a binary target.

    The target is drawn from a probability in which numbers and words act alone and together, so
    that no tree is trivial and no model perfect.
    """
    rng = np.random.default_rng(SEED)
    numbers = rng.normal(size=(n_rows, N_NUMBERS))
    numbers[:, 6:8] = np.exp(numbers[:, 6:8])
    numbers[:, 8:] = np.round(numbers[:, 8:] * 10 + 40)
    codes = np.column_stack([rng.integers(n, size=n_rows) for n in _N_DISTINCT])
    effects = [rng.normal(size=n) for n in _N_DISTINCT]
    odds = numbers[:, 0] + numbers[:, 1] * numbers[:, 2] + np.sin(2 * numbers[:, 3])
    odds += 0.5 * np.log(numbers[:, 6])
    odds += sum(effect[codes[:, at]] for at, effect in enumerate(effects))
    answers = rng.random(n_rows) < 1 / (1 + np.exp(-odds))
    columns: dict[str, list[Cell]] = {}
    for at in range(N_NUMBERS):
        gaps = rng.random(n_rows) < _MISSING_SHARE
        column = np.round(numbers[:, at], 4).tolist()
        columns[f"number_{at}"] = [None if gap else v for gap, v in zip(gaps, column, strict=True)]
    for at, n_distinct in enumerate(_N_DISTINCT):
        gaps = rng.random(n_rows) < _MISSING_SHARE
        columns[f"word_{at}"] = [
            None if gap else f"w{n_distinct}_{code}"
            for gap, code in zip(gaps, codes[:, at].tolist(), strict=True)
        ]
    columns[TARGET] = ["yes" if answer else "no" for answer in answers]
    return columns


def write_mixed(path: Path, n_rows: int) -> None:
    """Write the mixed table as a CSV file."""
    columns = mixed_columns(n_rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))
