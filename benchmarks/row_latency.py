"""Measures one prediction for one row, in process: Modelyard's runtime and the usual pipeline.

The same made table (20,000 rows, 10 numeric and 5 text columns, 5 % missing) teaches both sides 300
LightGBM trees. Ours is a signed package, opened by `runtime` as a server would. The usual side is
scikit-learn's ColumnTransformer (SimpleImputer, OrdinalEncoder) with LGBMClassifier, on one thread,
fed `DataFrame([row])`. Both answer the same rows, each a dict as JSON would bring it, in turn.

A pipeline that was fitted on a batch may answer otherwise for one row: a frame made of one row with
a null holds objects, which an imputer of NaN passes by. So the table also says on how many rows the
probability of the row differs from that of the batch by more than 1e-9.
"""

import argparse
import json
import math
import os
import tempfile
import time
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from measuring.results import keep, print_table
from measuring.tables import N_NUMBERS, N_WORDS, TARGET, Cell, mixed_columns, write_mixed

N_ROWS = 20_000
N_TREES = 300
N_ASKED = 1_500
BLOCK_ROWS = 100
TARGET_US = 50

Row = dict[str, Cell]


def our_predictor(folder: Path) -> Any:
    """Train by Modelyard, and open the package by the runtime alone."""
    os.environ["MODELYARD_HOME"] = str(folder / "home")
    os.environ["MODELYARD_KEYS"] = str(folder / "keys")
    import modelyard
    from modelyard.bootstrap import open_project
    from modelyard.runtime.packages import open_package
    from modelyard.runtime.predictor import Predictor

    path = folder / "mixed.csv"
    write_mixed(path, N_ROWS)
    parameters = {"n_estimators": N_TREES, "early_stopping_rounds": 0}
    model = modelyard.train(path, target=TARGET, algorithm="lightgbm", parameters=parameters)
    return Predictor.of(open_package(model.path, {open_project().key.fingerprint}))


def usual_pipeline(columns: dict[str, list[Cell]]) -> Any:
    """Fit what most projects serve, on the same table."""
    import pandas as pd
    from lightgbm import LGBMClassifier
    from sklearn.compose import ColumnTransformer
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OrdinalEncoder

    table = pd.DataFrame(columns)
    answers = table.pop(TARGET)
    words = make_pipeline(
        SimpleImputer(strategy="most_frequent"),
        OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1),
    )
    prepare = ColumnTransformer(
        [
            ("numbers", SimpleImputer(strategy="median"), list(table.columns[:N_NUMBERS])),
            ("words", words, list(table.columns[N_NUMBERS : N_NUMBERS + N_WORDS])),
        ]
    )
    trees = LGBMClassifier(n_estimators=N_TREES, learning_rate=0.05, n_jobs=1, verbosity=-1)
    return make_pipeline(prepare, trees).fit(table, answers)


def microseconds(sides: dict[str, Callable[[Row], object]], rows: list[Row]) -> dict[str, float]:
    """Return the median of each side over the rows, in turn by blocks of rows.

    Row by row would charge the fast side for the caches that the slow one has emptied; the first
    tenth of a block is a warm-up.
    """
    times: dict[str, list[float]] = {name: [] for name in sides}
    for start in range(0, len(rows), BLOCK_ROWS):
        block = rows[start : start + BLOCK_ROWS]
        for name, side in sides.items():
            for row in block[: BLOCK_ROWS // 10]:
                side(row)
            for row in block:
                started = time.perf_counter_ns()
                side(row)
                times[name].append((time.perf_counter_ns() - started) / 1e3)
    return {name: median(each) for name, each in times.items()}


def our_parts(predictor: Any, rows: list[Row]) -> dict[str, float]:
    """Return the medians of reading, recipe and model alone."""
    read = [predictor.reader.read_row(row) for row in rows]
    ready = [predictor.recipe.apply(blocks) for blocks in read]
    session = predictor.session
    at = {id(row): number for number, row in enumerate(rows)}
    return microseconds(
        {
            "read": predictor.reader.read_row,
            "recipe": lambda row: predictor.recipe.apply(read[at[id(row)]]),
            "model": lambda row: session.scores(ready[at[id(row)]]),
        },
        rows,
    )


def usual_parts(pipeline: Any, rows: list[Row]) -> dict[str, float]:
    """Return the medians of the frame, the preparation and the model alone."""
    import pandas as pd

    prepare, model = pipeline[:-1], pipeline[-1]
    frames = [pd.DataFrame([row]) for row in rows]
    ready = [prepare.transform(frame) for frame in frames]
    at = {id(row): number for number, row in enumerate(rows)}
    return microseconds(
        {
            "frame": lambda row: pd.DataFrame([row]),
            "preparation": lambda row: prepare.transform(frames[at[id(row)]]),
            "model": lambda row: model.predict_proba(ready[at[id(row)]]),
        },
        rows,
    )


def share_that_differs(singles: list[float], batch: Sequence[float]) -> float:
    """Return the share of rows whose probability depends on whether they came alone."""
    pairs = zip(singles, batch, strict=True)
    return sum(not math.isclose(one, all_, abs_tol=1e-9) for one, all_ in pairs) / len(singles)


def main() -> None:
    """Print a table, and write the same as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON in place of the table")
    parser.add_argument("--rows", type=int, default=N_ASKED, help="how many rows are asked")
    asked = parser.parse_args()
    import pandas as pd

    columns = mixed_columns(N_ROWS)
    features = {name: column for name, column in columns.items() if name != TARGET}
    rows = [
        dict(zip(features, cells, strict=True)) for cells in zip(*features.values(), strict=True)
    ][: asked.rows]
    with tempfile.TemporaryDirectory() as folder:
        predictor = our_predictor(Path(folder))
    pipeline = usual_pipeline(columns)

    def ours(row: Row) -> float:
        return predictor.predict_row(row).probabilities["yes"]

    def usual(row: Row) -> float:
        return float(pipeline.predict_proba(pd.DataFrame([row]))[0, 1])

    warnings.filterwarnings("ignore", message="X does not have valid feature names")
    whole = microseconds({"ours": ours, "usual": usual}, rows)
    our_batch = predictor.predict_rows(rows).probabilities[:, 1]
    usual_batch = pipeline.predict_proba(pd.DataFrame(columns).head(asked.rows)[list(features)])
    result = keep(
        "row_latency",
        {
            "n_rows": asked.rows,
            "n_trees": N_TREES,
            "target_us": TARGET_US,
            "median_us": whole,
            "ratio": whole["usual"] / whole["ours"],
            "parts_us": {
                "ours": our_parts(predictor, rows),
                "usual": usual_parts(pipeline, rows),
            },
            "differs_from_batch_share": {
                "ours": share_that_differs([ours(row) for row in rows], our_batch.tolist()),
                "usual": share_that_differs(
                    [usual(row) for row in rows], usual_batch[:, 1].tolist()
                ),
            },
        },
    )
    if asked.json:
        print(json.dumps(result))
        return
    _print(result)


def _print(result: dict[str, Any]) -> None:
    print_table(
        ["one row", "median us", "of which", "differs from batch"],
        [
            [
                name,
                f"{result['median_us'][name]:.1f}",
                ", ".join(f"{part} {us:.1f}" for part, us in result["parts_us"][name].items()),
                f"{result['differs_from_batch_share'][name]:.1%}",
            ]
            for name in ("ours", "usual")
        ],
    )
    print(f"ratio {result['ratio']:.0f}, target under {result['target_us']} us")


if __name__ == "__main__":
    main()
