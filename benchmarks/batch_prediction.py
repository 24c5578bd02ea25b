"""Measures predictions for a million rows from file to file, beside LightGBM on the same rows.

A made table teaches both sides 300 LightGBM trees. `modelyard predict` reads the CSV file, types,
predicts and writes the answers, in a process of its own, so that its peak of memory is its own. The
usual side, in a process as well, reads the file with pandas, codes the words as it did in training,
lets LightGBM predict on two threads, and writes the answers with pandas.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from measuring.results import keep, print_table
from measuring.tables import TARGET, write_mixed

N_ROWS, N_TAUGHT, N_TREES = 1_000_000, 20_000, 300
_FIT = """
import sys, lightgbm, pandas, pickle
table = pandas.read_csv(sys.argv[1])
answers = table.pop({target!r})
words = table.select_dtypes(exclude="number").columns
table[words] = table[words].astype("category")
model = lightgbm.LGBMClassifier(n_estimators={n_trees}, learning_rate=0.05, n_jobs=2, verbosity=-1)
pickle.dump((model.fit(table, answers), dict(table[words].dtypes)), open(sys.argv[2], "wb"))
"""
_PREDICT = """
import sys, time, pandas, pickle
model, dtypes = pickle.load(open(sys.argv[2], "rb"))
table = pandas.read_csv(sys.argv[1]).drop(columns={target!r}).astype(dtypes)
started = time.perf_counter()
answers = model.predict(table)
print(time.perf_counter() - started)
pandas.DataFrame({{"prediction": answers}}).to_csv(sys.argv[3], index=False)
"""


def _timed(command: list[str]) -> dict[str, Any]:
    """Run a process; return its seconds, its peak of resident memory and what it told."""
    started = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        told = process.stdout.read().decode() if process.stdout else ""
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    seconds = time.perf_counter() - started
    return {"seconds": seconds, "peak_bytes": usage.ru_maxrss * 1024, "told": told.strip()}


def _ours(folder: Path, asked: Path) -> dict[str, Any]:
    import modelyard

    modelyard.train(
        folder / "taught.csv",
        target=TARGET,
        name="batch",
        parameters={"n_estimators": N_TREES, "early_stopping_rounds": 0},
    )
    command = [sys.executable, "-m", "modelyard", "predict", "batch", str(asked)]
    return _timed([*command, "--out", str(folder / "ours.csv")])


def _usual(folder: Path, asked: Path) -> dict[str, Any]:
    model = str(folder / "model.pickle")
    fit = _FIT.format(target=TARGET, n_trees=N_TREES)
    _timed([sys.executable, "-c", fit, str(folder / "taught.csv"), model])
    predict = _PREDICT.format(target=TARGET)
    return _timed([sys.executable, "-c", predict, str(asked), model, str(folder / "usual.csv")])


def main() -> None:
    """Print a table, and write the same as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON in place of the table")
    parser.add_argument("--rows", type=int, default=N_ROWS, help="how many rows are asked")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["MODELYARD_HOME"] = str(folder / "home")
        os.environ["MODELYARD_KEYS"] = str(folder / "keys")
        write_mixed(folder / "taught.csv", N_TAUGHT)
        write_mixed(folder / "asked.csv", asked.rows)
        sides = {
            "modelyard predict": _ours(folder, folder / "asked.csv"),
            "pandas and LightGBM": _usual(folder, folder / "asked.csv"),
        }
        answers = [(folder / f"{side}.csv").read_text().count("\n") for side in ("ours", "usual")]
    if len(set(answers)) > 1:
        raise SystemExit(f"the sides wrote {answers} lines")
    sides["LightGBM's predict alone"] = {
        "seconds": float(sides["pandas and LightGBM"]["told"]),
        "peak_bytes": None,
    }
    for side in sides.values():
        side.pop("told", None)
    result = keep(
        "batch_prediction",
        {"n_rows": asked.rows, "n_trees": N_TREES, "n_threads": 2, "sides": sides},
    )
    if asked.json:
        print(json.dumps(result))
        return
    rows = [
        [
            title,
            f"{side['seconds']:.1f}",
            f"{side['peak_bytes'] / 1e9:.2f}" if side["peak_bytes"] else "–",
        ]
        for title, side in sides.items()
    ]
    print_table([f"{asked.rows:,} rows", "seconds", "peak GB"], rows)


if __name__ == "__main__":
    main()
