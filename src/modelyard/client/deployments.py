"""Deployments: which versions are served, where, and how they stand."""

from modelyard.client.flows import answer
from modelyard.client.operations import Noun, Via, asks
from modelyard.client.requests import delete, get
from modelyard.client.steps import Flow, Pause
from modelyard.domain.deployments import DeploymentState
from modelyard.wire.deployments import (
    DeploymentAnswer,
    DeploymentList,
    DeploymentQuery,
    ProcessAnswer,
)
from modelyard.wire.traffic import TrafficAnswer, TrafficQuery

_LOOK_EVERY_S = 0.5


class Deployments(Noun[Via]):
    """Versions of models that answer at addresses of their own; `models.deploy` makes them."""

    @asks
    def list(self, *, model: str | None = None) -> Flow[DeploymentList]:
        """Return the deployments by name, those too that were undeployed; of one model if named."""
        return answer(get("deployments", query=DeploymentQuery(model=model)), DeploymentList)

    @asks
    def show(self, name: str) -> Flow[DeploymentAnswer]:
        """Return a deployment."""
        return answer(get("deployments", name), DeploymentAnswer)

    @asks
    def wait(self, name: str) -> Flow[DeploymentAnswer]:
        """Wait while a deployment starts or stops, and return it as it stands then."""
        return _settled(name)

    @asks
    def traffic(self, name: str, query: TrafficQuery | None = None) -> Flow[TrafficAnswer]:
        """Return what a deployment has answered over time, of the last day if nothing is said."""
        return answer(get("deployments", name, "traffic", query=query), TrafficAnswer)

    @asks
    def process(self, name: str) -> Flow[ProcessAnswer]:
        """Return what the process that answers uses, and what it has answered since its start."""
        return answer(get("deployments", name, "process"), ProcessAnswer)

    @asks
    def undeploy(self, name: str) -> Flow[DeploymentAnswer]:
        """End a deployment once it has answered what is on its way."""
        return answer(delete("deployments", name), DeploymentAnswer)


def _settled(name: str) -> Flow[DeploymentAnswer]:
    while True:
        found = yield from answer(get("deployments", name), DeploymentAnswer)
        if found.state not in {DeploymentState.STARTING, DeploymentState.STOPPING}:
            return found
        yield Pause(_LOOK_EVERY_S)
