"""Measures what `modelyard.train` costs over the raw library that it trains with.

The raw side does the useful minimum and no more: pandas.read_csv, a random 70/10/20 split, codes or
one-hot columns for the words, the fit with the very same hyperparameters, rounds, stopping rule and
threads, predictions for the test rows, and one ROC-AUC. Our side is one call of `modelyard.train`:
all of that, and typed columns, a profile, data checks, a split in which identical rows never
straddle, every metric beside a baseline with intervals, importance, charts, a report, a package
that was proved equal to the model row by row and signed, and a run in the registry.

Fresh: a new process each time, imports included. Warm: both sides in turn within one process.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

from measuring.results import keep, print_table
from measuring.tables import TARGET, write_mixed
from measuring.timing import Times, in_turn, medians, paired_ratio, processes_in_turn

ALGORITHMS = ("lightgbm", "random-forest", "logistic-regression")
N_ROWS = 50_000
TARGET_RATIO = 1.3


def ours(path: Path, target: str, algorithm: str) -> float:
    """Train by one call, in a new project folder, and return the ROC-AUC on the test rows."""
    with tempfile.TemporaryDirectory() as home:
        os.environ["MODELYARD_HOME"] = home
        os.environ["MODELYARD_KEYS"] = str(Path(home, "keys"))
        import modelyard

        model = modelyard.train(path, target=target, algorithm=algorithm, metric="roc-auc")
        return model.metrics["roc-auc"]["value"]


def raw(path: Path, target: str, algorithm: str) -> float:
    """Train by the library alone, and return the ROC-AUC on the test rows."""
    import numpy as np
    import pandas as pd

    table = pd.read_csv(path)
    y = pd.factorize(table.pop(target), sort=True)[0]
    rows = np.random.default_rng(0).permutation(len(table))
    train, validation, test = np.split(rows, [int(0.7 * len(rows)), int(0.8 * len(rows))])
    fit = {
        "lightgbm": _raw_lightgbm,
        "random-forest": _raw_forest,
        "logistic-regression": _raw_logistic,
    }[algorithm]
    probability = fit(table, y, parts=(train, validation, test))
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score(y[test], probability))


def _raw_lightgbm(table: Any, y: Any, *, parts: Any) -> Any:
    import lightgbm

    train, validation, test = parts
    X = _coded(table)
    options = {
        "objective": "binary",
        "learning_rate": 0.05,
        "num_leaves": 31,
        "min_data_in_leaf": 20,
        "seed": 0,
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": _n_threads(),
        "verbosity": -1,
    }
    rows = lightgbm.Dataset(X[train], y[train])
    booster = lightgbm.train(
        options,
        rows,
        num_boost_round=500,
        valid_sets=[rows.create_valid(X[validation], y[validation])],
        callbacks=[lightgbm.early_stopping(50, verbose=False)],
    )
    return booster.predict(X[test], num_iteration=booster.best_iteration)


def _raw_forest(table: Any, y: Any, *, parts: Any) -> Any:
    import numpy as np
    from sklearn.ensemble import RandomForestClassifier

    train, validation, test = parts
    X = _coded(table)
    forest = RandomForestClassifier(
        n_estimators=100, min_samples_leaf=2, random_state=0, n_jobs=_n_threads()
    )
    taught = np.concatenate([train, validation])
    forest.fit(X[taught], y[taught])
    return forest.predict_proba(X[test])[:, 1]


def _raw_logistic(table: Any, y: Any, *, parts: Any) -> Any:
    import numpy as np
    from sklearn.compose import ColumnTransformer
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    train, validation, test = parts
    numbers = list(table.select_dtypes("number").columns)
    words = [name for name in table.columns if name not in numbers]
    scaled = make_pipeline(SimpleImputer(strategy="median", add_indicator=True), StandardScaler())
    prepare = ColumnTransformer(
        [("numbers", scaled, numbers), ("words", OneHotEncoder(handle_unknown="ignore"), words)]
    )
    model = make_pipeline(prepare, LogisticRegression(max_iter=1000))
    taught = np.concatenate([train, validation])
    model.fit(table.iloc[taught], y[taught])
    return model.predict_proba(table.iloc[test])[:, 1]


def _coded(table: Any) -> Any:
    import numpy as np
    import pandas as pd

    coded = table.copy()
    for name in table.columns:
        if not pd.api.types.is_numeric_dtype(table[name]):
            codes = table[name].astype("category").cat.codes
            coded[name] = codes.where(codes >= 0)
    return coded.to_numpy(dtype=np.float64)


def _n_threads() -> int:
    return len(os.sched_getaffinity(0))


def measured(algorithm: str, path: Path, *, target: str, n_rounds: int) -> dict[str, Any]:
    """Return seconds and ratios of one algorithm."""
    place = ["--csv", str(path), "--target", target, "--algorithms", algorithm]
    script = [sys.executable, str(Path(__file__).resolve())]
    fresh = processes_in_turn(
        {side: [*script, "--side", side, *place] for side in ("ours", "raw")}, n_rounds=n_rounds
    )
    answer = json.loads(_output([*script, "--side", "both", "--rounds", str(n_rounds), *place]))
    warm = Times(**answer["times"])
    kinds = {"fresh": fresh.wall, "fresh_cpu": fresh.cpu, "warm": warm.wall, "warm_cpu": warm.cpu}
    return {
        "algorithm": algorithm,
        "median_s": {kind: medians(each) for kind, each in kinds.items()},
        "ratio": {kind: paired_ratio(each, "ours", "raw") for kind, each in kinds.items()},
        "roc_auc": answer["roc_auc"],
        "all_s": kinds,
    }


def _output(command: list[str]) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def run_side(side: str, path: Path, *, target: str, algorithm: str, n_rounds: int) -> None:
    """Be the child process: train once, or both sides in turn, and print what came of it."""
    sides = {"ours": ours, "raw": raw}
    if side != "both":
        sides[side](path, target, algorithm)
        return
    scores = {name: train(path, target, algorithm) for name, train in sides.items()}
    times = in_turn(
        {
            name: lambda train=train: train(path, target, algorithm)  # type: ignore[misc]
            for name, train in sides.items()
        },
        n_rounds=n_rounds,
        n_warm=0,
    )
    print(json.dumps({"times": asdict(times), "roc_auc": scores}))


def main() -> None:
    """Print a table, and write the same as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON in place of the table")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--rows", type=int, default=N_ROWS)
    parser.add_argument("--algorithms", nargs="+", choices=ALGORITHMS, default=list(ALGORITHMS))
    parser.add_argument("--csv", type=Path, help="a table with two classes, in place of a made one")
    parser.add_argument("--target", default=TARGET)
    parser.add_argument("--side", choices=("ours", "raw", "both"), help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.side:
        algorithm = asked.algorithms[0]
        run_side(
            asked.side,
            asked.csv,
            target=asked.target,
            algorithm=algorithm,
            n_rounds=asked.rounds,
        )
        return
    with tempfile.TemporaryDirectory() as folder:
        path = asked.csv or Path(folder, "mixed.csv")
        if asked.csv is None:
            write_mixed(path, asked.rows)
        found = [
            measured(each, path, target=asked.target, n_rounds=asked.rounds)
            for each in asked.algorithms
        ]
    result = keep(
        "training_overhead", {"target_ratio": TARGET_RATIO, "n_rows": asked.rows, "sides": found}
    )
    if asked.json:
        print(json.dumps(result))
        return
    print_table(
        ["algorithm", "time", "ours s", "raw s", "ratio", "AUC", "raw AUC"],
        [
            [
                each["algorithm"],
                kind.replace("_", " "),
                *(f"{each['median_s'][kind][side]:.2f}" for side in ("ours", "raw")),
                f"{each['ratio'][kind]:.2f}",
                *(f"{each['roc_auc'][side]:.4f}" for side in ("ours", "raw")),
            ]
            for each in found
            for kind in each["ratio"]
        ],
    )


if __name__ == "__main__":
    main()
