"""What a tenant's trainings, models and predictions come to, as a dashboard shows it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from modelyard.domain.runs import RunStatus
from modelyard.domain.tasks import Task


@dataclass(frozen=True)
class TrainingFact:
    """One training, in short.

    Attributes:
        cpu_s: of the processor, by all attempts of its jobs; 0 where no job trained it.
        peak_bytes: the most that a job of it held at once; 0 where no job trained it.
    """

    at: datetime
    status: RunStatus
    algorithm: str
    duration_s: float
    cpu_s: float = 0.0
    peak_bytes: int = 0


@dataclass(frozen=True)
class ModelFact:
    """One model version, in short.

    Attributes:
        target: as its training was asked; empty where no training is known.
        value: of `metric`, that decides; None where it could not be computed.
        data_sha256: of the training data.
        dataset: name of what was uploaded with this content; empty where nothing was.
    """

    reference: str
    task: Task
    algorithm: str
    target: str
    metric: str
    value: float | None
    data_sha256: str
    dataset: str
    at: datetime


@dataclass(frozen=True)
class Answered:
    """How many rows were answered: by each deployment, and on each day (UTC)."""

    by_deployment: Mapping[str, int]
    by_day: Mapping[datetime, int]


@dataclass(frozen=True)
class Day:
    """The trainings that began on a day (UTC).

    Attributes:
        counts: how many stand so by now.
        duration_s: seconds that they computed.
        cpu_s, peak_bytes: of the processor together, and the most memory of one.
    """

    at: datetime
    counts: Mapping[RunStatus, int]
    duration_s: float
    cpu_s: float
    peak_bytes: int


@dataclass(frozen=True)
class AlgorithmUse:
    """How an algorithm did.

    Attributes:
        n_trainings, n_succeeded, duration_s, cpu_s, peak_bytes: of the time that was asked for.
        n_models: that are registered.
        n_best: questions of which its model is the best, where others have tried as well.
    """

    algorithm: str
    n_trainings: int
    n_succeeded: int
    duration_s: float
    cpu_s: float
    peak_bytes: int
    n_models: int
    n_best: int


@dataclass(frozen=True)
class BestModel:
    """The best model of a question: of one target of one dataset, by one metric.

    Attributes:
        n_models: that answer the question.
    """

    model: ModelFact
    n_models: int


@dataclass(frozen=True)
class Analytics:
    """Everything at once.

    Attributes:
        since, until: between which trainings and predictions are counted; models are all there are.
        tasks: to how many model versions there are.
        algorithms: those with the most trainings and models first.
        best: of the questions that were last asked.
    """

    since: datetime
    until: datetime
    tasks: Mapping[Task, int]
    days: Sequence[Day]
    algorithms: Sequence[AlgorithmUse]
    best: Sequence[BestModel]
    answered: Answered
