"""Wires what knows registered models: their records, their packages, and how good they are."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from modelyard.catalog import Catalog
from modelyard.store.artifacts import Artifacts
from modelyard.store.databases import TenantDatabase

if TYPE_CHECKING:
    from modelyard.services.advising import AdviceService
    from modelyard.services.audit import Audit
    from modelyard.services.batch_jobs import BatchPredictionService
    from modelyard.services.evaluating import EvaluationService
    from modelyard.services.jobs import JobService
    from modelyard.services.kept_comparisons import KeptComparisonService
    from modelyard.services.model_files import ModelFileService
    from modelyard.services.models import ModelService
    from modelyard.services.named_datasets import NamedDatasetService
    from modelyard.services.packages import PackageService
    from modelyard.services.registry import RegistryService
    from modelyard.services.runs import RunService


@dataclass(frozen=True)
class RegistryWiring:
    """The registry of one tenant.

    Attributes:
        records: of the tenant.
        folder: of the tenant's files.
        artifacts: the folder of its packages.
        packages: opens them.
        audit: of the tenant, when something is changed.
        jobs: of the tenant, when one is asked for.
        datasets: of the tenant, when one is asked for.
    """

    records: TenantDatabase
    folder: Path
    catalog: Catalog
    artifacts: Artifacts
    packages: "PackageService"
    audit: Callable[[], "Audit"]
    jobs: Callable[[], "JobService"]
    datasets: Callable[[], "NamedDatasetService"]

    @cached_property
    def runs(self) -> "RunService":
        """The history of trainings."""
        from modelyard.services.runs import RunService
        from modelyard.store.runs import Runs
        from modelyard.store.trials import Trials

        return RunService(Runs(self.records), Trials(self.records))

    @cached_property
    def models(self) -> "ModelService":
        """The versions of models."""
        from modelyard.services.models import ModelService
        from modelyard.store.evaluations import Evaluations
        from modelyard.store.lineage import Lineage
        from modelyard.store.models import Models

        return ModelService(
            models=Models(self.records),
            evaluations=Evaluations(self.records),
            lineage=Lineage(self.records),
            artifacts=self.artifacts,
        )

    @cached_property
    def deeds(self) -> "RegistryService":
        """Changes, each with its record."""
        from modelyard.services.registry import RegistryService
        from modelyard.store.deployments import Deployments
        from modelyard.store.models import Models
        from modelyard.store.runs import Runs

        deployments = Deployments(self.records)
        return RegistryService(
            models=Models(self.records),
            runs=Runs(self.records),
            artifacts=self.artifacts,
            audit=self.audit(),
            served_as=lambda model: [
                each.name
                for each in deployments.find(model=model.name, version=model.version)
                if each.is_wanted
            ],
        )

    @cached_property
    def advising(self) -> "AdviceService":
        """What to do next."""
        from modelyard.services.advising import AdviceService

        return AdviceService(self.catalog, self.files.subject, self.datasets().findings)

    @cached_property
    def files(self) -> "ModelFileService":
        """What lies in the packages."""
        from modelyard.services.model_files import ModelFileService

        return ModelFileService(look_into=self.packages.look_into)

    @cached_property
    def comparisons(self) -> "KeptComparisonService":
        """Models side by side, by what their trainings measured."""
        from modelyard.services.kept_comparisons import KeptComparisonService

        return KeptComparisonService(self.catalog, manifest_of=self.files.manifest)

    @cached_property
    def evaluating(self) -> "EvaluationService":
        """Measurements on later rows, as jobs."""
        from modelyard.services.evaluating import EvaluationService

        return EvaluationService(self.jobs(), self.catalog)

    @cached_property
    def batches(self) -> "BatchPredictionService":
        """Predictions for whole tables, as jobs."""
        from modelyard.services.batch_jobs import BatchPredictionService
        from modelyard.store.answer_files import AnswerFiles

        return BatchPredictionService(self.jobs(), AnswerFiles(self.folder / "answers"))
