"""Wires stores, settings, clocks and components into the services: the only place that does."""

import secrets
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from modelyard.domain.weights import WeightsPlace
from modelyard.kit.processes import is_gone, mark_of_this_process
from modelyard.settings import Settings, configure_logs, let_threads_sleep, read_settings
from modelyard.wiring.foundation import Foundation

if TYPE_CHECKING:
    from modelyard.services.analytics import AnalyticsService
    from modelyard.services.asking import AskingService
    from modelyard.services.audit import Audit
    from modelyard.services.comparing import ComparisonService
    from modelyard.services.datasets import DatasetService
    from modelyard.services.demonstrating import DemoService
    from modelyard.services.deployments import DeploymentService
    from modelyard.services.ejecting import EjectService
    from modelyard.services.health import HealthService
    from modelyard.services.idempotency import IdempotencyService
    from modelyard.services.ingesting import IngestService
    from modelyard.services.jobs import JobService
    from modelyard.services.keys import KeyService
    from modelyard.services.models import ModelService
    from modelyard.services.named_datasets import NamedDatasetService
    from modelyard.services.outlining import OutlineService
    from modelyard.services.people import PeopleService
    from modelyard.services.platform_health import PlatformHealthService
    from modelyard.services.predicting import PredictionService
    from modelyard.services.prediction_log import PredictionLogService
    from modelyard.services.reading import TableReader
    from modelyard.services.recovery import RecoveryService
    from modelyard.services.runs import RunService
    from modelyard.services.sample_datasets import SampleDatasetService
    from modelyard.services.training import TrainingService
    from modelyard.services.uploads import UploadService
    from modelyard.store.blobs import Blobs
    from modelyard.store.claims import Claims
    from modelyard.wiring.data import DataWiring
    from modelyard.wiring.people import AccessWiring
    from modelyard.wiring.registry import RegistryWiring
    from modelyard.wiring.serving import ServingWiring


