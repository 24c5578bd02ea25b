"""Deployments: a model version is asked to be served, and what became of that is told.

What is asked for is a record; whoever runs workers starts the process that serves it
(`worker.deployments`), and nothing here opens a package.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from modelyard.domain.deployments import Deployment
from modelyard.domain.identities import Caller
from modelyard.domain.names import ModelReference, check_name
from modelyard.services.audit import Audit
from modelyard.store.deployments import Deployments
from modelyard.store.models import Models


@dataclass(frozen=True)
class DeploymentService:
    """Looks after what a tenant wants to be served."""

    deployments: Deployments
    models: Models
    audit: Audit
    now: Callable[[], datetime]

    def deploy(self, caller: Caller, model: str, *, name: str | None = None) -> Deployment:
        """Let a model version be served; where the name is taken, in place of the one before.

        The version before goes on answering until the new one does, at the same address.

        Args:
            caller: who asks.
            model: `name`, `name@3` or `name@champion`; what it points to now is served until
                something else is deployed.
            name: of the deployment; None means that of the model.

        Raises:
            NotFound: if there is no such model.
            InvalidValue: if no deployment may be called so.
        """
        found = self.models.get(model)
        name = found.name if name is None else check_name(name)
        details = {"model": found.reference}
        with self.audit.recorded(caller, "deployment.deploy", target=name, details=details):
            return self.deployments.want(name, found, by=caller.subject, at=self.now())

    def undeploy(self, caller: Caller, name: str) -> Deployment:
        """Let a deployment end once it has answered what is on its way.

        Raises:
            NotFound: if there is none.
            Conflict: if it ends or has ended already.
        """
        with self.audit.recorded(caller, "deployment.undeploy", target=name):
            return self.deployments.withdraw(name, at=self.now())

    def get(self, name: str) -> Deployment:
        """Return a deployment.

        Raises:
            NotFound: if there is none.
        """
        return self.deployments.get(name)

    def find(self, model: str | None = None) -> Sequence[Deployment]:
        """Return every deployment by name, or those of a model or of one version of it.

        Raises:
            NotFound: if there is no such model.
        """
        if model is None:
            return self.deployments.find()
        if "@" not in model:
            return self.deployments.find(model=ModelReference.parse(model).name)
        found = self.models.get(model)
        return self.deployments.find(model=found.name, version=found.version)
