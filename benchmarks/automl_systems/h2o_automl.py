"""H2O AutoML: models and stacks in a Java process, of which the leader is saved."""

import json
import socket
from pathlib import Path
from typing import Any

from frames import features, single_rows, training
from worker import Job, Loaded

METRICS = {"roc_auc": "AUC", "log_loss": "logloss", "rmse": "RMSE"}


def fit(job: Job) -> None:
    """Start Java, search for the whole budget, save the leader."""
    import h2o
    from h2o.automl import H2OAutoML

    _start(job)
    frame, target = training(job)
    labels: list[str] = []
    if job.task != "regression":
        # Labels that look like numbers would come back under other names.
        labels = sorted(target.unique())
        target = target.map({label: f"c{at}" for at, label in enumerate(labels)})
    automl = H2OAutoML(
        max_runtime_secs=int(job.budget_s),
        seed=job.seed,
        nfolds=5,
        sort_metric=METRICS[job.metric],
    )
    table = _table(frame.assign(**{job.target: target}))
    automl.train(x=list(frame.columns), y=job.target, training_frame=table)
    if automl.leader is None:
        raise RuntimeError("H2O found no model in its time")
    path = h2o.save_model(automl.leader, path=str(job.model), force=True)
    told = {"labels": labels, "file": Path(path).name}
    (job.model / "leader.json").write_text(json.dumps(told), encoding="utf-8")
    h2o.cluster().shutdown()


def load(job: Job) -> Loaded:
    """Start Java and read the leader; it ends with this process."""
    import h2o

    _start(job)
    told = json.loads((job.model / "leader.json").read_text(encoding="utf-8"))
    model, labels = h2o.load_model(str(job.model / told["file"])), told["labels"]
    columns = [f"c{at}" for at in range(len(labels))]

    def predict(table: Any) -> Any:
        answers = model.predict(table).as_data_frame(use_multi_thread=False)
        return answers.reindex(columns=columns, fill_value=0.0) if labels else answers["predict"]

    return Loaded(
        labels,
        lambda path: _table(features(job, path)),
        predict,
        lambda _, n_rows: single_rows(features(job, job.held), n_rows),
        lambda row: predict(_table(row)),
    )


def _table(frame: Any) -> Any:
    import h2o
    from pandas.api.types import is_numeric_dtype

    kinds = {
        name: "numeric" if is_numeric_dtype(column) else "enum" for name, column in frame.items()
    }
    return h2o.H2OFrame(frame, column_types=kinds)


def _start(job: Job) -> None:
    import h2o

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    h2o.init(
        port=port,
        nthreads=job.n_cores,
        max_mem_size="8G",
        ice_root=job.folder,
        enable_assertions=False,
    )
    h2o.no_progress()
