"""A deployment that answers in this process, as the platform has started it elsewhere."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from loopback import served
from modelyard.bootstrap import Project
from modelyard.domain.deployments import DeploymentState
from modelyard.domain.identities import LOCAL_CALLER
from modelyard.runtime.packages import open_package
from modelyard.serving.applications import build
from modelyard.serving.door import Door
from modelyard.serving.options import ServerOptions
from modelyard.serving.shelf import Found


@contextmanager
def answering(project: Project, reference: str) -> Iterator[str]:
    """Deploy a version, serve it with keys and a prediction log, and yield its address."""
    model = project.models.get(reference)
    deployment = project.deployments.deploy(LOCAL_CALLER, model)
    project.serving.keys.refresh()
    files = project.serving.files_in(LOCAL_CALLER.tenant)
    folder = project.artifacts.path_of(model.artifact)
    package = open_package(folder, {project.key.fingerprint})
    app = build(
        [f"{deployment.name}={folder}"],
        lambda _: Found(package, model.reference),
        options=ServerOptions(
            log_format="none",
            logs_requests=False,
            keys=files.keys,
            tenant=LOCAL_CALLER.tenant,
            prediction_log=files.log_of(deployment.name),
        ),
    )
    assert isinstance(app, Door)
    try:
        with served(app) as url:
            at = datetime.now(UTC)
            watched = project.serving.watched
            for each in watched.claim("w", at=at, until=at + timedelta(hours=1)):
                ready = replace(each, state=DeploymentState.READY, url=url, ready_at=at)
                watched.report(ready, "w")
            yield url
    finally:
        app.close()
