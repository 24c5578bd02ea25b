"""Sums up what a tenant has trained, registered and answered."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from modelyard.catalog import Catalog
from modelyard.domain.analytics import (
    AlgorithmUse,
    Analytics,
    BestModel,
    Day,
    ModelFact,
    TrainingFact,
)
from modelyard.domain.errors import InvalidValue
from modelyard.domain.identities import Caller
from modelyard.domain.runs import RunStatus
from modelyard.domain.traffic import Step
from modelyard.store.analytics import Facts

_USUAL = timedelta(days=30)
_LONGEST = timedelta(days=3660)
# As many as somebody reads; the others are found in the lists of models and of trainings.
_MOST_BEST = 20


@dataclass(frozen=True)
class AnalyticsService:
    """Sums up the facts of one tenant."""

    catalog: Catalog
    facts: Facts
    now: Callable[[], datetime]

    def tell(self, caller: Caller, *, since: datetime | None = None) -> Analytics:
        """Return what was done since a time, and which models there are.

        Args:
            caller: who asks; what is of models that are not given is left out.
            since: None means 30 days ago.

        Raises:
            InvalidValue: if it is later than now, or more than ten years ago.
        """
        until = self.now()
        begin = until - _USUAL if since is None else since
        if not until - _LONGEST <= begin < until:
            raise InvalidValue(
                f"since must lie within the last {_LONGEST.days} days; {begin.isoformat()} came.",
                fix="Name a time that has passed.",
            )
        access = caller.access
        trainings = self.facts.trainings(since=begin, until=until, access=access)
        models = self.facts.models(access=access)
        best = self._best(models)
        return Analytics(
            since=begin,
            until=until,
            tasks=dict(Counter(model.task for model in models).most_common()),
            days=_days(trainings),
            algorithms=_uses(trainings, models, best),
            best=best[:_MOST_BEST],
            answered=self.facts.answered(since=begin, until=until, access=access),
        )

    def _best(self, models: Iterable[ModelFact]) -> Sequence[BestModel]:
        """Return the best model of each question, those that were last answered first."""
        metrics = self.catalog.metrics()
        asked: dict[tuple[str, str, str], list[ModelFact]] = defaultdict(list)
        for model in models:
            if model.value is not None and model.metric in metrics:
                asked[model.data_sha256, model.target, model.metric].append(model)
        newest = sorted(asked.values(), key=lambda held: max(each.at for each in held))

        def goodness(model: ModelFact) -> tuple[float, datetime]:
            return float(metrics[model.metric].card.goodness(model.value or 0.0)), model.at

        return [BestModel(max(held, key=goodness), len(held)) for held in reversed(newest)]


def _days(trainings: Iterable[TrainingFact]) -> Sequence[Day]:
    begun: dict[datetime, list[TrainingFact]] = defaultdict(list)
    for each in trainings:
        begun[Step.DAY.start_of(each.at)].append(each)
    return [
        Day(
            at=day,
            counts=dict(Counter(each.status for each in begun[day])),
            duration_s=sum(each.duration_s for each in begun[day]),
            cpu_s=sum(each.cpu_s for each in begun[day]),
            peak_bytes=max(each.peak_bytes for each in begun[day]),
        )
        for day in sorted(begun)
    ]


def _uses(
    trainings: Iterable[TrainingFact], models: Iterable[ModelFact], best: Iterable[BestModel]
) -> Sequence[AlgorithmUse]:
    held: dict[str, list[TrainingFact]] = defaultdict(list)
    for training in trainings:
        # A training that ended before it chose one has none.
        if training.algorithm:
            held[training.algorithm].append(training)
    n_models = Counter(model.algorithm for model in models)
    n_best = Counter(each.model.algorithm for each in best if each.n_models > 1)
    uses = [
        AlgorithmUse(
            algorithm=name,
            n_trainings=len(held[name]),
            n_succeeded=sum(each.status is RunStatus.SUCCEEDED for each in held[name]),
            duration_s=sum(each.duration_s for each in held[name]),
            cpu_s=sum(each.cpu_s for each in held[name]),
            peak_bytes=max((each.peak_bytes for each in held[name]), default=0),
            n_models=n_models[name],
            n_best=n_best[name],
        )
        for name in {*held, *n_models}
    ]
    return sorted(uses, key=lambda use: (-use.n_trainings, -use.n_models, use.algorithm))
