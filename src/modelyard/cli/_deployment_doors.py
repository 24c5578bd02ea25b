"""Deployments, of the project on this machine or of a platform, asked for in the same words."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from modelyard.cli._doors import client_at
from modelyard.domain.identities import LOCAL_CALLER

if TYPE_CHECKING:
    from modelyard.bootstrap import Project
    from modelyard.client.clients import Client
    from modelyard.wire.deployments import DeploymentAnswer


class Deployments(Protocol):
    """What can be asked about deployments, here and elsewhere."""

    def deploy(self, model: str, /, *, name: str | None) -> "DeploymentAnswer": ...

    def find(self, model: str | None, /) -> "Sequence[DeploymentAnswer]": ...

    def show(self, name: str, /) -> "DeploymentAnswer": ...

    def undeploy(self, name: str, /) -> "DeploymentAnswer": ...


@contextmanager
def deployments_at(url: str | None) -> Iterator[Deployments]:
    """Yield the deployments of a platform, or those of the project on this machine."""
    with client_at(url) as client:
        if client is not None:
            yield _DeploymentsThere(client)
            return
        from modelyard.bootstrap import open_project

        yield _DeploymentsHere(open_project())


@dataclass(frozen=True)
class _DeploymentsHere:
    """The deployments of the project on this machine."""

    project: "Project"

    def deploy(self, model: str, /, *, name: str | None) -> "DeploymentAnswer":
        from modelyard.wire.deployments import DeploymentAnswer

        found = self.project.models.get(model)
        return DeploymentAnswer.of(self.project.deployments.deploy(LOCAL_CALLER, found, name=name))

    def find(self, model: str | None, /) -> "Sequence[DeploymentAnswer]":
        from modelyard.wire.deployments import DeploymentAnswer

        found = self.project.deployments.find(LOCAL_CALLER, model)
        return [DeploymentAnswer.of(each) for each in found]

    def show(self, name: str, /) -> "DeploymentAnswer":
        from modelyard.wire.deployments import DeploymentAnswer

        return DeploymentAnswer.of(self.project.deployments.get(LOCAL_CALLER, name))

    def undeploy(self, name: str, /) -> "DeploymentAnswer":
        from modelyard.wire.deployments import DeploymentAnswer

        return DeploymentAnswer.of(self.project.deployments.undeploy(LOCAL_CALLER, name))


@dataclass(frozen=True)
class _DeploymentsThere:
    """The deployments of a platform."""

    client: "Client"

    def deploy(self, model: str, /, *, name: str | None) -> "DeploymentAnswer":
        return self.client.models.deploy(model, name=name)

    def find(self, model: str | None, /) -> "Sequence[DeploymentAnswer]":
        return self.client.deployments.list(model=model).items

    def show(self, name: str, /) -> "DeploymentAnswer":
        return self.client.deployments.show(name)

    def undeploy(self, name: str, /) -> "DeploymentAnswer":
        return self.client.deployments.undeploy(name)
