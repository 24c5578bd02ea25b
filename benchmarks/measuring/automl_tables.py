"""Puts the runs of AutoML systems side by side: a table for each table, and the mean ranks."""

from collections.abc import Mapping
from statistics import median
from typing import Any

import numpy as np

from measuring.judging import METRIC, gain, mean_ranks, ranks
from measuring.results import print_table
from measuring.splits import Dealt

# The system that nobody may be worse than beyond chance.
REFERENCE = "lightgbm"


def summary(
    table: Dealt, runs: list[dict[str, Any]], *, answers: Mapping[str, np.ndarray]
) -> dict[str, Any]:
    """Return the runs of one table with their ranks, and with what they gain over LightGBM."""
    metric = METRIC[table.task]
    found = {run["system"]: (run.get("scores") or {}).get(metric) for run in runs}
    peer = answers.get(REFERENCE)
    gains = {
        name: gain(each, peer, truth=table.truth, task=table.task)
        for name, each in answers.items()
        if peer is not None and name != REFERENCE
    }
    return {
        "table": table.name,
        "task": table.task,
        "metric": metric,
        "n_train": table.n_train,
        "n_held": len(table.truth),
        "ranks": ranks(found, task=table.task),
        "gains": gains,
        "runs": runs,
    }


def print_runs(found: dict[str, Any]) -> None:
    """Print one table's runs, the best first, and why others failed."""
    print(f"\n{found['table']}: {found['task']}, {found['n_train']:,} rows train, ", end="")
    print(f"{found['n_held']:,} held back")
    runs = sorted(found["runs"], key=lambda run: found["ranks"][run["system"]])
    done = [run for run in runs if run["reason"] is None]
    names = list(done[0]["scores"]) if done else [found["metric"]]
    header = ["system", "rank", *names, f"gain over {REFERENCE}", *_HEADER]
    print_table(
        header,
        [
            [
                run["system"],
                f"{found['ranks'][run['system']]:g}",
                *(f"{run['scores'][name]:.4f}" for name in names),
                _interval(found["gains"].get(run["system"])),
                *_measured(run),
            ]
            for run in done
        ],
    )
    for run in runs:
        if run["reason"] is not None:
            print(
                f"{run['system']} failed, rank {found['ranks'][run['system']]:g}: {run['reason']}"
            )


_HEADER = ["fit s", "CPU s", "held", "peak MB", "package MB", "one row ms", "batch rows/s"]


def _measured(run: dict[str, Any]) -> list[str]:
    return [
        f"{run['fit_s']:.1f}",
        f"{run['cpu_s']:.1f}",
        "yes" if run["is_held"] else "no",
        f"{run['peak_bytes'] / 1e6:.0f}",
        f"{run['size_bytes'] / 1e6:.2f}",
        f"{run['row_ms']:.3f}",
        f"{run['batch_rows_s']:,.0f}",
    ]


def _interval(found: tuple[float, float, float] | None) -> str:
    return "" if found is None else f"{found[0]:+.4f} ({found[1]:+.4f} to {found[2]:+.4f})"


def print_means(tables: list[dict[str, Any]]) -> None:
    """Print the mean rank of each system, and what its packages are like."""
    means = mean_ranks({each["table"]: each["ranks"] for each in tables})
    print(f"\nMean over {means['n_tables']} tables; medians of the rest")
    print_table(
        ["system", "mean rank", "failed", f"surely below {REFERENCE}", "held", *_MEDIANS],
        [_mean_row(name, rank, tables) for name, rank in means["ranks"].items()],
    )


_MEDIANS = ["longest fit s", "peak MB", "package MB", "largest MB", "one row ms", "batch rows/s"]


def _mean_row(name: str, rank: float, tables: list[dict[str, Any]]) -> list[str]:
    runs = [run for each in tables for run in each["runs"] if run["system"] == name]
    done = [run for run in runs if run["reason"] is None]
    below = sum(each["gains"][name][2] < 0 for each in tables if name in each["gains"])
    row = [name, f"{rank:.2f}", f"{len(runs) - len(done)}", f"{below}"]
    if not done:
        return [*row, *[""] * (1 + len(_MEDIANS))]
    sizes = [run["size_bytes"] / 1e6 for run in done]
    return [
        *row,
        f"{sum(run['is_held'] for run in done)} of {len(runs)}",
        f"{max(run['fit_s'] for run in done):.1f}",
        f"{median(run['peak_bytes'] for run in done) / 1e6:.0f}",
        f"{median(sizes):.2f}",
        f"{max(sizes):.2f}",
        f"{median(run['row_ms'] for run in done):.3f}",
        f"{median(run['batch_rows_s'] for run in done):,.0f}",
    ]
