"""LightGBM with its defaults and its native categories: what one fit reaches unasked."""

import pickle
from typing import Any

from frames import features, single_rows, training
from worker import Job, Loaded


def fit(job: Job) -> None:
    """Fit once; the budget is not asked."""
    from lightgbm import LGBMClassifier, LGBMRegressor

    frame, target = training(job)
    categories = {
        name: sorted(frame[name].dropna().unique())
        for name in frame.columns
        if frame[name].dtype == object
    }
    kind = LGBMRegressor if job.task == "regression" else LGBMClassifier
    model = kind(random_state=job.seed, n_jobs=job.n_cores, verbose=-1)
    model.fit(_coded(frame, categories), target)
    (job.model / "model.pkl").write_bytes(pickle.dumps((model, categories)))


def load(job: Job) -> Loaded:
    """Read the pickle."""
    model, categories = pickle.loads((job.model / "model.pkl").read_bytes())  # noqa: S301
    labels = [] if job.task == "regression" else [str(label) for label in model.classes_]
    ask = model.predict_proba if labels else model.predict

    def predict(frame: Any) -> Any:
        return ask(_coded(frame, categories))

    return Loaded(labels, lambda path: features(job, path), predict, single_rows, predict)


def _coded(frame: Any, categories: dict[str, list[str]]) -> Any:
    """Return text as categories; names of columns are numbered, since LightGBM refuses some."""
    import pandas as pd

    coded = frame.copy()
    for name, known in categories.items():
        coded[name] = pd.Categorical(frame[name], categories=known)
    return coded.set_axis([f"f{at}" for at in range(coded.shape[1])], axis=1)
