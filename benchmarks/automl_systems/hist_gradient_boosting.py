"""scikit-learn's histogram gradient boosting with its defaults and its native categories."""

import pickle
from typing import Any

from frames import features, single_rows, training
from worker import Job, Loaded

# It takes no column with more categories than bins.
N_MOST = 255


def fit(job: Job) -> None:
    """Fit once; the budget is not asked."""
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

    frame, target = training(job)
    categories = {
        name: sorted(frame[name].value_counts().index[:N_MOST])
        for name in frame.columns
        if frame[name].dtype == object
    }
    is_number = job.task == "regression"
    kind = HistGradientBoostingRegressor if is_number else HistGradientBoostingClassifier
    model = kind(random_state=job.seed, categorical_features="from_dtype")
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
    """Return text as categories; rarer ones than fit are missing."""
    import pandas as pd

    coded = frame.copy()
    for name, known in categories.items():
        coded[name] = pd.Categorical(frame[name].where(frame[name].isin(known)), categories=known)
    return coded
