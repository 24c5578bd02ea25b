"""Deployments: versions of models that answer at addresses of their own."""

from typing import Annotated

from fastapi import Query

from modelyard.api.access import model_for
from modelyard.api.callers import CallerOf, ProjectOf
from modelyard.api.policies import needs
from modelyard.api.routing import router
from modelyard.domain.identities import Role
from modelyard.wire import deployments as wire
from modelyard.wire.traffic import TrafficAnswer, TrafficQuery

ROUTER = router("Deployments")
READS = [needs(Role.VIEWER)]
WRITES = [needs(Role.EDITOR)]


@ROUTER.post("/models/{model}/deploy", dependencies=WRITES, status_code=202)
def deploy_model(
    caller: CallerOf, project: ProjectOf, model: str, body: wire.DeployRequest
) -> wire.DeploymentAnswer:
    """Serve a version, in place of the one that was served under the name before.

    It is ready when its `state` is: a second or two later. Its address stays what it is.
    """
    found = model_for(caller, project, reference=model)
    return wire.DeploymentAnswer.of(project.deployments.deploy(caller, found, name=body.name))


@ROUTER.get("/deployments", dependencies=READS)
def list_deployments(
    caller: CallerOf, project: ProjectOf, query: Annotated[wire.DeploymentQuery, Query()]
) -> wire.DeploymentList:
    """List deployments by name, those too that were undeployed."""
    found = project.deployments.find(caller, query.model)
    return wire.DeploymentList(items=[wire.DeploymentAnswer.of(each) for each in found])


@ROUTER.get("/deployments/{deployment}", dependencies=READS)
def show_deployment(caller: CallerOf, project: ProjectOf, deployment: str) -> wire.DeploymentAnswer:
    """Show where a deployment stands, and at which address it answers."""
    return wire.DeploymentAnswer.of(project.deployments.get(caller, deployment))


@ROUTER.get("/deployments/{deployment}/traffic", dependencies=READS)
def show_traffic(
    caller: CallerOf,
    project: ProjectOf,
    deployment: str,
    query: Annotated[TrafficQuery, Query()],
) -> TrafficAnswer:
    """Tell what was answered over time: how much, how quickly, what, and how much of it rightly.

    Steps suit the time that is asked for: a minute for hours, ten minutes for a day, an hour for a
    week, a day for more.
    """
    found = project.deployments.get(caller, deployment)
    traffic = project.prediction_log.traffic(
        caller, found.name, since=query.since, until=query.until
    )
    return TrafficAnswer.of(found.name, traffic)


@ROUTER.get("/deployments/{deployment}/process", dependencies=READS)
def show_process(caller: CallerOf, project: ProjectOf, deployment: str) -> wire.ProcessAnswer:
    """Tell what the process that answers uses, and what it has answered since it was started."""
    found = project.deployments.get(caller, deployment)
    return wire.ProcessAnswer.of(found, project.asking.meters(found))


@ROUTER.delete("/deployments/{deployment}", dependencies=WRITES)
def undeploy(caller: CallerOf, project: ProjectOf, deployment: str) -> wire.DeploymentAnswer:
    """End a deployment once it has answered what is on its way."""
    return wire.DeploymentAnswer.of(project.deployments.undeploy(caller, deployment))
