"""Counts how often intervals and sets hold the truth of rows that the training never got.

Usage: python benchmarks/coverage.py FOLDER, where FOLDER/datasets.json lists for each table its
`file`, `target`, `task` and the leaking columns to `drop`. Of every table a random 80 % train, of
which a fifth tests and a tenth validates, and the package answers the other 20 %; that is dealt
several times. What is promised holds on average over such deals: the band of a table is the one
that a count of its held-back rows stays in 99 times of 100. A single deal varies by the rows that
ranked as well as by those that are counted: of n ranked and as many counted rows the spread is 1.4
times that of the plain band. Its own band is beta-binomial (Angelopoulos, Bates: Conformal
Prediction: A Gentle Introduction (2023), section 3.2), and of single deals it is told how many lie
in either. Where a training calibrated its probabilities, the same training without shows what that
gained in log loss.
"""

import argparse
import json
import os
import sys
import tempfile
from math import ceil
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from measuring.results import keep, print_table

LEVEL = 0.9
TARGET = (0.88, 0.92)
_INSIDE = 0.99
_HELD_BACK = 0.2
_LEAKAGE = ("copy", "date", "group", "missingness", "order", "single", "sum")


def deal(path: Path, folder: Path, *, drop: list[str], n_most: int, seed: int) -> tuple[Path, Path]:
    """Write 80 % and 20 % of the rows, as they are written, to two files."""
    frame = pl.read_csv(path, infer_schema=False).drop(drop)
    order = np.random.default_rng(seed).permutation(frame.height)[:n_most]
    n_held = ceil(_HELD_BACK * len(order))
    parts = frame[order[n_held:]], frame[order[:n_held]]
    names = folder / "known.csv", folder / "held_back.csv"
    for part, name in zip(parts, names, strict=True):
        part.write_csv(name)
    return names


def bands(n_held: int, n_ranked: int) -> dict[str, tuple[float, float]]:
    """Return the binomial and the beta-binomial band of the share that is held."""
    from scipy import stats

    rank = ceil((n_ranked + 1) * LEVEL - 1e-9)
    binomial = stats.binom.interval(_INSIDE, n_held, LEVEL)
    ranked = stats.betabinom.interval(_INSIDE, n_held, rank, n_ranked + 1 - rank)
    return {
        "binomial": (binomial[0] / n_held, binomial[1] / n_held),
        "beta_binomial": (ranked[0] / n_held, ranked[1] / n_held),
    }


def measure(entry: dict[str, Any], path: Path, *, n_most: int, seed: int) -> dict[str, Any]:
    """Train on 80 % of one table, and count on the rest."""
    import modelyard

    with tempfile.TemporaryDirectory() as folder:
        drop = list(entry.get("drop", []))
        known, held_back = deal(path, Path(folder), drop=drop, n_most=n_most, seed=seed)
        accept = [f"leakage-{each}" for each in _LEAKAGE]

        def trained(calibrate: str) -> tuple[Any, Any]:
            model = modelyard.train(
                known,
                target=entry["target"],
                task=entry["task"],
                algorithm=entry.get("algorithm", "lightgbm"),
                accept=accept,
                calibrate=calibrate,
                seed=seed,
            )
            return model, model.evaluate(held_back)

        model, evaluation = trained("auto")
        (found,) = (each for each in evaluation.coverage if each.level == LEVEL)
        is_calibrated = model.manifest.calibration is not None
        gain = None
        if is_calibrated:
            gain = _log_loss(trained("none")[1]) - _log_loss(evaluation)
        n_ranked = model.opened.conformal.n_rows
    said = {each.level: each.share for each in model.evaluation.coverage}
    return {
        "table": path.stem,
        "task": evaluation.task.value,
        "n_ranked": n_ranked,
        "n_held": evaluation.n_rows,
        "share": found.share,
        "reported": said.get(LEVEL),
        "size": found.size,
        "share_empty": found.share_empty,
        "bands": bands(evaluation.n_rows, n_ranked),
        "calibrated": dict(model.manifest.calibrated),
        "log_loss_gain": gain,
    }


def _log_loss(evaluation: Any) -> float:
    return next(each.value for each in evaluation.metrics if each.key == "log-loss")


