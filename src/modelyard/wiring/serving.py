"""Wires what knows deployments: their records, files and keys, and what they have answered."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from modelyard.domain.tenants import LOCAL
from modelyard.services.asking import AskingService, send
from modelyard.services.deployments import DeploymentService
from modelyard.services.prediction_log import PredictionLogService
from modelyard.store.databases import Database
from modelyard.store.deployments import Deployments
from modelyard.store.lineage import Lineage
from modelyard.store.predictions import Predictions
from modelyard.store.serving_files import ServingFiles, platform_key_in
from modelyard.store.traffic import TrafficCounts
from modelyard.store.watched_deployments import WatchedDeployments
from modelyard.wiring.people import AccessWiring

if TYPE_CHECKING:
    from modelyard.services.prediction_loading import PredictionLoader
    from modelyard.services.serving_keys import ServingKeyService

_FOLDER = "serving"


@dataclass(frozen=True)
class ServingWiring:
    """What is served, on the platform as a whole and in each of its tenants.

    Attributes:
        home: project folder.
        database: of all tenants.
        access: who comes in.
        now: tells the time.
    """

    home: Path
    database: Database
    access: AccessWiring
    now: Callable[[], datetime]

    @cached_property
    def watched(self) -> WatchedDeployments:
        """The deployments of every tenant."""
        return WatchedDeployments(self.database)

    @cached_property
    def keys(self) -> "ServingKeyService":
        """The snapshots of API keys."""
        # What knows the server's own files comes with what predicts, which the API never loads.
        from modelyard.services.serving_keys import ServingKeyService

        return ServingKeyService(
            held=lambda at: self.access.ring.held(at=at),
            deployments=self.watched.every,
            files_of=self.files_in,
            platform_key=lambda: self._platform_key,
            now=self.now,
        )

    def files_in(self, tenant: str) -> ServingFiles:
        """Return where the files of a tenant's deployments lie."""
        home = self.home if tenant == LOCAL else self._tenants / tenant
        return ServingFiles(home / _FOLDER)

    def tenants_with_files(self) -> tuple[str, ...]:
        """Return the tenants that have, or had, deployments on this machine."""
        return (LOCAL, *sorted(path.parent.name for path in self._tenants.glob(f"*/{_FOLDER}")))

    def deployments_in(self, tenant: str) -> DeploymentService:
        """Return what a tenant wants to be served."""
        records = self.database.of(tenant)
        return DeploymentService(
            deployments=Deployments(records),
            audit=self.access.audit_in(tenant),
            now=self.now,
        )

    def log_in(self, tenant: str) -> PredictionLogService:
        """Return the predictions of a tenant."""
        records = self.database.of(tenant)
        return PredictionLogService(
            predictions=Predictions(records),
            counts=TrafficCounts(records),
            lineage=Lineage(records),
            audit=self.access.audit_in(tenant),
            now=self.now,
        )

    def asking_in(self, tenant: str) -> AskingService:
        """Return what asks the deployments of a tenant."""
        records = self.database.of(tenant)
        return AskingService(
            deployments=Deployments(records),
            key=lambda: self._platform_key,
            send=send,
            now=self.now,
        )

    def loader_in(self, tenant: str) -> "PredictionLoader":
        """Return what loads the logs of a tenant's deployments."""
        from modelyard.services.prediction_loading import PredictionLoader

        return PredictionLoader(Predictions(self.database.of(tenant)), self.files_in(tenant))

    @property
    def _tenants(self) -> Path:
        return self.home / "tenants"

    @cached_property
    def _platform_key(self) -> str:
        return platform_key_in(self.home / _FOLDER / "platform.key")
