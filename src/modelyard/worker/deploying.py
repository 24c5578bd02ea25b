"""Makes what looks after deployments of a project: the watcher, and the loader of their logs."""

import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Event, Thread

import structlog

from modelyard.bootstrap import Project
from modelyard.domain.deployments import Deployment
from modelyard.domain.errors import StoreError
from modelyard.worker.deployments import Watcher, WatchSurroundings
from modelyard.worker.plans import ServingPlan
from modelyard.worker.serving_processes import ServingProcess

# A prediction is found so long after its answer: often enough for people who look for one, and
# seldom enough that many are loaded together.
LOAD_EVERY_S = 1.0


@contextmanager
def serving_deployments(project: Project, *, asks_for_keys: bool = True) -> Iterator[None]:
    """Serve what is deployed by every tenant, and load what was answered, during the block.

    Args:
        project: of the platform.
        asks_for_keys: whether serving processes ask for API keys in any case; those of a laptop do
            from the first user on.
    """
    ending, watcher = Event(), watcher_of(project, asks_for_keys=asks_for_keys)
    threads = [
        Thread(target=_load_until, args=(project, ending), name="load-predictions"),
        Thread(target=lambda: watcher.work(is_ending=ending.is_set), name="watch-deployments"),
    ]
    for each in threads:
        each.start()
    try:
        yield
    finally:
        ending.set()
        for each in threads:
            each.join()
    # What the processes have answered while they ended.
    load_predictions(project)


@dataclass(frozen=True)
class Planner:
    """Says what the process of a deployment is to serve; see `watcher_of`."""

    project: Project
    asks_for_keys: Callable[[], bool]
    host: str

    def __call__(self, deployment: Deployment, port: int) -> ServingPlan:
        """Return the plan.

        Raises:
            NotFound: if the model was deleted.
        """
        project = self.project.of(deployment.tenant)
        files = project.serving.files_in(deployment.tenant)
        model, fingerprint = project.models.get(deployment.model), project.packages.fingerprint()
        return ServingPlan(
            name=deployment.name,
            tenant=deployment.tenant,
            reference=model.reference,
            package=str(project.artifacts.path_of(model.artifact)),
            sha256=model.sha256,
            trusted=() if fingerprint is None else (fingerprint,),
            host=self.host,
            port=port,
            keys=str(files.keys) if self.asks_for_keys() else None,
            log=str(files.log_of(deployment.name)),
        )


def watcher_of(project: Project, *, asks_for_keys: bool = True, host: str = "127.0.0.1") -> Watcher:
    """Return a watcher of the deployments of every tenant.

    Args:
        project: of the platform.
        asks_for_keys: as in `serving_deployments`.
        host: at which serving processes listen.
    """

    def asks() -> bool:
        return asks_for_keys or project.access.invitations.is_set_up

    return Watcher(
        WatchSurroundings(
            deployments=project.serving.watched,
            files_of=project.serving.files_in,
            plan_of=Planner(project, asks_for_keys=asks, host=host),
            start=ServingProcess,
            refresh_keys=project.serving.keys.refresh,
            asks_for_keys=asks,
            name=f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(4)}",
            clock=time.monotonic,
            now=lambda: datetime.now(UTC),
        )
    )


def load_predictions(project: Project) -> int:
    """Load what the deployments of every tenant have answered; return how many that are.

    Raises:
        StoreError: if the database cannot be reached.
    """
    serving = project.serving
    return sum(serving.loader_in(tenant).load() for tenant in serving.tenants_with_files())


def _load_until(project: Project, ending: Event) -> None:
    while not ending.wait(LOAD_EVERY_S):
        try:
            load_predictions(project)
        except StoreError as error:
            structlog.get_logger().warning("the store cannot be reached", error=str(error))