@dataclass(frozen=True)
class Project(Foundation):
    """One project folder with its services, each made, and its libraries loaded, on first use."""

    @cached_property
    def datasets(self) -> "DatasetService":
        """Reading and profiling of data."""
        from modelyard.services.datasets import DatasetService

        return DatasetService(self.catalog, self.tables)

    @cached_property
    def tables(self) -> "TableReader":
        """Reading of tables, and what is kept of them."""
        from modelyard.services.reading import TableReader
        from modelyard.store.prepared import PreparedTables

        root = self.folder / "data" / "prepared"
        return TableReader(self.catalog, PreparedTables(root, self.settings.cache_bytes))

    @cached_property
    def data(self) -> "DataWiring":
        """Named datasets, the files that they are made of, and those on their way in."""
        from modelyard.wiring.data import DataWiring

        return DataWiring(
            records=self.records,
            folder=self.folder / "data",
            limit_bytes=self.settings.upload_bytes,
            catalog=self.catalog,
            audit=self.audit,
            tables=lambda: self.tables,
            now=_now,
        )

    @property
    def blobs(self) -> "Blobs":
        """The files that were uploaded."""
        return self.data.blobs

    @property
    def uploads(self) -> "UploadService":
        """Files on their way in."""
        return self.data.uploads

    @property
    def named_datasets(self) -> "NamedDatasetService":
        """Datasets by name and version."""
        return self.data.named_datasets

    @property
    def ingesting(self) -> "IngestService":
        """Reading of what was uploaded; it loads what reads and examines tables."""
        return self.data.ingesting

    @cached_property
    def training(self) -> "TrainingService":
        """Training, after what processes left that ended without a word was put away."""
        from modelyard.services.training import TrainingService
        from modelyard.store.datasets import Datasets
        from modelyard.store.models import Models
        from modelyard.store.runs import Runs
        from modelyard.store.trials import Trials

        self.recovery.recover()
        return TrainingService(
            catalog=self.catalog,
            datasets=Datasets(self.records),
            runs=Runs(self.records),
            trials=Trials(self.records),
            models=Models(self.records),
            artifacts=self.artifacts,
            key=lambda: self.key,
            now=_now,
            clock=time.monotonic,
            new_id=_new_id,
            mark=mark_of_this_process,
            n_threads=self.settings.threads,
            scratch=self.folder / "unfinished",
            weights=WeightsPlace(self.folder / "weights", self.settings.hub),
            typing=self.tables.type_table,
        )

    @cached_property
    def outlining(self) -> "OutlineService":
        """What trainings would learn from."""
        from modelyard.services.outlining import OutlineService

        return OutlineService(
            catalog=self.catalog,
            datasets=self.datasets,
            named=self.named_datasets,
            clock=time.monotonic,
            claims=self.claims,
            n_threads=self.settings.threads,
            typing=self.tables.type_table,
        )

    @cached_property
    def recovery(self) -> "RecoveryService":
        """Putting away of what processes left that ended without a word."""
        from modelyard.services.recovery import RecoveryService
        from modelyard.store.models import Models
        from modelyard.store.runs import Runs

        return RecoveryService(
            runs=Runs(self.records),
            models=Models(self.records),
            artifacts=self.artifacts,
            is_gone=is_gone,
            now=_now,
        )

    @cached_property
    def jobs(self) -> "JobService":
        """Work that is done later."""
        from modelyard.domain.jobs import Quota
        from modelyard.services.jobs import JobService
        from modelyard.store.jobs import Jobs

        return JobService(
            tenant=self.tenant,
            jobs=Jobs(self.records, quota=Quota()),
            catalog=self.catalog,
            folder=self.folder / "jobs",
            dataset_of=self.named_datasets.get,
            columns_of=self.named_datasets.columns_of,
            now=_now,
            new_id=_new_id,
            audit=self.audit,
        )

    @cached_property
    def claims(self) -> "Claims":
        """Who works on which job, of all tenants."""
        from modelyard.domain.jobs import Quota
        from modelyard.store.claims import Claims

        return Claims(self.database, quota=Quota())

    @cached_property
    def ejecting(self) -> "EjectService":
        """Writing what trained a model as a script."""
        from modelyard.kit.scripts import run_script
        from modelyard.services.ejecting import EjectService

        return EjectService(
            catalog=self.catalog,
            packages=self.packages,
            origin=self.models.origin,
            read=self.datasets.read,
            resolve=self.named_datasets.resolve,
            clock=time.monotonic,
            run=run_script,
            n_threads=self.settings.threads,
            typing=self.tables.type_table,
        )

    @cached_property
    def registry(self) -> "RegistryWiring":
        """Registered models, their packages, and the runs that made them."""
        from modelyard.wiring.registry import RegistryWiring

        return RegistryWiring(
            records=self.records,
            folder=self.folder,
            catalog=self.catalog,
            artifacts=self.artifacts,
            packages=self.packages,
            audit=lambda: self.audit,
            jobs=lambda: self.jobs,
            datasets=lambda: self.named_datasets,
        )

    @property
    def runs(self) -> "RunService":
        """The history of trainings."""
        return self.registry.runs

    @property
    def models(self) -> "ModelService":
        """The versions of models."""
        return self.registry.models

    @cached_property
    def idempotency(self) -> "IdempotencyService":
        """Requests that may be repeated."""
        from modelyard.services.idempotency import IdempotencyService
        from modelyard.store.idempotency import KeyedRequests

        return IdempotencyService(KeyedRequests(self.records), now=_now, new_id=_new_id)

    @cached_property
    def access(self) -> "AccessWiring":
        """Who comes in, of all tenants; throttles count here."""
        if self._first is not None:
            return self._first.access
        from modelyard.services.passwords import Passwords
        from modelyard.wiring.people import AccessWiring

        return AccessWiring(self.settings, self.database, now=_now, passwords=Passwords())

    @cached_property
    def audit(self) -> "Audit":
        """The record of deeds in the tenant."""
        return self.access.audit_in(self.tenant)

    @cached_property
    def people(self) -> "PeopleService":
        """The tenant's users."""
        return self.access.people_in(self.tenant)

    @cached_property
    def keys(self) -> "KeyService":
        """The tenant's API keys."""
        return self.access.keys_in(self.tenant)

    @cached_property
    def serving(self) -> "ServingWiring":
        """What is served, of all tenants."""
        if self._first is not None:
            return self._first.serving
        from modelyard.wiring.serving import ServingWiring

        return ServingWiring(self.settings.home, self.database, self.access, _now)

    @cached_property
    def deployments(self) -> "DeploymentService":
        """What the tenant wants to be served."""
        return self.serving.deployments_in(self.tenant)

    @cached_property
    def prediction_log(self) -> "PredictionLogService":
        """What the tenant's deployments have answered."""
        return self.serving.log_in(self.tenant)

    @cached_property
    def asking(self) -> "AskingService":
        """What asks the tenant's deployments."""
        return self.serving.asking_in(self.tenant)

    @property
    def sample_datasets(self) -> "SampleDatasetService":
        """Datasets of the sample tables."""
        from modelyard.services.sample_datasets import SampleDatasetService

        return SampleDatasetService(datasets=self.named_datasets, uploads=self.uploads)

    @property
    def analytics(self) -> "AnalyticsService":
        """What the tenant has trained, registered and answered."""
        from modelyard.services.analytics import AnalyticsService
        from modelyard.store.analytics import Facts

        return AnalyticsService(self.catalog, Facts(self.records), now=_now)

    @property
    def demo(self) -> "DemoService":
        """A model that is there without data of one's own."""
        from modelyard.services.demonstrating import DemoService

        return DemoService(
            datasets=self.named_datasets,
            uploads=self.uploads,
            jobs=self.jobs,
            models=self.models,
            deployments=self.deployments,
        )

    @cached_property
    def platform_health(self) -> "PlatformHealthService":
        """Whether the platform can do its work."""
        from modelyard.services.platform_health import PlatformHealthService

        return PlatformHealthService(home=self.settings.home, claims=lambda: self.claims, now=_now)

    @cached_property
    def health(self) -> "HealthService":
        """Whether the installation can do its work."""
        from modelyard.services.health import HealthService
        from modelyard.store.runs import Runs

        return HealthService(
            home=self.settings.home,
            fingerprint=lambda: self.key.fingerprint,
            count_runs=lambda: len(Runs(self.records).find()),
            count_components=self.catalog.count,
            libraries=self.catalog.libraries,
            n_threads=self.settings.threads,
        )

    @cached_property
    def predicting(self) -> "PredictionService":
        """Opening packages, predicting and evaluating."""
        from modelyard.services.predicting import PredictionService
        from modelyard.store.evaluations import Evaluations
        from modelyard.store.models import Models

        return PredictionService(
            catalog=self.catalog,
            find=lambda reference: Models(self.records).get(reference),
            path_of=self.artifacts.path_of,
            keep=lambda evaluation: Evaluations(self.records).add(evaluation),
            fingerprint=self.own_fingerprint,
            now=_now,
            new_id=_new_id,
            n_threads=self.settings.threads,
        )

    @cached_property
    def comparing(self) -> "ComparisonService":
        """Models side by side."""
        from modelyard.services.comparing import ComparisonService

        predicting = self.predicting
        return ComparisonService(
            catalog=self.catalog,
            open=lambda reference, trust: predicting.open(reference, trust=trust),
            with_truth=lambda model, data, dialect: predicting.with_truth(
                model, data, dialect=dialect
            ),
            clock=time.perf_counter,
        )


def open_project(settings: Settings | None = None, *, keeps_tables: bool = True) -> Project:
    """Return the project that the environment names; nothing is made before it is used.

    Args:
        settings: None means those of this process.
        keeps_tables: whether copies of tables that were read may be kept, and taken.
    """
    settings = settings or read_settings()
    settings = settings if keeps_tables else replace(settings, cache_bytes=0)
    configure_logs(settings)
    let_threads_sleep()
    return Project(settings)


def _now() -> datetime:
    return datetime.now(UTC)


def _new_id(at: datetime) -> str:
    return f"{at:%Y%m%d-%H%M%S-%f}-{secrets.token_hex(4)}"
