"""The prediction log as people ask it: list, show, attach the truth, and trace back."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from modelyard.domain.errors import InvalidValue
from modelyard.domain.identities import Caller
from modelyard.domain.logged_predictions import LoggedPrediction, PredictionQuery
from modelyard.domain.queries import Page
from modelyard.domain.tasks import Label
from modelyard.domain.traffic import Traffic
from modelyard.services.audit import Audit
from modelyard.store.lineage import Lineage, Origin
from modelyard.store.predictions import Predictions, missing_prediction
from modelyard.store.traffic import TrafficCounts

_A_DAY = timedelta(days=1)
# So that a mistyped year does not make a million steps.
_LONGEST = timedelta(days=3660)


@dataclass(frozen=True)
class PredictionLogService:
    """Answers what is asked of a tenant's predictions."""

    predictions: Predictions
    counts: TrafficCounts
    lineage: Lineage
    audit: Audit
    now: Callable[[], datetime]

    def page(self, query: PredictionQuery) -> Page[LoggedPrediction]:
        """Return the predictions that the query asks for.

        Raises:
            InvalidValue: if the cursor is none of this list, or the model is no reference.
        """
        return self.predictions.page(query)

    def traffic(
        self, caller: Caller, deployment: str, *, since: datetime | None, until: datetime | None
    ) -> Traffic:
        """Return what a deployment has answered between two times, counted by steps.

        Args:
            caller: who asks; what models that are not given have answered is left out.
            deployment: by its name; one that was undeployed has its past.
            since: None means a day before the end.
            until: None means now.

        Raises:
            InvalidValue: if the time between them is none, or is longer than ten years.
        """
        end = self.now() if until is None else until
        begin = end - _A_DAY if since is None else since
        if not begin < end <= begin + _LONGEST:
            raise InvalidValue(
                f"Traffic is told of up to {_LONGEST.days} days; from {begin.isoformat()} to "
                f"{end.isoformat()} came.",
                fix="Let since be earlier than until.",
            )
        return self.counts.of(deployment, since=begin, until=end, access=caller.access)

    def get(self, caller: Caller, prediction_id: str) -> LoggedPrediction:
        """Return a prediction by a model that the caller is given.

        Raises:
            NotFound: if there is none, or none yet.
        """
        found = self.predictions.get(prediction_id)
        if not caller.access.allows(found.model_name):
            raise missing_prediction(prediction_id)
        return found

    def set_truths(
        self, caller: Caller, truths: Mapping[str, Label | float]
    ) -> Sequence[LoggedPrediction]:
        """Attach what turned out true, by the ids of predictions; all of them or none.

        Raises:
            NotFound: if one is not there.
            InvalidValue: if one is a number, and its truth is none.
        """
        told = {"n_predictions": len(truths)}
        target = next(iter(truths)) if len(truths) == 1 else f"{len(truths)} predictions"
        with self.audit.recorded(caller, "prediction.set_truth", target=target, details=told):
            return self.predictions.set_truths(truths, at=self.now())

    def origin(self, caller: Caller, prediction_id: str) -> tuple[LoggedPrediction, Origin]:
        """Return a prediction with the model, the run and the data that it came from.

        Raises:
            NotFound: if it, or its model, is not there any more.
        """
        prediction = self.get(caller, prediction_id)
        return prediction, self.lineage.of_model(prediction.model)