def is_within(share: float, band: tuple[float, float]) -> bool:
    """Whether a share lies in a band."""
    return bool(band[0] <= share <= band[1])


def told_of(deals: list[dict[str, Any]]) -> dict[str, Any]:
    """Return what several deals of one table say together."""
    first = deals[0]
    share = float(np.mean([each["share"] for each in deals]))
    gains = [each["log_loss_gain"] for each in deals if each["log_loss_gain"] is not None]
    return {
        "table": first["table"],
        "task": first["task"],
        "n_ranked": first["n_ranked"],
        "n_held": first["n_held"],
        "share": share,
        "band": first["bands"]["binomial"],
        "is_within": is_within(share, first["bands"]["binomial"]),
        "deals_within": {
            name: sum(is_within(each["share"], each["bands"][name]) for each in deals)
            for name in first["bands"]
        },
        "reported": _mean([each["reported"] for each in deals]),
        "size": _mean([each["size"] for each in deals]),
        "log_loss_gain": _mean(gains),
        "deals": deals,
    }


def _mean(values: list[float | None]) -> float | None:
    known = [each for each in values if each is not None]
    return float(np.mean(known)) if known else None


def main() -> None:
    """Print a table, and write the same as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--json", action="store_true", help="print JSON in place of the table")
    parser.add_argument("--rows", type=int, default=20_000, help="of a table at most")
    parser.add_argument("--deals", type=int, default=5)
    parser.add_argument("--algorithm", default="lightgbm")
    parser.add_argument("--tables", nargs="+", help="names of tables; by default all")
    asked = parser.parse_args()
    listed = json.loads((asked.folder / "datasets.json").read_text(encoding="utf-8"))
    entries = [each for each in listed.get("tables", listed).values() if "target" in each]
    with tempfile.TemporaryDirectory() as home:
        os.environ["MODELYARD_HOME"], os.environ["MODELYARD_KEYS"] = home, f"{home}/keys"
        found = []
        for entry in entries:
            path = asked.folder / entry["file"]
            if path.suffix != ".csv" or (asked.tables and path.stem not in asked.tables):
                continue
            wanted = {"algorithm": asked.algorithm, **entry}
            deals = [
                measure(wanted, path, n_most=asked.rows, seed=seed) for seed in range(asked.deals)
            ]
            found.append(told_of(deals))
            print(f"{path.stem}: {found[-1]['share']:.4f}", file=sys.stderr, flush=True)
    n_held = sum(each["n_held"] for each in found)
    pooled = sum(each["share"] * each["n_held"] for each in found) / n_held
    result = keep(
        "coverage",
        {"level": LEVEL, "target": TARGET, "pooled": pooled, "n_held": n_held, "tables": found},
    )
    if asked.json:
        print(json.dumps(result))
        return
    _print(found, asked.deals)
    verdict = "within" if TARGET[0] <= pooled <= TARGET[1] else "outside"
    n_within = sum(each["is_within"] for each in found)
    print(f"Pooled: {pooled:.4f}, {verdict} {TARGET[0]:.2f} to {TARGET[1]:.2f}.")
    print(f"{n_within} of {len(found)} tables lie within their bands.")


def _print(found: list[dict[str, Any]], n_deals: int) -> None:
    rows = [
        [
            each["table"],
            each["task"],
            f"{each['n_ranked']:,}",
            f"{each['n_held']:,}",
            f"{each['share']:.4f}",
            "{:.3f} to {:.3f}".format(*each["band"]),
            "yes" if each["is_within"] else "no",
            *(f"{each['deals_within'][band]} of {n_deals}" for band in each["deals_within"]),
            "-" if each["reported"] is None else f"{each['reported']:.3f}",
            f"{each['size']:.4g}",
            "not applied" if each["log_loss_gain"] is None else f"{each['log_loss_gain']:+.4f}",
        ]
        for each in found
    ]
    header = ["table", "task", "ranked", "held back", "share", "band", "in it"]
    header += ["deals in it", "in the beta-binomial", "reported", "size", "log loss gain"]
    print_table(header, rows)


if __name__ == "__main__":
    main()
