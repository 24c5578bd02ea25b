"""Asks for measurements of registered models on datasets, which are done as jobs."""

from collections.abc import Sequence
from dataclasses import dataclass

from modelyard.catalog import Catalog
from modelyard.domain.jobs import Job, JobKind
from modelyard.domain.runs import Model
from modelyard.engine.evaluation.estimates import metric_for
from modelyard.services.jobs import JobService


@dataclass(frozen=True)
class EvaluationRequest:
    """What is asked for.

    Attributes:
        dataset: name, name and version, or hash.
        metric: key of the one that decides; None means the model's own.
        threshold: of two labels, to try in place of the model's own.
        sensitive: columns by whose groups the model is measured.
    """

    dataset: str
    metric: str | None = None
    threshold: float | None = None
    sensitive: Sequence[str] = ()


@dataclass(frozen=True)
class EvaluationService:
    """Asks for evaluations."""

    jobs: JobService
    catalog: Catalog

    def ask(self, model: Model, request: EvaluationRequest, *, created_by: str) -> Job:
        """Ask for a measurement of a model; what is wrong with it is told now where it is known.

        Raises:
            NotFound: if there is no such dataset.
            UnknownKey, InvalidValue: if the metric does not exist, or does not fit the model.
            QuotaExceeded: if as many jobs wait as the tenant may have.
        """
        if request.metric is not None:
            metric_for(self.catalog.metrics(), model.task, key=request.metric)
        payload = {
            "model": model.reference,
            "dataset": self.jobs.dataset_of(request.dataset).reference,
            "metric": request.metric,
            "threshold": request.threshold,
            "sensitive": list(request.sensitive),
        }
        return self.jobs.submit(JobKind.EVALUATION, payload, created_by=created_by)
