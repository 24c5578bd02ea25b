"""FLAML: a frugal search for one tuned model, kept as the pickle that its documentation shows."""

import pickle

from frames import features, single_rows, training
from worker import Job, Loaded


def fit(job: Job) -> None:
    """Search for the whole budget."""
    from flaml import AutoML

    frame, target = training(job)
    automl = AutoML()
    automl.fit(
        frame,
        target,
        task="regression" if job.task == "regression" else "classification",
        metric=job.metric,
        time_budget=job.budget_s,
        n_jobs=job.n_cores,
        seed=job.seed,
        verbose=1,
    )
    if automl.model is None:
        raise RuntimeError("FLAML found no model in its time")
    (job.model / "model.pkl").write_bytes(pickle.dumps(automl))


def load(job: Job) -> Loaded:
    """Read the pickle."""
    automl = pickle.loads((job.model / "model.pkl").read_bytes())  # noqa: S301
    labels = [] if job.task == "regression" else [str(label) for label in automl.classes_]
    ask = automl.predict_proba if labels else automl.predict
    return Loaded(labels, lambda path: features(job, path), ask, single_rows, ask)
