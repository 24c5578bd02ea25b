"""AutoGluon: a portfolio, bagged and blended; the option `presets` says how much of it."""

from typing import Any

from frames import features, single_rows, training
from worker import Job, Loaded

METRICS = {"roc_auc": "roc_auc", "log_loss": "log_loss", "rmse": "root_mean_squared_error"}


def fit(job: Job) -> None:
    """Fit within the budget; its folder is the model."""
    from autogluon.tabular import TabularPredictor

    frame, target = training(job)
    predictor = TabularPredictor(
        label=job.target,
        problem_type=job.task,
        eval_metric=METRICS[job.metric],
        path=str(job.model / "predictor"),
        verbosity=1,
    )
    predictor.fit(
        frame.assign(**{job.target: target}),
        presets=job.options["presets"],
        time_limit=job.budget_s,
        num_cpus=job.n_cores,
        num_gpus=0,
    )


def load(job: Job) -> Loaded:
    """Read the folder and keep its models in memory."""
    from autogluon.tabular import TabularPredictor

    predictor = TabularPredictor.load(str(job.model / "predictor"))
    predictor.persist()
    labels = [] if job.task == "regression" else [str(each) for each in predictor.class_labels]

    def predict(frame: Any) -> Any:
        if not labels:
            return predictor.predict(frame, as_pandas=False)
        return predictor.predict_proba(frame, as_pandas=False, as_multiclass=True)

    return Loaded(labels, lambda path: features(job, path), predict, single_rows, predict)
