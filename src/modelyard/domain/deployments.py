"""Deployments: versions of models that answer over HTTP, each in a process of its own."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Self


class DeploymentState(StrEnum):
    """Where a deployment stands."""

    STARTING = "starting"
    READY = "ready"
    # Its process has ended or does not answer; it is started again after a while.
    FAILING = "failing"
    STOPPING = "stopping"
    STOPPED = "stopped"


@dataclass(frozen=True)
class Deployment:
    """A model version that is served under a name.

    Attributes:
        name: in its tenant, and in the addresses of its server.
        model: `name@version` in the registry.
        is_wanted: whether it is to answer; one that is not keeps its record.
        url: of its server; None before it has first been ready.
        reason: why it fails; None where it does not.
        n_restarts: how often its process was started again since it was last deployed.
        created_by: subject of whoever deployed it last.
        created_at: when it was first deployed; `changed_at` when that was last asked for.
        ready_at: since when it answers with this model; None while it does not.
        watcher: whoever looks after its process, and vouches for `state` until `watched_until`.
    """

    tenant: str
    name: str
    model: str
    is_wanted: bool
    state: DeploymentState
    created_by: str
    created_at: datetime
    changed_at: datetime
    url: str | None = None
    reason: str | None = None
    n_restarts: int = 0
    ready_at: datetime | None = None
    watcher: str | None = None
    watched_until: datetime | None = None

    @property
    def model_name(self) -> str:
        """The model without its version."""
        return self.model.partition("@")[0]

    @property
    def version(self) -> str:
        """The version alone."""
        return self.model.partition("@")[2]

    def is_watched(self, at: datetime) -> bool:
        """Return whether somebody looks after its process."""
        return self.watched_until is not None and self.watched_until > at

    def seen(self, at: datetime) -> Self:
        """Return it as far as anybody knows: a process that nobody looks after is gone."""
        if self.state is DeploymentState.READY and not self.is_watched(at):
            return replace(self, state=DeploymentState.STARTING, ready_at=None)
        return self

    def is_ready(self, at: datetime) -> bool:
        """Return whether it answers, as far as anybody knows."""
        return self.is_wanted and self.seen(at).state is DeploymentState.READY
