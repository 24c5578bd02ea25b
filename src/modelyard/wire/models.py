"""Registered models, as requests ask for them and answers tell of them."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import Field, StringConstraints, model_validator

from modelyard.domain.deployments import Deployment
from modelyard.domain.manifests import Manifest
from modelyard.domain.runs import Model
from modelyard.domain.tasks import Label, Task
from modelyard.wire.bodies import LARGEST, Answer, PageOf, PageQuery, Query, RequestBody
from modelyard.wire.deployments import DeploymentAnswer
from modelyard.wire.lists import SORT_TOLD, TAG_TOLD

# Value, low and high (95 % interval) and the baseline's value; null where it is not known.
Metrics = dict[str, dict[str, float | None]]
TagKey = Annotated[str, StringConstraints(min_length=1, max_length=200)]
TagValue = Annotated[str, StringConstraints(max_length=2000)]
Reference = Annotated[str, StringConstraints(min_length=1, max_length=250)]


class ModelQuery(PageQuery):
    """Which model versions to list."""

    name: str | None = Field(default=None, max_length=250, description="Of the model.")
    task: Task | None = None
    algorithm: str | None = Field(default=None, max_length=250, description="Key of the algorithm.")
    alias: str | None = Field(
        default=None, max_length=250, description="That stands on the version."
    )
    run_id: str | None = Field(default=None, max_length=250, description="Of the run that made it.")
    data_sha256: str | None = Field(
        default=None, max_length=64, description="Of the training data."
    )
    tag: list[str] = Field(default=[], max_length=20, description=TAG_TOLD)
    sort: str = Field(default="-created_at", max_length=250, description=SORT_TOLD)


class ModelAnswer(Answer):
    """One version of a model."""

    id: str = Field(description="`name@version`.", examples=["churn@3"])
    name: str
    version: int = Field(ge=1, le=LARGEST)
    aliases: list[str] = Field(description="Each stands on one version of a name at a time.")
    task: Task
    algorithm: str
    metric: str = Field(description="Key of the metric that decides.")
    metrics: Metrics = Field(description="On held-out rows of its training.")
    tags: dict[str, str]
    run_id: str | None = Field(description="Of the run that made it; null if it came otherwise.")
    data_sha256: str = Field(description="Of the training data.")
    sha256: str = Field(description="Of the package's manifest, which holds all other hashes.")
    size_bytes: int
    created_at: datetime

    @property
    def reference(self) -> str:
        """`name@version`, as the registry calls it."""
        return self.id

    @classmethod
    def of(cls, model: Model) -> "ModelAnswer":
        """Return what is told of a model."""
        return cls.model_validate(_facts(model))


class ModelPage(PageOf[ModelAnswer]):
    """One part of the list of models."""


class ColumnAnswer(Answer):
    """A column that a model takes."""

    name: str
    kind: str
    example: Any = Field(description="A value of the training rows.")
    minimum: float | None
    maximum: float | None
    categories: list[str] = Field(description="The first hundred of the training rows.")
    n_missing: int
    datetime_format: str | None = Field(
        default=None, description="Of a date, as `strptime` reads it; null is ISO 8601."
    )
    true_words: list[str] = Field(default=[], description="Of a truth, in lower case.")
    false_words: list[str] = Field(default=[], description="Of an untruth, in lower case.")


class ModelDetail(ModelAnswer):
    """One version of a model, with what its package says of itself."""

    target: str
    labels: list[Label] = Field(description="In the order of the probabilities.")
    columns: list[ColumnAnswer]
    parameters: dict[str, Any] = Field(description="Every hyperparameter with its final value.")
    threshold: float | None = Field(description="Of two labels, the share that the second needs.")
    n_rows: int = Field(description="Of the training.")
    versions: dict[str, str] = Field(description="Library to version.")
    deployments: list[DeploymentAnswer] = Field(description="Under which names it is served.")

    @classmethod
    def of_package(
        cls, model: Model, manifest: Manifest, *, deployments: Iterable[Deployment]
    ) -> "ModelDetail":
        """Return what is told of a model, its package and its deployments."""
        told = {name: getattr(manifest, name) for name in _OF_PACKAGE}
        columns = [vars(each) | {"categories": each.categories[:100]} for each in manifest.inputs]
        threshold = manifest.threshold if len(manifest.labels) == 2 else None
        served = [DeploymentAnswer.of(each) for each in deployments]
        beside = {"columns": columns, "threshold": threshold, "deployments": served}
        return cls.model_validate(_facts(model) | told | beside)


_OF_PACKAGE = ("target", "labels", "parameters", "n_rows", "versions")


def _facts(model: Model) -> dict[str, Any]:
    return vars(model) | {"id": model.reference, "run_id": model.run_id or None}


class EvaluationAnswer(Answer):
    """A measurement of a model on later rows."""

    id: str
    model: str
    data_sha256: str
    n_rows: int
    metrics: Metrics
    labels: list[Label]
    confusion: list[list[int]]
    created_at: datetime


class EvaluationList(Answer):
    """All measurements of a version, newest first."""

    items: list[EvaluationAnswer]


class VersionList(Answer):
    """All versions of a model, newest first."""

    items: list[ModelAnswer]


class AliasAnswer(Answer):
    """Where an alias of a model stands."""

    alias: str
    version: int
    before: int | None = Field(
        description="The version that rolling back would put it on; null where there is none."
    )


class AliasList(Answer):
    """Every alias of a model, by name."""

    items: list[AliasAnswer]


class AliasPut(RequestBody):
    """The version that an alias is to stand on."""

    version: int = Field(ge=1, le=LARGEST, description="Of the model.", examples=[3])


class TagsPatch(RequestBody):
    """Tags to set; null takes one off (RFC 7396)."""

    tags: dict[TagKey, TagValue | None] = Field(
        max_length=100, examples=[{"stage": "production", "draft": None}]
    )


class DatasetRecord(Answer):
    """The content that a model was trained on."""

    sha256: str
    n_rows: int
    n_columns: int
    size_bytes: int
    created_at: datetime


class LineageRun(Answer):
    """The run that made a model, in short."""

    id: str
    name: str
    status: str
    started_at: datetime
    algorithm: str


class LineageAnswer(Answer):
    """Where a model came from."""

    model: ModelAnswer
    run: LineageRun | None
    dataset: DatasetRecord | None


class CompareRequest(RequestBody):
    """Models to put side by side."""

    models: list[Reference] = Field(min_length=2, max_length=50, examples=[["churn@2", "churn@3"]])
    metric: str | None = Field(
        default=None,
        max_length=250,
        description="Key of the one that decides; null is the first model's.",
    )


class ComparedScoreAnswer(Answer):
    """One metric of one model beside the best one of that metric."""

    value: float | None
    low: float | None
    high: float | None
    behind: float | None = Field(description="How much better the best one is.")
    is_best: bool


class ComparedModelAnswer(Answer):
    """One of the compared models."""

    name: str
    algorithm: str
    size_bytes: int
    scores: dict[str, ComparedScoreAnswer]


class ComparisonAnswer(Answer):
    """Models side by side, the best first, by what their trainings measured."""

    target: str
    metric: str
    titles: dict[str, str] = Field(description="Of the metrics, by key.")
    models: list[ComparedModelAnswer]
    caution: str = Field(description="What the figures cannot tell.")


class EvaluateRequest(RequestBody):
    """Rows to measure a model on."""

    dataset: Reference = Field(
        description="`name`, `name@3`, or the SHA-256 of a file.", examples=["churn-march"]
    )
    metric: str | None = Field(
        default=None,
        max_length=250,
        description="Key of the one that decides; null is the model's own.",
    )
    threshold: float | None = Field(
        default=None, gt=0, lt=1, description="Of two labels, to try in place of the model's own."
    )
    sensitive: list[str] = Field(
        default=[], max_length=20, description="Columns by whose groups the model is measured."
    )


class MetricsForm(StrEnum):
    """As what kind of file metrics are told."""

    JSON = "json"
    CSV = "csv"


class MetricsQuery(Query):
    """As what kind of file the metrics are wanted."""

    form: MetricsForm = MetricsForm.JSON


class SuggestionRequest(RequestBody):
    """What advice is asked for: about one of both."""

    model: Reference | None = Field(
        default=None, description="Whose training advises.", examples=["churn@3"]
    )
    dataset: Reference | None = Field(
        default=None, description="Whose columns advise, before a training: `name` or `name@3`."
    )

    @model_validator(mode="after")
    def _names_one(self) -> Self:
        if (self.model is None) == (self.dataset is None):
            raise ValueError("should name a model or a dataset, and not both")
        return self


class SuggestionAnswer(Answer):
    """One piece of advice."""

    topic: str
    told: str = Field(description="With the figures that it rests on.")
    columns: list[str]


class SuggestionList(Answer):
    """What to do next, the most pressing first."""

    items: list[SuggestionAnswer]
