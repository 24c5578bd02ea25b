"""Deployments, as requests ask for them and answers tell of them."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from modelyard.domain.deployments import Deployment, DeploymentState
from modelyard.wire.bodies import Answer, Query, RequestBody

Name = Annotated[str, StringConstraints(min_length=1, max_length=100)]
# A name, or one version of it.
OF_MODEL = r"^[^@]{1,100}(@[1-9][0-9]{0,17})?$"


class DeployRequest(RequestBody):
    """Under which name a model is to be served."""

    name: Name | None = Field(
        default=None, description="Of the deployment; null is the model's.", examples=["churn-eu"]
    )


class DeploymentQuery(Query):
    """Which deployments to list."""

    model: str | None = Field(
        default=None, pattern=OF_MODEL, description="`name`, or `name@version`."
    )


class DeploymentAnswer(Answer):
    """A model version that is served under a name."""

    name: str
    model: str = Field(description="`name@version`.")
    state: DeploymentState
    is_wanted: bool = Field(description="Whether it is to answer; an undeployed one is not.")
    url: str | None = Field(description="Of its own server; null before that has been ready.")
    predict_url: str | None = Field(description="Where a row is asked, without a detour.")
    reason: str | None = Field(description="Why it fails.")
    n_restarts: int = Field(description="Since it was last deployed.")
    created_by: str = Field(description="Who deployed it last.")
    created_at: datetime
    changed_at: datetime = Field(description="When it was last deployed or undeployed.")
    ready_at: datetime | None = Field(description="Since when it answers with this model.")

    @classmethod
    def of(cls, deployment: Deployment) -> "DeploymentAnswer":
        """Return what is told of a deployment."""
        predict = None if deployment.url is None else f"{deployment.url}/predict"
        return cls.model_validate(vars(deployment) | {"predict_url": predict})


class DeploymentList(Answer):
    """All deployments, by name."""

    items: list[DeploymentAnswer]


class ProcessAnswer(Answer):
    """What the process of a deployment tells of itself."""

    deployment: str
    started_at: datetime
    memory_bytes: int | None
    in_flight: int = Field(description="Requests on their way.")
    requests: dict[str, int] = Field(
        description="Status to how many requests for predictions were answered so since its start."
    )

    @classmethod
    def of(cls, deployment: Deployment, told: Mapping[str, Any]) -> "ProcessAnswer":
        """Return what is told by its pages of health and of counters."""
        health, requests = told["health"], dict[str, int]()
        for sample in told["metrics"].get("requests_total", ()):
            labels = sample["labels"]
            # Whoever watches it asks for other pages.
            if "/predict" in labels["endpoint"] or labels["endpoint"].endswith("/infer"):
                status = labels["status"]
                requests[status] = requests.get(status, 0) + int(sample["value"])
        at = datetime.fromisoformat(health["timestamp"])
        return cls(
            deployment=deployment.name,
            started_at=at - timedelta(seconds=health["uptime_s"]),
            memory_bytes=health["memory_bytes"],
            in_flight=health["in_flight"],
            requests=requests,
        )
