"""Modelyard: one call with a time limit, and its package; options go to `train` as they are."""

import os
from pathlib import Path
from typing import Any

from worker import Job, Loaded

METRICS = {"roc_auc": "roc-auc", "log_loss": "log-loss", "rmse": "rmse"}
# A benchmark asks no questions about its columns; whoever trains for real looks at these first.
LEAKAGE = ("copy", "date", "group", "missingness", "order", "single", "sum")


def fit(job: Job) -> None:
    """Train within the budget, or by the one algorithm that the options name."""
    _at_home(job)
    import modelyard

    limit = {} if "algorithm" in job.options else {"time_limit_s": job.budget_s}
    modelyard.train(
        job.train,
        target=job.target,
        task=job.task,
        metric=METRICS[job.metric],
        seed=job.seed,
        accept=[f"leakage-{each}" for each in LEAKAGE],
        out=job.model,
        **limit,
        **job.options,
    )


def load(job: Job) -> Loaded:
    """Open the package: hashes and signature are checked."""
    _at_home(job)
    import polars as pl

    import modelyard

    model = modelyard.load(job.model)

    def read(path: str) -> Any:
        return pl.read_csv(path, infer_schema_length=None)

    def predict(frame: Any) -> Any:
        if job.task == "regression":
            return model.predict(frame).to_numpy()
        return model.predict_proba(frame).to_numpy()

    def rows(frame: Any, n_rows: int) -> list[dict[str, Any]]:
        cells = frame.head(n_rows).to_dicts()
        return [cells[at % len(cells)] for at in range(n_rows)]

    labels = [] if job.task == "regression" else [str(each) for each in model.manifest.labels]
    return Loaded(labels, read, predict, rows, model.predict_row)


def _at_home(job: Job) -> None:
    """Keep registry and keys in the job's folder; only the package is what a model weighs."""
    os.environ["MODELYARD_HOME"] = str(Path(job.folder, "home"))
    os.environ["MODELYARD_KEYS"] = str(Path(job.folder, "keys"))
