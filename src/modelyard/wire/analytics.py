"""What a tenant has trained, registered and answered, as one answer tells it."""

from datetime import datetime

from pydantic import AwareDatetime, Field

from modelyard.domain.analytics import Analytics, BestModel, Day
from modelyard.domain.runs import RunStatus
from modelyard.domain.tasks import Task
from modelyard.wire.bodies import Answer, Query


class AnalyticsQuery(Query):
    """Since when."""

    since: AwareDatetime | None = Field(default=None, description="None is 30 days ago.")


class DayAnswer(Answer):
    """The trainings that began on a day (UTC)."""

    at: datetime
    n_trainings: int
    n_succeeded: int
    n_failed: int
    n_cancelled: int
    duration_s: float = Field(description="Seconds that they computed.")
    cpu_s: float = Field(description="Seconds of the processor, of those that jobs trained.")
    peak_bytes: int = Field(description="The most that one of these held at once.")

    @classmethod
    def of(cls, day: Day) -> "DayAnswer":
        """Return what is told of a day."""
        return cls(
            at=day.at,
            n_trainings=sum(day.counts.values()),
            n_succeeded=day.counts.get(RunStatus.SUCCEEDED, 0),
            n_failed=day.counts.get(RunStatus.FAILED, 0),
            n_cancelled=day.counts.get(RunStatus.CANCELLED, 0),
            duration_s=day.duration_s,
            cpu_s=day.cpu_s,
            peak_bytes=day.peak_bytes,
        )


class AlgorithmUseAnswer(Answer):
    """How an algorithm did."""

    algorithm: str
    n_trainings: int = Field(description="Since then, as the next four.")
    n_succeeded: int
    duration_s: float
    cpu_s: float = Field(description="Seconds of the processor, of those that jobs trained.")
    peak_bytes: int = Field(description="The most that one of these held at once.")
    n_models: int = Field(description="That are registered.")
    n_best: int = Field(description="Questions of which its model is the best of several.")


class BestModelAnswer(Answer):
    """The best model of one target of one dataset, by one metric."""

    model: str = Field(description="`name@version`.")
    task: Task
    algorithm: str
    target: str
    metric: str
    value: float
    data_sha256: str
    dataset: str = Field(description="Name of what was uploaded with this content, else empty.")
    n_models: int = Field(description="That answer the same question.")
    at: datetime

    @classmethod
    def of(cls, best: BestModel) -> "BestModelAnswer":
        """Return what is told of the best model of a question."""
        told = vars(best.model) | {"model": best.model.reference, "n_models": best.n_models}
        return cls.model_validate(told)


class BusyDeploymentAnswer(Answer):
    """How many rows a deployment has answered."""

    deployment: str
    n_rows: int


class VolumeAnswer(Answer):
    """How many rows were answered on a day (UTC)."""

    at: datetime
    n_rows: int


class AnalyticsAnswer(Answer):
    """Trainings and predictions since a time, and all models; without those that are not given."""

    since: datetime
    until: datetime
    n_models: int
    n_trainings: int
    n_succeeded: int
    n_predictions: int = Field(description="Rows.")
    duration_s: float = Field(description="Seconds that trainings computed.")
    cpu_s: float = Field(description="Seconds of the processor, of those that jobs trained.")
    peak_bytes: int = Field(description="The most that one of these held at once.")
    tasks: dict[Task, int] = Field(description="To how many model versions there are.")
    days: list[DayAnswer]
    algorithms: list[AlgorithmUseAnswer]
    best: list[BestModelAnswer] = Field(description="Of what was asked last, up to 20.")
    deployments: list[BusyDeploymentAnswer] = Field(description="The busiest first, up to 20.")
    predictions: list[VolumeAnswer]

    @classmethod
    def of(cls, told: Analytics) -> "AnalyticsAnswer":
        """Return the answer."""
        days = [DayAnswer.of(day) for day in told.days]
        busy = list(told.answered.by_deployment.items())
        return cls(
            since=told.since,
            until=told.until,
            n_models=sum(told.tasks.values()),
            n_trainings=sum(day.n_trainings for day in days),
            n_succeeded=sum(day.n_succeeded for day in days),
            n_predictions=sum(told.answered.by_day.values()),
            duration_s=sum(day.duration_s for day in days),
            cpu_s=sum(day.cpu_s for day in days),
            peak_bytes=max((day.peak_bytes for day in days), default=0),
            tasks=dict(told.tasks),
            days=days,
            algorithms=[AlgorithmUseAnswer.model_validate(each) for each in told.algorithms],
            best=[BestModelAnswer.of(each) for each in told.best],
            deployments=[BusyDeploymentAnswer(deployment=k, n_rows=n) for k, n in busy[:20]],
            predictions=[VolumeAnswer(at=k, n_rows=n) for k, n in told.answered.by_day.items()],
        )
