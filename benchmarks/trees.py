"""Measures answers of boosted trees to many rows: by masks, by ONNX Runtime, and by their library.

All sides answer the same 4,000 rows with one thread, in turn; what is told are microseconds of a
row, the median of rounds, and whether masks and ONNX Runtime come to the same bits. Rows are random
numbers of which one in twenty is missing; a model is fitted to a function of them.

Usage: python benchmarks/trees.py [--features 12,48] [--rounds 5]
"""

import argparse
import json
from collections.abc import Callable
from typing import Any

import numpy as np
from measuring.results import keep, print_table
from measuring.timing import in_turn, medians

from modelyard.catalog import Catalog, install_hint
from modelyard.domain.tasks import Task
from modelyard.engine.parameters import resolve_parameters
from modelyard.protocols.algorithms import FitInput, FittedModel
from modelyard.runtime.sessions import Session, open_graph

ALGORITHMS = ("lightgbm", "xgboost", "catboost")
N_ROWS, N_CLASSES = 4_000, 5
MASKS, WALKS, LIBRARY = "masks", "onnxruntime", "library"


def fitted(key: str, task: Task, *, n_features: int) -> tuple[FittedModel, np.ndarray]:
    """Return a model with the defaults of its card, and the rows to answer."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(N_ROWS, n_features))
    signal = X.sum(axis=1) + np.sin(3 * X[:, 1]) + X[:, 2] * X[:, 3] + rng.normal(size=N_ROWS)
    X[rng.random(X.shape) < 0.05] = np.nan
    n_classes = N_CLASSES if task is Task.MULTICLASS else 0
    edges = np.quantile(signal, np.arange(1, N_CLASSES) / N_CLASSES)
    algorithm = Catalog().algorithms()[key]
    model = algorithm.fit(
        FitInput(
            X=X,
            y=np.digitize(signal, edges) if n_classes else signal,
            feature_names=tuple(f"x{at}" for at in range(n_features)),
            task=task,
            n_classes=n_classes,
            parameters=resolve_parameters(algorithm.card, {}),
            rng=np.random.default_rng(1),
            n_threads=2,
        )
    )
    return model, X


def measured(key: str, task: Task, *, n_features: int, n_rounds: int) -> dict[str, Any]:
    """Return microseconds of a row by each side."""
    model, X = fitted(key, task, n_features=n_features)
    content = model.to_onnx()
    session, walking = Session(content), open_graph(content)
    sides: dict[str, Callable[[], Any]] = {
        MASKS: lambda: session.scores(X),
        WALKS: lambda: walking.run(None, {"features": X})[0],
        LIBRARY: lambda: model.scores(X),
    }
    times = medians(in_turn(sides, n_rounds=n_rounds).wall)
    return {
        "algorithm": key,
        "task": task.value,
        "features": n_features,
        **{f"{name} µs": round(times[name] / N_ROWS * 1e6, 1) for name in sides},
        "times": round(times[WALKS] / times[MASKS], 1),
        "same bits": bool(np.array_equal(sides[MASKS](), sides[WALKS]())),
    }


def main() -> None:
    """Print a line for each library, task and number of features."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--features", default="12,48", help="numbers of features, by comma")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    cards = {key: each.card for key, each in Catalog().algorithms().items()}
    found = [
        measured(key, task, n_features=int(n_features), n_rounds=asked.rounds)
        for key in ALGORITHMS
        if install_hint(cards[key]) is None
        for task in (Task.REGRESSION, Task.MULTICLASS)
        for n_features in asked.features.split(",")
    ]
    result = keep("trees", {"n_rows": N_ROWS, "cases": found})
    if asked.json:
        print(json.dumps(result))
        return
    print_table(tuple(found[0]), [tuple(map(str, each.values())) for each in found])


if __name__ == "__main__":
    main()
