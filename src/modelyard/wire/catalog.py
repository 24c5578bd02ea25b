"""What can be trained and measured: the cards of algorithms and metrics, as forms need them."""

from typing import Any, Literal

from pydantic import Field

from modelyard.domain.tasks import Task
from modelyard.wire.bodies import Answer


class AlgorithmAnswer(Answer):
    """An algorithm."""

    key: str
    title: str
    summary: str
    tasks: list[Task]
    family: str
    source: str = Field(description="The paper or book.")
    is_baseline: bool = Field(description="Whether every model is measured against it.")
    extra: str | None = Field(description="Pip extra that it needs; null for the base install.")
    takes_tables: bool = Field(description="Whether it takes whatever cells hold, not pictures.")
    takes_pictures: bool = Field(description="Whether it learns from a column of pictures alone.")
    install: str | None = Field(description="What installs what it lacks here; null for nothing.")
    parameters: dict[str, Any] = Field(
        description="JSON schema of the hyperparameters, for a form: defaults, ranges, words."
    )


class AlgorithmList(Answer):
    """Every algorithm, by title."""

    items: list[AlgorithmAnswer]


class MetricAnswer(Answer):
    """A metric."""

    key: str
    title: str
    tasks: list[Task]
    higher_is_better: bool
    minimum: float | None
    maximum: float | None
    wants: Literal["labels", "probabilities", "values"]
    is_default_for: list[Task] = Field(description="Where it decides unless another is named.")
    source: str


class MetricList(Answer):
    """Every metric, by title."""

    items: list[MetricAnswer]
