"""Deployments: a model version is asked to be served, and what became of that is told.

What is asked for is a record; whoever runs workers starts the process that serves it
(`worker.deployments`), and nothing here opens a package.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from modelyard.domain.deployments import Deployment
from modelyard.domain.errors import NotFound
from modelyard.domain.identities import Caller
from modelyard.domain.names import ModelReference, check_name
from modelyard.domain.runs import Model
from modelyard.kit.matching import suggestion
from modelyard.services.audit import Audit
from modelyard.store.deployments import Deployments


@dataclass(frozen=True)
class DeploymentService:
    """Looks after what a tenant wants to be served."""

    deployments: Deployments
    audit: Audit
    now: Callable[[], datetime]

    def deploy(self, caller: Caller, model: Model, *, name: str | None = None) -> Deployment:
        """Let a model version be served; where the name is taken, in place of the one before.

        The version before goes on answering until the new one does, at the same address.

        Args:
            caller: who asks.
            model: a registered version; it is served until another one is deployed.
            name: of the deployment; None means that of the model.

        Raises:
            InvalidValue: if no deployment may be called so.
        """
        name = model.name if name is None else check_name(name)
        details = {"model": model.reference}
        with self.audit.recorded(caller, "deployment.deploy", target=name, details=details):
            return self.deployments.want(name, model, by=caller.subject, at=self.now())

    def undeploy(self, caller: Caller, name: str) -> Deployment:
        """Let a deployment end once it has answered what is on its way.

        Raises:
            NotFound: if there is none.
            Conflict: if it ends or has ended already.
        """
        self.get(caller, name)
        # What is served is not deleted before.
        with self.audit.recorded(caller, "deployment.undeploy", target=name, makes_room=True):
            return self.deployments.withdraw(name, at=self.now())

    def get(self, caller: Caller, name: str) -> Deployment:
        """Return a deployment of a model that the caller is given.

        Raises:
            NotFound: if there is none.
        """
        found = next((each for each in self.find(caller) if each.name == name), None)
        if found is None:
            there = [each.name for each in self.find(caller)]
            raise NotFound(
                f"There is no deployment '{name}'.",
                fix=suggestion(name, there, otherwise="List the deployments."),
                sample=name,
            )
        return found

    def find(self, caller: Caller, model: str | None = None) -> Sequence[Deployment]:
        """Return the deployments of the models that the caller is given, by name.

        Args:
            caller: who asks.
            model: `name` or `name@3`, of which alone; None for all.

        Raises:
            InvalidValue: if the model is no such reference.
        """
        if model is None:
            found = self.deployments.find()
        else:
            wanted = ModelReference.parse(model)
            found = self.deployments.find(model=wanted.name, version=wanted.version)
        at = self.now()
        return [each.seen(at) for each in found if caller.access.allows(each.model_name)]
