"""Runs one system in a process of its own: it trains and saves, or loads and answers.

Started as `PYTHON worker.py JOB.json` by the Python that has the system's library, so that beside
it nothing but numpy is asked for. A system is a file with two functions: `fit(job)` trains and
saves beneath `job.model`; `load(job)` returns `Loaded`. The libraries that it needs are imported
before the clock starts.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module, util
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median
from typing import Any

# Of one-row answers the median counts; the first ones warm up.
N_WARM, N_SINGLE, N_BATCHES = 5, 50, 3
LONGEST_S = 15.0


@dataclass(frozen=True)
class Job:
    """What a system is told.

    Attributes:
        train: CSV file with the target.
        held: CSV file of the rows to answer, without the target.
        batch: the same rows, repeated until they are enough to time.
        metric: "roc_auc", "log_loss" or "rmse", by which the answers are judged.
        folder: to work in; what is served later lies in `model`.
        options: what tells systems of one file apart.
    """

    train: str
    held: str
    batch: str
    target: str
    task: str
    metric: str
    budget_s: float
    n_cores: int
    seed: int
    folder: str
    needs: list[str] = field(default_factory=list)
    options: dict[str, Any] = field(default_factory=dict)

    @property
    def model(self) -> Path:
        """The folder whose size counts."""
        return Path(self.folder, "model")


@dataclass(frozen=True)
class Loaded:
    """A model that was read from disk.

    Attributes:
        labels: of the columns of its answers, as written in the CSV file; none for numbers.
        read: path of a CSV file to a table as the system takes it; not timed.
        predict: table to probabilities (n, k), or to numbers (n,).
        rows: table and a count to as many single rows; not timed.
        predict_row: one of these to its answer.
    """

    labels: list[str]
    read: Callable[[str], Any]
    predict: Callable[[Any], Any]
    rows: Callable[[Any, int], list[Any]]
    predict_row: Callable[[Any], Any]


def fit(system: Any, job: Job) -> dict[str, Any]:
    """Train and save; return the seconds from the call until everything lies on disk."""
    begun = time.perf_counter()
    system.fit(job)
    return {"fit_s": time.perf_counter() - begun, "versions": _versions(job.needs)}


def predict(system: Any, job: Job) -> dict[str, Any]:
    """Load and answer the rows that were held back, then time one row and many."""
    import numpy as np

    begun = time.perf_counter()
    loaded = system.load(job)
    told = {"load_s": time.perf_counter() - begun}
    held = loaded.read(job.held)
    answers = np.asarray(loaded.predict(held), dtype=np.float64)
    np.savez(Path(job.folder, "answers.npz"), answers=answers, labels=np.array(loaded.labels, "U"))
    singles = loaded.rows(held, N_WARM + N_SINGLE)
    many = loaded.read(job.batch)
    n_many = sum(1 for _ in _data_rows(job.batch))
    row_s = _times(lambda at: loaded.predict_row(singles[at % len(singles)]), N_WARM + N_SINGLE)
    batch_s = _times(lambda _: loaded.predict(many), N_BATCHES)
    warm = row_s[N_WARM:] or row_s
    return {**told, "row_ms": 1e3 * median(warm), "batch_rows_s": n_many / median(batch_s)}


def _times(ask: Callable[[int], Any], n_times: int) -> list[float]:
    """Return seconds, fewer of them where they would take too long together."""
    found: list[float] = []
    while len(found) < n_times and sum(found) < LONGEST_S:
        begun = time.perf_counter()
        ask(len(found))
        found.append(time.perf_counter() - begun)
    return found


def _data_rows(path: str) -> Any:
    import csv

    with Path(path).open(encoding="utf-8", newline="") as stream:
        rows = csv.reader(stream)
        next(rows)
        yield from rows


def _versions(needs: list[str]) -> dict[str, str]:
    found = {}
    for name in needs:
        try:
            found[name] = version({"sklearn": "scikit-learn"}.get(name, name))
        except PackageNotFoundError:
            continue
    return found


def main() -> None:
    """Do what the file says, and write what was measured beside it."""
    told = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    os.sched_setaffinity(0, told.pop("cores"))
    stage, path = {"fit": fit, "predict": predict}[told.pop("stage")], told.pop("system")
    job = Job(**told)
    job.model.mkdir(exist_ok=True)
    try:
        for name in job.needs:
            import_module(name)
        measured = stage(_system_of(path), job)
    except Exception as error:
        # What a library says when it ends would hide it among the last words of the log.
        words = f"{type(error).__name__}: {error}"
        Path(job.folder, "error.txt").write_text(words, encoding="utf-8")
        raise
    Path(job.folder, f"{stage.__name__}.json").write_text(json.dumps(measured), encoding="utf-8")


def _system_of(path: str) -> Any:
    spec = util.spec_from_file_location("system", path)
    system = util.module_from_spec(spec)
    spec.loader.exec_module(system)
    return system


if __name__ == "__main__":
    # A system imports `Loaded` from the module, which is to be this one.
    sys.modules["worker"] = sys.modules["__main__"]
    main()
